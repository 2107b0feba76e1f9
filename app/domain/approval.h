/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Approval (pages.md 5.5): one person submits, another signs exactly those bytes.
 *
 *	draft, returned → pending → approved | returned | rejected
 *	pending, approved → draft	taken back to mend it
 *
 * At submission the renderings are made and kept, and hashed together with
 * audience, channels and times (rendering.h).  The approver's form carries that
 * hash; where it is not the message's any more, somebody was faster.
 *
 * Every act locks the message first and looks at it again behind the lock, so that of
 * two people one is second and is told so: ERR_CONFLICT, nothing changed, and
 * the transaction goes on.  The database keeps the same rules (message_guard).
 */
struct approval {
	struct db *db;
	struct vault *vault;			/* entered */
	struct templates *templates;
	const struct catalogue *catalogue;
	const struct words *words;
	struct arena *arena;
	const char *origin;			/* https://minato.example.jp */
	int64_t message, staff;
	/* approval_submit: whether these renderings fit their channels, which only the floor above
	 * knows; NULL: not asked. */
	bool (*fits)(void *, const json_t *renderings);
	void *fits_with;
};

/* What the pages show besides message_show: query approval_show.  "own" is
 * "author", "submitter", "editor" or null: why this person cannot approve. */
enum err approval_show(const struct approval *, json_t **out) MUST_USE;

/* The bytes that were submitted, as they are kept.  message: message_show.
 * ERR_INVALID, and logged: they are not what the hash was made of, or it was made by another
 * version of this program (message_terms). */
enum err approval_renderings(const struct approval *, const json_t *message, json_t **out) MUST_USE;
/* What changed in subject and text since the version that was submitted before, as
 * diff_text makes it; *out NULL: there is none. */
enum err approval_diff(const struct approval *, const json_t *shown, const json_t *renderings, json_t **out) MUST_USE;

/* The same of audience, channels and times: a list of {label, audience, channels, …, was, is},
 * one of the names true, for desk/approval/changes.  Empty: nothing, or no such version. */
enum err approval_changes(const struct approval *, const json_t *shown, json_t *message, json_t **out) MUST_USE;
/* Keeps audience, channels and times with the version that is being submitted. */
enum err approval_keep_terms(const struct approval *, const json_t *message) MUST_USE;

/* Why it cannot be submitted now, as a key of the words; NULL: it can.
 * reach: message_reach_of, or NULL where it goes to nobody in person. */
const char *approval_obstacle(const json_t *message, const json_t *shown, const json_t *reach);

/* seen: the revision that the form showed.  recipients: the count it showed.
 * ERR_CONFLICT: changed or submitted meanwhile.  ERR_INVALID: see approval_obstacle, or it
 * does not fit. */
enum err approval_submit(const struct approval *, int64_t seen, const char *comment, int64_t recipients) MUST_USE;

/* The approver's word on the bytes of this hash (hex).  ERR_FORBIDDEN: their own
 * message.  ERR_GONE: its last moment has passed.  ERR_INVALID: as approval_renderings. */
enum err approval_approve(const struct approval *, const char *hash, const char *comment, int64_t recipients) MUST_USE;
/* Back with a reason to be mended, or no for good. */
enum err approval_return(const struct approval *, const char *hash, const char *reason) MUST_USE;
enum err approval_reject(const struct approval *, const char *hash, const char *reason) MUST_USE;
/* Taken back before it is sent; an approval is void.  revision: as the form showed it. */
enum err approval_withdraw(const struct approval *, int64_t seen) MUST_USE;

/* [{"id", "subject"}]: messages that wait, and nobody is there who could approve them; twenty at most. */
enum err approval_stranded(struct db *, json_t **out) MUST_USE;

/* Notes an act of this person on the message as it stands: "stop". */
enum err approval_note(const struct approval *, const char *act, const char *comment) MUST_USE;
/* Locks the message: what is read after this is what is decided on. */
enum err approval_lock(const struct approval *, const char **state, int64_t *revision) MUST_USE;
/* Mails to those who wrote and approved it, but not to whoever stopped it. */
enum err approval_tell_stopped(const struct approval *, const char *comment) MUST_USE;
