/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
#include "domain/mail.h"
/*
 * Addresses of citizens, proved by a code that goes there (safety.md R15): six digits, ten
 * minutes, five tries, of use in the browser alone that asked.
 *
 *	PROOF_AGAIN	the own mail address, while マイページ is open: it is still this person (R20)
 *	PROOF_AGAIN_SMS	the own phone, for the same
 *	PROOF_ADD	a phone for an open マイページ
 *	PROOF_EMAIL	a mail address for an open マイページ
 *	PROOF_CONFIRM	a phone at the end of 登録, in the place of a mailed link
 *	PROOF_MY	a phone that opens マイページ
 *
 * What is asked from an open マイページ is of use to its citizen alone.  Whoever proves an
 * address has it: it leaves whoever had it before (sql/functions/contact.sql).
 */
#define PROOF_ADD "add"
#define PROOF_EMAIL "email"
#define PROOF_CONFIRM "confirm"
#define PROOF_MY "my"
#define PROOF_AGAIN "again"
#define PROOF_AGAIN_SMS "again_sms"

enum { PROOF_DIGITS = 6, PROOF_MIN = 10 };

/* Who asks, and for what.  citizen: of an open マイページ; else 0. */
struct proof_asker {
	const char *purpose;
	const char *browser;		/* the token of its cookie */
	int64_t citizen;
};

/* This purpose's code goes by mail, else by SMS. */
bool proof_by_mail(const char *purpose);
/* This purpose is one of an open マイページ. */
bool proof_inside(const char *purpose);

/* Queues the code.  choice: what goes with the proof,
 * or NULL.  The answer never tells whether an address is known or was asked for too often. */
enum err proof_ask(const struct mailer *, const struct citizen_asker *, const struct proof_asker *,
    const char *address, int64_t tenant, const json_t *choice) MUST_USE;

struct proof {
	bool right;
	int left;			/* tries; 0: a new code is needed */
	const char *address;		/* right: E.164, or a mail address */
	const json_t *choice;		/* … and what goes with it */
	int64_t shown;			/* the other entry that has it, as far as it was shown; 0: none */
};
/* The address that this browser's code went to; right: it was proved already.
 * ERR_NOT_FOUND: none is open. */
enum err proof_waits(const struct mailer *, const struct proof_asker *, struct proof *) MUST_USE;
enum err proof_try(const struct mailer *, const struct proof_asker *, const char *code, struct proof *) MUST_USE;

/* As contact.hash and contact.address hold them. */
struct db_bytes proof_contact(const struct mailer *, const char *channel, const char *address);
struct db_bytes proof_address(const struct mailer *, const char *address);
