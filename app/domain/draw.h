/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * The lottery of one date of an event, from the commitment to the record.  The drawing is
 * lottery.h's; here is what is kept, when it may be done, and what becomes of applications.
 */

/* Makes the secret seed and publishes its hash, the rule, and which public value of which
 * day ("2026-12-20") will be taken.  ERR_CONFLICT: it is committed already, somebody signed
 * up before, or the event has no lottery. */
enum err draw_commit(struct db *, const struct vault *, struct arena *, int64_t slot, const json_t *rule, const char *source,
    const char *day, int64_t staff) MUST_USE;
/* Freezes the list after sign-up closed and publishes its hash.  ERR_CONFLICT: not yet, or done. */
enum err draw_close(struct db *, struct arena *, int64_t slot) MUST_USE;
/* Notes the public value and the day that it is of: the stated one, or a later one where nothing
 * is published on it.  Until it is drawn another entry puts it right; both stay.  ERR_CONFLICT: the list is not
 * closed, the day has not come or lies before the stated one, it is drawn, or this was entered already. */
enum err draw_enter(struct db *, int64_t slot, const char *value, const char *day, int64_t staff) MUST_USE;
/* Draws with the value that was entered last, publishes the record, and gives places.  value and day: what the
 * clerk saw.  ERR_CONFLICT: another one was entered since, or it is drawn.  ERR_INVALID: no such value. */
enum err draw_make(struct db *, const struct vault *, struct arena *, int64_t slot, const char *value, const char *day,
    int64_t staff) MUST_USE;

/* {"title", "draws", "missing"}: query draw_show.  draft: also of an event that is not published, for the desk.  ERR_NOT_FOUND: no
 * such event. */
enum err draw_show(struct db *, const struct words *, int64_t event, bool draft, json_t **out) MUST_USE;
/* ERR_NOT_FOUND: not drawn. */
enum err draw_record(struct db *, int64_t event, int64_t slot, json_t **out) MUST_USE;
