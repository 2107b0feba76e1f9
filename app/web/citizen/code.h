/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/proof.h"
#include "web/citizen/choose.h"
/*
 * What every way that proves an address by a code shares (code.c): it is sent, the page asks
 * for it, and it is tried.  The page on which the address is typed is the way's own.
 */
struct code_way {
	const char *purpose;		/* domain/proof.h */
	const char *address_url, *code_url;
	const char *address_page;	/* a template, with form: phone, or email */
};

/* Who asks in this browser. */
struct proof_asker citizen_code_asker(const struct web *, const struct code_way *);

/* Sends the code; the answer is a 303 to the page of the code.  choice: as proof_ask. */
enum err citizen_code_send(struct web *, const struct code_way *, const char *address, const char *language,
    const json_t *choice) MUST_USE;
enum err citizen_code_page(struct web *, const struct code_way *) MUST_USE;
/* Reads the code.  Not right: the page says so, and is the answer. */
enum err citizen_code_try(struct web *, const struct code_way *, struct proof *) MUST_USE;
/* What was proved is carried out. */
void citizen_code_forget(struct web *);
