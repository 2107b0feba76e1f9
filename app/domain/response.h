/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * An answer to a survey, from its beginning to its receipt.
 *
 * Whoever begins gets a random token, which their browser keeps, or a link to go on
 * elsewhere (途中保存).  The draft lies sealed under the hash of the token and the survey,
 * so that a token of one survey is none of another.  From the token comes that of the
 * receipt; the way back is closed.  Nothing of a person is in a draft but where the survey
 * is answered by name.
 *
 *	{"answers": {…}, "seed": "…", "begun": ms, "language": "ja", "right": "…" or null,
 *	 "citizen": id or null, "change": receipt or null, "before": with change, the answers that it found, "overtaken": they have
 *	 been changed meanwhile}
 */
struct response_draft {
	int64_t survey;
	const char *token;
	json_t *what;
	const char *reached;	/* the page to go on with */
	json_t *ends;		/* {"datetime", "date", "text"} */
	struct rows *rows;	/* between ask and read */
};

/* Asks for the draft; lock: it will be written in this transaction. */
enum err response_draft_ask(struct db *, struct arena *, struct response_draft *, const char *language, bool lock) MUST_USE;
/* After the flush.  ERR_NOT_FOUND: there is none, or it was sent, or its time is over. */
enum err response_draft_read(const struct vault *, struct arena *, struct response_draft *) MUST_USE;
/* A new one.  token is made where it is NULL. */
enum err response_draft_begin(struct db *, const struct vault *, struct arena *, const json_t *survey,
    struct response_draft *) MUST_USE;
/* With the next commit. */
enum err response_draft_keep(struct db *, const struct vault *, struct arena *, const struct response_draft *) MUST_USE;

/* The token of the receipt that this draft will have, or has. */
const char *response_receipt_of(struct arena *, const char *token, int64_t survey);
/* {"number", "citizen", "day", "answers", "language"}.  ERR_NOT_FOUND: nothing was sent with it. */
enum err response_receipt(struct db *, struct arena *, int64_t survey, const char *receipt, const char *language,
    json_t **out) MUST_USE;
/* What is answered by name is seen in the browser where that person's マイページ is open.  session: the token of one;
 * *citizen: whose it is, 0: nobody's any more. */
enum err response_present(struct db *, struct arena *, const char *session, int64_t *citizen) MUST_USE;
/* {"number"} of what this person has answered by name; ERR_NOT_FOUND: nothing. */
enum err response_of(struct db *, int64_t survey, int64_t citizen, json_t **out) MUST_USE;

/* What became of it. */
enum response_fate { RESPONSE_SENT, RESPONSE_AGAIN, RESPONSE_CLOSED, RESPONSE_FULL, RESPONSE_CHANGED };

/* What is sent: whole, and accepted by the engine. */
struct response_whole {
	int64_t id;			/* of the survey */
	const json_t *survey;
	json_t *answers;
	const char *language, *way;
	const char *receipt;		/* its token */
	struct db_bytes right;		/* the hash of the spent right; NULL: none */
	int64_t citizen;		/* 0: nobody's */
	int64_t begun;			/* ms; 0: not known */
	const json_t *before;		/* what a change found; NULL: not known */
	const char *draft;		/* the token of the draft that ends with it; NULL: none */
};
/* Keeps it; *number is the 受付番号.  Only RESPONSE_SENT leaves anything. */
enum err response_send(struct db *, struct arena *, const struct response_whole *, enum response_fate *, const char **number) MUST_USE;
/* Puts it in the place of what was sent with this receipt.  RESPONSE_CHANGED: that is not before any more. */
enum err response_change(struct db *, struct arena *, const struct response_whole *, enum response_fate *, const char **number) MUST_USE;
