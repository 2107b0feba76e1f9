/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * 登録者: one citizen, as staff may look at them: found by the exact address or number of
 * a phone only, each look noted in the audit record.
 *
 * Pages of people are named by a token that only a successful search gives, or the answer to a
 * survey that they gave by name, and only to whoever looked: nobody turns the pages of a register
 * by counting.
 */
struct people {
	struct db *db;
	struct vault *vault;		/* entered */
	const struct words *words;
	struct arena *arena;
	int64_t staff;
};

/* Their token.  channel: "email", and address as text_email makes it; "sms", and as text_phone
 * does.  ERR_NOT_FOUND: nobody has it. */
enum err people_find(const struct people *, const char *channel, const char *address, const char **token) MUST_USE;
/* Somebody who answered by name: {"url", "address": masked, or null}. */
enum err people_named(const struct people *, int64_t citizen, json_t **out) MUST_USE;
/* {"citizen": query people_show with words and "address", masked; "messages": query
 * people_messages with words}.  ERR_NOT_FOUND: no such person, or another's token. */
enum err people_show(const struct people *, const char *token, json_t **out) MUST_USE;
