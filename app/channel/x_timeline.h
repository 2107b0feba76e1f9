/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
struct arena;
/*
 * Our posts among those that X shows of the town: known by the address of our page in them,
 * or where there is none by the text.
 */

/* timeline: an answer of GET /2/users/ID/tweets; doc: {text, link} as x_write keeps them.
 * The id of that post; "" : it is not there; NULL: what came is no timeline. */
const char *x_timeline_find(struct arena *, const json_t *timeline, const json_t *doc);
