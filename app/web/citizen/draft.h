/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * 登録 on its way, for the channels that are registered by themselves: the answers
 * grow in a draft whose cookie is subscribe.c's.  choice.way says by which channel;
 * none: by mail.
 */

/* The answers so far, an empty object where there are none; the vault is entered. */
enum err citizen_draft_open(struct web *, json_t **choice, const char **consent) MUST_USE;
/* Keeps them and goes to the first page that is not answered. */
enum err citizen_draft_go_on(struct web *, const json_t *choice) MUST_USE;
/* There is a citizen now: nothing of the answers is kept, and all is said to be done. */
enum err citizen_draft_done(struct web *) MUST_USE;

/* What the button of the check page does for choice.way "line": line.c. */
enum err citizen_line_ask(struct web *, const json_t *choice) MUST_USE;
/* … and for "sms", with its "phone": subscribe_phone.c. */
enum err citizen_phone_subscribe(struct web *, const json_t *choice) MUST_USE;
/* The same for "webpush", whose choice has a "device": push.c. */
enum err citizen_push_register(struct web *, const json_t *choice) MUST_USE;
/* What the button does, whatever the way: subscribe_proof.c. */
enum err citizen_proof_ask(struct web *, const json_t *choice) MUST_USE;
