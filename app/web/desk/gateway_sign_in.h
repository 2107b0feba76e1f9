/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "web/web.h"
/*
 * What the page of an account shows of signing in to it.
 */

/* Somebody has, and the tokens are there. */
bool desk_sign_in_done(const json_t *account);
/* "sign_in" in the view: {"done", "name": whose account, null}, or null where this kind has
 * none or is not saved yet; "callback": the address that X is to come back to, or null. */
void desk_sign_in_face(struct web *, const char *kind, const json_t *account);
