/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/proof.h"
/*
 * Numbers of phones; how one is proved is in proof.h.
 */

/* Whether the town sends SMS.  development: also without an account. */
enum err phone_offered(struct db *, bool development, bool *out) MUST_USE;

/* What a right code leads to. */
enum err phone_add(const struct mailer *, int64_t citizen, const char *phone) MUST_USE;
enum err phone_register(const struct mailer *, const struct proof *, int64_t *citizen, const char **session) MUST_USE;
/* ERR_GONE: nobody has this number any more. */
enum err phone_open(const struct mailer *, const char *phone, int64_t *citizen, const char **session) MUST_USE;

/* *left: it was the last way, and the person has left with it. */
enum err phone_remove(struct db *, int64_t citizen, bool *left) MUST_USE;
/* {"e164", "number": "090-1234-5678", as people write it, "works", "last"}; last: there is no other way
 * to this person.  ERR_NOT_FOUND: they have no phone. */
enum err phone_of(struct db *, const struct vault *, struct arena *, int64_t citizen, json_t **out) MUST_USE;
const char *phone_written(struct arena *, const char *e164);
/* "090-****-5678" */
const char *phone_masked(struct arena *, const char *e164);
