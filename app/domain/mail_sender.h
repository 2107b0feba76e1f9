/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/form.h"
#include "base/words.h"
#include "db/db.h"
/*
 * What mails of a town come from: an address, the name beside it, and where answers go.
 *
 * How they are handed over (host, TLS, password) is the operator's, in chromo.conf, and the
 * bounces go to the operator's mail_domain.  So SPF is judged by that domain, and what ties a
 * mail to the town's own domain is the DKIM signature that the operator's server puts on it.
 * A domain that another town sends from is taken.
 */

/* {"name": of the town, "from", "sender", "reply", "version", "last": of the newest message} */
enum err mail_sender_show(struct db *, const struct words *, json_t **out) MUST_USE;
/* How the servers fare (query mail_health), as query gateway_state says it of a town's account, with
 * "reason_text" and "kind_text"; and what came back in thirty days (query bounce_month). */
enum err mail_sender_health(struct db *, const struct words *, json_t **health, json_t **back) MUST_USE;
/* Of one server, from 1; NULL: it was never used. */
json_t *mail_sender_server(const json_t *health, int place);
/* The fields from, sender and reply, from what is stored. */
void mail_sender_fill(struct form *, const json_t *now);
/* Reads them, with their problems; form_ok afterwards says whether they may be saved. */
struct mail_sender { const char *from, *sender, *reply; };
enum err mail_sender_read(struct db *, struct form *, struct mail_sender *out) MUST_USE;
/* ERR_CONFLICT: somebody saved since. */
enum err mail_sender_save(struct db *, const struct mail_sender *, const char *version) MUST_USE;
