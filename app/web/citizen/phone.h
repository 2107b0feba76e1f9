/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/phone.h"
#include "web/citizen/choose.h"
/*
 * Two pages that three ways share (phone.c): a number is typed, then the code that
 * went there.
 */
struct phone_way {
	const char *purpose;		/* domain/phone.h */
	const char *number_url, *code_url;
	const char *number_page;	/* a template, with form: phone */
};

/* "sms" in the view: whether the town sends any. */
enum err citizen_phone_offer(struct web *, bool *offered) MUST_USE;

enum err citizen_phone_number(struct web *, const struct phone_way *) MUST_USE;
/* Reads the number; "": the page says what is wrong with it, and is the answer. */
enum err citizen_phone_read(struct web *, const struct phone_way *, const char **phone) MUST_USE;
/* Sends the code; the answer is a 303 to the page of the code.  choice: as phone_ask. */
enum err citizen_phone_ask(struct web *, const struct phone_way *, const char *phone, const char *language,
    const json_t *choice) MUST_USE;

enum err citizen_phone_code(struct web *, const struct phone_way *) MUST_USE;
/* Reads the code.  Not right: the page says so, and is the answer. */
enum err citizen_phone_try(struct web *, const struct phone_way *, struct phone_proof *) MUST_USE;

/* Adds "phone" to what マイページ shows: {number, works}, or null; and "sms". */
enum err citizen_phone_show(struct web *, json_t *my) MUST_USE;
