/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/conf.h"
#include "base/secret.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Signing in to the staff and operator portals: password, then a one-time code
 * of an app, then a session.
 *
 *	password	right password, code due		(stage "password")
 *	enrol		right password, no app yet		(stage "enrol")
 *	full		both: this is a sign-in
 *
 * The browser holds a random token, the database its SHA-256; each step gives
 * a new one, of which the letters that forms are bound to stay as long as it is the same
 * person (secret_token_again).  A try that failed is counted and recorded in the caller's
 * transaction, which therefore must be committed: ERR_INVALID and ERR_TOO_MANY
 * leave it fit for that.
 *
 * Tries are counted by account and by address (15 minutes) and over all of the
 * tenant (a minute).  Whoever has signed in from this address before is counted
 * by that pair alone, so that neither somebody who guesses at their account nor
 * a storm on the whole town keeps them out.
 */
struct login {
	struct db *db;
	struct vault *vault;		/* entered */
	struct arena *arena;
	const struct conf *conf;
	const char *remote;
	const char *token;		/* that came with the request, "": none … */
	const uint8_t *session;		/* … and its hash */
	int64_t staff;			/* whose session it is; 0 before the password */
};

/* The hash by which a token is looked up. */
void login_hash(const char *token, uint8_t out[SECRET_HASH]);

/* ERR_INVALID: not this ID with this password.  On ERR_OK *token is the new
 * session's and *enrol says whether it is at stage "enrol". */
enum err login_password(const struct login *, const char *login, const char *password,
    const char **token, bool *enrol) MUST_USE;
/* A session for somebody who has just set a password by invitation. */
enum err login_begin(const struct login *, int64_t staff, bool enrol, const char **token) MUST_USE;

/* ERR_INVALID: a wrong code, or one that was used.  ERR_TOO_MANY: the session
 * has ended, too. */
enum err login_code(const struct login *, const char *code, const char **token) MUST_USE;
/* The same with one of the ten recovery codes. */
enum err login_recovery(const struct login *, const char *code, const char **token) MUST_USE;

/* The code of the app, or a recovery code, of somebody who is signed in and has confirmed the
 * password (login_confirm): the session is proved afresh (R20).  was: its token, *token the one
 * in its place.  ERR_INVALID and ERR_TOO_MANY as login_code. */
enum err login_again(const struct login *, const char *was, const char *code, const char **token) MUST_USE;

/* Enrolment.  The secret that this session holds until a code confirms it:
 * *text to type, *url for the QR code.  ERR_GONE: it holds none. */
enum err login_pending(const struct login *, const char *issuer, const char **text, const char **url) MUST_USE;
/* Puts a new one there: a signed-in person changes the app. */
enum err login_pending_new(const struct login *) MUST_USE;
/* Confirms it.  Ten new recovery codes wait in the session to be shown.  *token is
 * a new one; all other sessions of the person end.  ERR_INVALID: a wrong code. */
enum err login_enrol(const struct login *, bool first, const char *code, const char **token) MUST_USE;
/* Ten new ones in place of the old. */
enum err login_codes_new(const struct login *) MUST_USE;
/* The codes that wait, until login_codes_seen.  ERR_GONE: none. */
enum err login_codes(const struct login *, json_t **out) MUST_USE;
enum err login_codes_seen(const struct login *) MUST_USE;

/* Is this the password of the person?  Counted as a sign-in is. */
enum err login_confirm(const struct login *, const char *password) MUST_USE;

/* A password as it is kept; waits for its turn as a sign-in does. */
enum err login_password_make(const struct login *, const char *password, const char **encoded) MUST_USE;

enum err login_out(const struct login *) MUST_USE;
/* keep: this session stays. */
enum err login_out_everywhere(const struct login *, bool keep) MUST_USE;
