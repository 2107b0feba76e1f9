/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer to a survey: begun, kept on the way, sent, changed.  That nobody answers twice,
 * and nobody beyond a limit, is the database's business (sql/functions/response.sql).
 */
#include "domain/response.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/survey_quota.h"

static const char LABEL[] = "response_draft.sealed";
enum { DAY_S = 86400 };

/* --- drafts --- */

static struct db_bytes
draft_hash(struct arena *a, const char *token, int64_t survey)
{
	return db_sha256(a, arena_printf(a, "draft %" PRId64 " %s", survey, token));
}

enum err
response_draft_ask(struct db *db, struct arena *a, struct response_draft *d, const char *language, bool lock)
{
	struct db_bytes hash = draft_hash(a, d->token, d->survey);

	if (lock)
		return q_response_draft_lock_queue(db, (struct q_response_draft_lock){ .hash = hash }, &d->rows);
	return q_response_draft_queue(db, (struct q_response_draft){ .hash = hash, .lang = language }, &d->rows);
}

enum err
response_draft_read(const struct vault *vault, struct arena *a, struct response_draft *d)
{
	const uint8_t *sealed;
	const char *ends;
	size_t n;

	if (rows_count(d->rows) == 0)
		return ERR_NOT_FOUND;
	sealed = rows_bytes(d->rows, 0, "sealed", &n);
	if (vault_open_json(vault, a, LABEL, sealed, n, &d->what) != ERR_OK)
		return ERR_NOT_FOUND;	/* of a key that is gone: they start anew */
	d->reached = rows_text(d->rows, 0, "reached");
	ends = rows_text(d->rows, 0, "ends");
	d->ends = json_null();
	return ends[0] == '\0' ? ERR_OK : json_parse(a, ends, strlen(ends), &d->ends);
}

enum err
response_draft_begin(struct db *db, const struct vault *vault, struct arena *a, const json_t *survey,
    struct response_draft *d)
{
	if (d->token == NULL)
		d->token = secret_token(a, 32);
	json_object_set_new(d->what, "seed", json_string(secret_token(a, 16)));
	json_object_set_new(d->what, "begun", json_integer(clock_ms()));
	return q_response_draft_add_queue(db, (struct q_response_draft_add){
	    .hash = draft_hash(a, d->token, d->survey), .questionnaire = json_int(survey, "questionnaire"),
	    .edition = (int32_t)json_int(survey, "edition"), .reached = d->reached,
	    .sealed = vault_seal_json(vault, a, LABEL, d->what), .changes = json_text(d->what, "change")[0] != '\0' }, NULL);
}

enum err
response_draft_keep(struct db *db, const struct vault *vault, struct arena *a, const struct response_draft *d)
{
	return q_response_draft_keep_queue(db, (struct q_response_draft_keep){ .hash = draft_hash(a, d->token, d->survey),
	    .reached = d->reached, .sealed = vault_seal_json(vault, a, LABEL, d->what) }, NULL);
}

/* --- receipts --- */

const char *
response_receipt_of(struct arena *a, const char *token, int64_t survey)
{
	struct db_bytes hash = db_sha256(a, arena_printf(a, "receipt %" PRId64 " %s", survey, token));
	struct buf text;

	buf_init(&text, a);
	buf_add_base64url(&text, hash.data, hash.n);
	return text.data;
}

enum err
response_receipt(struct db *db, struct arena *a, int64_t survey, const char *receipt, const char *language, json_t **out)
{
	return q_response_receipt(db, (struct q_response_receipt){ .survey = survey, .receipt = db_sha256(a, receipt),
	    .lang = language }, out);
}

enum err
response_present(struct db *db, struct arena *a, const char *session, int64_t *citizen)
{
	struct rows *rows;
	enum err e;

	*citizen = 0;
	if (session[0] == '\0')
		return ERR_OK;
	e = q_response_present(db, (struct q_response_present){ .session = db_sha256(a, session) }, &rows);
	if (e == ERR_OK && rows_count(rows) > 0)
		*citizen = rows_int(rows, 0, "id");
	return e;
}

enum err
response_of(struct db *db, int64_t survey, int64_t citizen, json_t **out)
{
	return q_response_of(db, (struct q_response_of){ .survey = survey, .citizen = citizen }, out);
}

/* --- sending --- */

static void
fate(const struct rows *rows, enum response_fate *out, const char **number)
{
	static const char *const names[] = {
		[RESPONSE_SENT] = "sent", [RESPONSE_AGAIN] = "again", [RESPONSE_CLOSED] = "closed", [RESPONSE_FULL] = "full",
	};
	const char *said = rows_text(rows, 0, "outcome");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], said) == 0)
			*out = (enum response_fate)i;
	*number = rows_text(rows, 0, "number");
}

static struct db_bytes
draft_of(struct arena *a, const struct response_whole *r)
{
	return r->draft == NULL ? (struct db_bytes){ NULL, 0 } : draft_hash(a, r->draft, r->id);
}

enum err
response_send(struct db *db, struct arena *a, const struct response_whole *r, enum response_fate *out, const char **number)
{
	int64_t took = r->begun > 0 ? (clock_ms() - r->begun) / 1000 : -1;
	int32_t seconds = (int32_t)(took > DAY_S ? DAY_S : took);
	struct survey_limits limits;
	struct rows *rows;
	enum err e;

	survey_limits(a, r->survey, r->answers, &limits);
	e = q_response_add(db, (struct q_response_add){ .survey = r->id,
	    .edition = (int32_t)json_int(r->survey, "edition"), .language = r->language, .way = r->way, .answers = r->answers,
	    .seconds = took >= 0 ? &seconds : NULL, .right = r->right, .citizen = r->citizen != 0 ? &r->citizen : NULL,
	    .receipt = db_sha256(a, r->receipt), .draft = draft_of(a, r), .keys = limits.keys, .most = limits.most }, &rows);
	if (e == ERR_OK)
		fate(rows, out, number);
	return e;
}

enum err
response_change(struct db *db, struct arena *a, const struct response_whole *r, enum response_fate *out, const char **number)
{
	struct survey_limits limits, before;
	struct db_bytes receipt = db_sha256(a, r->receipt);
	int64_t survey = r->id;
	struct rows *rows;
	json_t *was;
	enum err e;

	e = q_response_receipt_lock(db, (struct q_response_receipt_lock){ .survey = survey, .receipt = receipt }, &was);
	if (e != ERR_OK)
		return e;
	if (r->before != NULL && !json_equal(r->before, was)) {
		*out = RESPONSE_CHANGED;
		return ERR_OK;
	}
	survey_limits(a, r->survey, r->answers, &limits);
	survey_limits(a, r->survey, was, &before);
	e = q_response_change(db, (struct q_response_change){ .survey = survey,
	    .edition = (int32_t)json_int(r->survey, "edition"), .language = r->language, .answers = r->answers, .receipt = receipt,
	    .draft = draft_of(a, r), .keys = limits.keys, .most = limits.most, .back = before.keys }, &rows);
	if (e == ERR_OK)
		fate(rows, out, number);
	return e;
}
