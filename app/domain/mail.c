/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail to one person: rendered, sealed and queued in table letter.  The courier
 * does the rest; see mail.h.
 */
#include "domain/mail.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/queries.h"

static enum err
queue(const struct mailer *m, const char *kind, struct db_bytes sealed, int64_t staff, int64_t message, int valid_s)
{
	return q_mail_add(m->db, (struct q_mail_add){
	    .kind = kind, .key = secret_uuid(m->arena), .sealed = sealed,
	    .staff = staff != 0 ? &staff : NULL, .message = message != 0 ? &message : NULL,
	    .valid_s = valid_s }, NULL);
}

static json_t *
letter(const struct mailer *m, const char *to, const char *subject, const char *text, const char *html)
{
	return json_keep(m->arena, json_pack("{s:s, s:s, s:s, s:s*, s:s}",
	    "to", to, "subject", subject, "text", text, "html", html, "language", words_lang(m->words)));
}

static enum err
render(const struct mailer *m, const char *kind, const char *type, const json_t *view, char **out)
{
	struct buf b;
	enum err e;

	buf_init(&b, m->arena);
	e = templates_render(m->templates, arena_printf(m->arena, "mail/%s.%s", kind, type), m->words, view, &b);
	while (b.len > 0 && strcmp(type, "subject") == 0 && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	*out = b.data;
	return e;
}

enum err
mail_seal(const struct mailer *m, const char *kind, const char *to, const json_t *view, struct db_bytes *out)
{
	char *subject, *text, *html = NULL;
	enum err e;

	e = render(m, kind, "subject", view, &subject);
	if (e == ERR_OK)
		e = render(m, kind, "txt", view, &text);
	if (e == ERR_OK && templates_has(m->templates, arena_printf(m->arena, "mail/%s.html", kind)))
		e = render(m, kind, "html", view, &html);
	if (e != ERR_OK)
		return ERR_DB;	/* logged by the renderer: a fault of ours, not of the person's */
	*out = vault_seal_json(m->vault, m->arena, "letter.sealed", letter(m, to, subject, text, html));
	return ERR_OK;
}

enum err
mail_queue(const struct mailer *m, const char *kind, const char *to, const json_t *view, int valid_s)
{
	struct db_bytes sealed;
	enum err e = mail_seal(m, kind, to, view, &sealed);

	return e == ERR_OK ? queue(m, kind, sealed, 0, 0, valid_s) : e;
}

enum err
mail_queue_ready(const struct mailer *m, const char *kind, const char *to, const char *subject,
    const char *text, const char *html, int64_t staff, int64_t message, int valid_s)
{
	return queue(m, kind, vault_seal_json(m->vault, m->arena, "letter.sealed",
	    letter(m, to, subject, text, html)), staff, message, valid_s);
}
