/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/approval.h"
/*
 * Posts of messages on X, as staff see them; the courier makes them (courier/posts.c).
 */

/* Those of a message, none before it is planned: query post_of, with "state_text" and
 * "reason_text" (words or null). */
enum err post_of(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;
/* Has them taken away, or looked for first where nobody knows; an audit row goes with it.
 * ERR_CONFLICT: there is none that could be. */
enum err post_withdraw(const struct approval *) MUST_USE;
/* Has those posted that X never had, now that the cause is mended; an audit row goes with it.
 * ERR_CONFLICT: there is none that could be. */
enum err post_again(const struct approval *) MUST_USE;
