/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/proof.h"
/*
 * The mail address of an open マイページ: added, or another in its place.  It is proved by a
 * code (proof.h, PROOF_EMAIL).  Where another entry has it, both are this person: what was
 * chosen in each is shown, and they say what they want of the two.
 */

/* ERR_NOT_FOUND: they have none.  state: "active", "failed" or "left". */
enum err email_of(struct db *, const struct vault *, struct arena *, int64_t citizen, const char **email,
    const char **state) MUST_USE;

/* Gives the proved address to who proved it; the one before is told.  keep: "mine", "other"
 * or "both", of the entry that had it; "" where none was shown yet.  *taken false: that is to
 * be said first (email_merge).  ERR_GONE: nothing is proved in this browser (any more). */
enum err email_take(const struct mailer *, const struct catalogue *, const struct citizen_asker *, const struct proof_asker *,
    const char *email, const char *keep, bool *taken) MUST_USE;

/* Both entries, as the page shows them; see query email_merge. */
enum err email_merge(struct db *, int64_t citizen, int64_t other, json_t **out) MUST_USE;
