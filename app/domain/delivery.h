/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "domain/approval.h"
/*
 * 配信状況: what became of a message, who did not get it, again, stop.
 *
 * The numbers come from sums over batches and add up by construction: everybody
 * is reached, failed, unsure or waiting (query delivery_status).  What went out is
 * never changed here; "again" makes a new round with keys of its own, "stop" takes
 * away what has not been begun.
 */

/* Query delivery_status with the words for each reason. */
enum err delivery_status(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;
/* Query delivery_ways with the words for each: the numbers by channel, and who has seen it. */
enum err delivery_ways(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;
/* The words for a reason ("reason_mailbox_full"); those for an unknown one where
 * there are none. */
const char *delivery_reason(const struct words *, const char *reason);

enum { DELIVERY_PAGE = 50 };
/* A page of those who did not get it, behind the citizen "after", with masked addresses; the look is
 * noted in the audit record: {"rows": [{"address", "way_text", "reason_text", "tries", "left"}], "next": citizen or 0}. */
enum err delivery_unreached(const struct approval *, int64_t after, json_t **out) MUST_USE;
/* Whether this person has to do with the message: its department, its writers. */
enum err delivery_near(struct db *, int64_t message, int64_t staff, bool *near) MUST_USE;

/* {"n", "count", "any", "failed", "rest", "over", "until"}: who would be written to again. */
enum err delivery_again(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;
/* ERR_CONFLICT: it is not through, or seen is not the number any more.  ERR_GONE:
 * its publication has ended.  ERR_NOT_FOUND: there is nobody left. */
enum err delivery_resend(const struct approval *, int64_t seen) MUST_USE;
/* ERR_CONFLICT: it was stopped or is through already. */
enum err delivery_stop(const struct approval *, const char *comment) MUST_USE;

/* t***@example.jp, ***5678: enough to be recognised by whoever knows it. */
char *delivery_mask(struct arena *, const char *address);

/* The courier's, inside a transaction of the tenant: mails the writers and the
 * approver of each message that came to its end.  mailer words: ja. */
struct mailer;
enum err delivery_report(const struct mailer *, const char *tenant_name, const char *origin) MUST_USE;
