/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Mail to one person that is no message: confirmations, links, invitations,
 * test sends.  It is queued in table letter, sealed whole because it carries
 * tokens, in the transaction of whatever it is about; the courier sends it
 * before all bulk mail.
 */
struct mailer {
	struct db *db;
	struct vault *vault;		/* entered */
	struct templates *templates;
	const struct words *words;	/* the recipient's language */
	struct arena *arena;
};

/* Renders mail/<kind>.subject, mail/<kind>.txt and, if there is one, mail/<kind>.html
 * with view, and queues it; after valid_s seconds it is not sent any more. */
enum err mail_queue(const struct mailer *, const char *kind, const char *to,
    const json_t *view, int valid_s) MUST_USE;
/* The same letter as bytes for letter.sealed, not queued: for a function of the
 * database that decides which of two it keeps. */
enum err mail_seal(const struct mailer *, const char *kind, const char *to,
    const json_t *view, struct db_bytes *out) MUST_USE;
/* The same with ready texts: a staff member's test send of a message.
 * html may be NULL; staff and message may be 0. */
enum err mail_queue_ready(const struct mailer *, const char *kind, const char *to,
    const char *subject, const char *text, const char *html, int64_t staff, int64_t message,
    int valid_s) MUST_USE;
