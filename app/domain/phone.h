/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
#include "domain/mail.h"
/*
 * Numbers of phones, proved by a code that goes there by SMS (safety.md R15): six
 * digits, ten minutes, five tries, of use in the browser alone that asked.
 *
 *	PHONE_ADD	to an open マイページ: SMS is a way to this person from then on
 *	PHONE_CONFIRM	at the end of 登録, in the place of a mailed link
 *	PHONE_MY	into マイページ
 *
 * Whoever proves a number has it: it leaves whoever had it before.
 */
#define PHONE_ADD "add"
#define PHONE_CONFIRM "confirm"
#define PHONE_MY "my"

enum { PHONE_CODE_DIGITS = 6, PHONE_CODE_MIN = 10 };

/* Whether the town sends SMS.  development: also without an account. */
enum err phone_offered(struct db *, bool development, bool *out) MUST_USE;

/* Queues the code.  browser: the token of its cookie.  choice: of PHONE_CONFIRM, with
 * "phone"; else NULL.  The answer never tells whether a number is known or was asked
 * for too often. */
enum err phone_ask(const struct mailer *, const struct citizen_asker *, const char *purpose, const char *phone,
    const char *browser, int64_t tenant, const json_t *choice) MUST_USE;

/* The number that this browser's code went to, in E.164; ERR_NOT_FOUND: none is open. */
enum err phone_waits(const struct mailer *, const char *purpose, const char *browser, const char **phone) MUST_USE;

struct phone_proof {
	bool right;
	int left;			/* tries; 0: a new code is needed */
	const char *phone;		/* right: E.164 */
	const json_t *choice;		/* … and what goes with it */
};
enum err phone_try(const struct mailer *, const char *purpose, const char *browser, const char *code,
    struct phone_proof *) MUST_USE;

/* What a right code leads to. */
enum err phone_add(const struct mailer *, int64_t citizen, const char *phone) MUST_USE;
enum err phone_register(const struct mailer *, const struct phone_proof *, int64_t *citizen, const char **session) MUST_USE;
/* ERR_GONE: nobody has this number any more. */
enum err phone_open(const struct mailer *, const char *phone, int64_t *citizen, const char **session) MUST_USE;

enum err phone_remove(struct db *, int64_t citizen) MUST_USE;
/* "090-1234-5678", as people write it; state: "active", "failed" or "left".  ERR_NOT_FOUND: they have none. */
enum err phone_of(struct db *, const struct vault *, struct arena *, int64_t citizen, const char **number,
    const char **state) MUST_USE;
const char *phone_written(struct arena *, const char *e164);
/* "090-****-5678" */
const char *phone_masked(struct arena *, const char *e164);
