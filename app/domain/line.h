/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/json.h"
#include "base/mustache.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
struct arena;
/*
 * A citizen's LINE: how it is linked to the person, what LINE says of it afterwards.
 *
 * A link is proved from both sides.  The person shows that they are the citizen in
 * the browser, where they get a code of eight digits, and that the LINE is theirs by
 * writing it to the town there; or, from a button in the chat, LINE itself brings back
 * a nonce that the browser took along.  Either opens once, for a quarter of an hour.
 * Whoever is no citizen yet becomes one by the code (their choice waits with it).
 *
 * A LINE that belonged to another entry of the same town moves: both are this person.
 */
enum { LINE_CODE_MIN = 15 };

struct line_hook {
	struct db *db;
	const struct vault *vault;	/* entered */
	struct arena *arena;
	const json_t *account;		/* domain/gateway.h */
	/* For what is said in the chat. */
	struct templates *templates;
	const struct catalogue *catalogue;
	const json_t *tenant;		/* {name, name_en} */
	const char *origin;		/* https://minato.localhost:8443 */
};

/* Keeps an event and carries it out; of one that was there before, or that we do not
 * know, nothing. */
enum err line_event(const struct line_hook *, const json_t *event) MUST_USE;

/* For this citizen, or, with choice, for who will be one (domain/citizen.h).  A former
 * code of theirs opens nothing any more.  *code: "12345678". */
enum err line_code_make(struct db *, const struct vault *, struct arena *, int64_t citizen, const json_t *choice,
    const char **code) MUST_USE;
/* For LINE's own way: the browser takes it to LINE, which sends it back. */
enum err line_nonce_make(struct db *, const struct vault *, struct arena *, int64_t citizen, const char **nonce) MUST_USE;
/* Whom the code made a link for; ERR_NOT_FOUND: nobody yet.  ERR_GONE: it has ended. */
enum err line_code_used(struct db *, const struct vault *, struct arena *, const char *code, int64_t *citizen) MUST_USE;
/* Opens マイページ for whoever used the code from this browser, once.  As line_code_used. */
enum err line_code_open(struct db *, const struct vault *, struct arena *, const char *code, int64_t *citizen,
    const char **session) MUST_USE;
/* Takes the person's LINE away from them, if they have one.  *left: it was the last way, and the
 * person has left with it. */
enum err line_unlink(struct db *, int64_t citizen, bool *left) MUST_USE;
/* {"state": NULL (none), "active", "failed" (blocked) …, "since"}, and whether the town has
 * an account: "offered", "add_url" (to become its friend; NULL: not known), "access_url" (where
 * LINE's own pages are). */
enum err line_state(struct db *, int64_t citizen, const char *lang, json_t **out) MUST_USE;
