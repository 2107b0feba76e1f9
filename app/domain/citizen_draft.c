/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody has typed on the way through 登録, before it is anything.  The
 * browser holds a random token, the table its hash and the sealed answers.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/citizen.h"

static const char LABEL[] = "subscribe_draft.sealed";

enum err
citizen_draft_ask(struct db *db, struct arena *a, const char *token, struct rows **out)
{
	return q_citizen_draft_queue(db, (struct q_citizen_draft){ .hash = db_sha256(a, token) }, out);
}

enum err
citizen_draft(const struct vault *vault, struct arena *a, const struct rows *rows, json_t **out,
    const char **consent)
{
	const uint8_t *sealed;
	struct buf text;
	size_t n;

	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	sealed = rows_bytes(rows, 0, "sealed", &n);
	buf_init(&text, a);
	if (vault_open(vault, LABEL, sealed, n, &text) != ERR_OK)
		return ERR_NOT_FOUND;	/* of a key that is gone: they start anew */
	*consent = rows_text(rows, 0, "consent");
	return json_parse(a, text.data, text.len, out);
}

enum err
citizen_draft_keep(struct db *db, const struct vault *vault, struct arena *a, const char *token,
    const json_t *choice)
{
	struct buf text, sealed;

	buf_init(&text, a);
	json_canonical(choice, &text);
	buf_init(&sealed, a);
	vault_seal(vault, LABEL, text.data, text.len, &sealed);
	return q_citizen_draft_keep_queue(db, (struct q_citizen_draft_keep){
	    .hash = db_sha256(a, token), .sealed = { sealed.data, sealed.len } }, NULL);
}

enum err
citizen_draft_drop(struct db *db, struct arena *a, const char *token)
{
	return q_citizen_draft_drop_queue(db, (struct q_citizen_draft_drop){ .hash = db_sha256(a, token) }, NULL);
}

const char *
citizen_draft_next(const json_t *choice)
{
	/* By another way than mail, no address is asked for. */
	if (json_text(choice, "email")[0] == '\0' && json_text(choice, "way")[0] == '\0')
		return "email";
	if (json_object_get(choice, "districts") == NULL)
		return "district";
	if (json_object_get(choice, "topics") == NULL)
		return "topics";
	if (json_text(choice, "language")[0] == '\0')
		return "language";
	return "check";
}

/* Enough for its owner to know it, not for somebody who looks over a shoulder. */
const char *
citizen_masked(struct arena *a, const char *email)
{
	const char *at = strrchr(email, '@');
	size_t local = at != NULL ? (size_t)(at - email) : 0;
	int shown = local > 4 ? 2 : 1;

	if (local == 0)
		return "";
	return arena_printf(a, "%.*s***%s", shown, email, at);
}
