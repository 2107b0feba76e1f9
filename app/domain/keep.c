/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones that are asked each year whether messages are still wanted; see keep.h.
 */
#include "domain/keep.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/phone.h"
#include "domain/stop_link.h"

#define ADDRESS "contact.address"

/* The number of row i; NULL: of a key that is gone. */
static const char *
number(const struct mailer *m, const struct rows *rows, size_t i)
{
	struct buf opened;
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, i, "address", &n);

	buf_init(&opened, m->arena);
	return vault_open(m->vault, ADDRESS, sealed, n, &opened) == ERR_OK ? opened.data : NULL;
}

static enum err
ask(const struct mailer *m, const struct rows *rows, size_t i, const char *origin, const char *name)
{
	int64_t contact = rows_int(rows, i, "contact_id");
	const char *phone = number(m, rows, i);
	struct buf text;
	const json_t *view;

	if (phone == NULL)
		return ERR_OK;
	view = json_keep(m->arena, json_pack("{s:s, s:s}", "tenant_name", name, "url", arena_printf(m->arena, "%s/keep/%s", origin,
	    keep_link_token(m->arena, m->vault, contact, rows_int(rows, i, "proved")))));
	buf_init(&text, m->arena);
	if (templates_render(m->templates, "sms/keep.txt", m->words, view, &text) != ERR_OK)
		return ERR_DB;	/* logged by the renderer */
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	return q_keep_letter_queue(m->db, (struct q_keep_letter){ .contact = contact, .due = rows_text(rows, i, "due"),
	    .key = secret_uuid(m->arena), .text = text.data,
	    .sealed = vault_seal_json(m->vault, m->arena, "letter.sealed", json_keep(m->arena, json_pack("{s:s, s:s, s:s}",
	    "to", phone, "text", text.data, "language", words_lang(m->words)))) }, NULL);
}

enum err
keep_ask(struct mailer *m, const struct catalogue *catalogue, const char *origin, const char *name, const char *name_en,
    int most, int *n)
{
	struct rows *rows, *ended;
	size_t i;
	enum err e;

	e = q_keep_due(m->db, (struct q_keep_due){ .most = most }, &rows);
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++) {
		m->words = catalogue_words(catalogue, rows_text(rows, i, "language"));
		e = ask(m, rows, i, origin, strcmp(words_lang(m->words), "ja") == 0 ? name : name_en);
	}
	if (e == ERR_OK)
		e = q_keep_end(m->db, (struct q_keep_end){ .most = most }, &ended);
	if (e != ERR_OK)
		return e;
	*n = (int)rows_count(rows) + (int)rows_int(ended, 0, "ended");
	return ERR_OK;
}

enum err
keep_known(const struct vault *vault, struct arena *a, const char *token)
{
	int64_t contact, proved;

	return keep_link_read(a, vault, token, &contact, &proved);
}

enum err
keep_open(const struct mailer *m, const char *token, const char **phone)
{
	int64_t contact, proved;
	struct rows *rows;
	const char *e164;
	enum err e = keep_link_read(m->arena, m->vault, token, &contact, &proved);

	if (e != ERR_OK)
		return e;
	e = q_keep_open(m->db, (struct q_keep_open){ .contact = contact, .proved = proved }, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_GONE : e;
	e164 = number(m, rows, 0);
	if (e164 == NULL)
		return ERR_GONE;
	*phone = phone_masked(m->arena, e164);
	return ERR_OK;
}

enum err
keep_answer(const struct mailer *m, const char *token, bool keep)
{
	int64_t contact, proved;
	enum err e = keep_link_read(m->arena, m->vault, token, &contact, &proved);

	return e != ERR_OK ? e : q_keep_answer(m->db, (struct q_keep_answer){
	    .contact = contact, .proved = proved, .keep = keep }, NULL);
}
