/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 配信手段の設定: mail.  The server is the operator's and is shown, its password never; the
 * town chooses what its mails come from (domain/mail_sender.h).
 *
 *	GET, POST /desk/settings/channels/email
 *	POST      /desk/settings/channels/email/test	a mail to oneself
 */
#include <string.h>

#include "domain/mail.h"
#include "domain/mail_sender.h"
#include "domain/message.h"
#include "web/handlers.h"
#include "web/web.h"

enum { TEST_VALID_S = 600 };

static const char url[] = "/desk/settings/channels/email";

/* "mail.example.jp:465" of "smtps://mail.example.jp:465/" */
static json_t *
server(struct web *w)
{
	const char *smtp = w->conf->smtp_url, *host = smtp != NULL ? strstr(smtp, "://") : NULL;

	if (host == NULL)
		return json_null();
	host += 3;
	return json_pack("{s:s%, s:b, s:b, s:s}", "host", host, strcspn(host, "/"), "smtps", strncmp(smtp, "smtps:", 6) == 0,
	    "sign_in", w->conf->smtp_user != NULL, "domain", w->conf->mail_domain);
}

/* As part desk/gateway/health reads it; null: nothing is known yet. */
static enum err
show_health(struct web *w)
{
	json_t *health, *back;
	enum err e = mail_sender_health(w->db, w->words, &health, &back);

	if (e != ERR_OK)
		return e;
	if (health != NULL)
		json_object_set_new(health, "kind_text", json_string(words_get(w->words, "mail_sender_host")));
	json_object_set(w->view, "health", health != NULL && w->conf->smtp_url != NULL ? health : json_null());
	json_object_set(w->view, "returned", back);
	return ERR_OK;
}

static enum err
show(struct web *w, enum status status, const json_t *now, bool changed)
{
	const char *at = strchr(json_text(now, "from"), '@');
	enum err e = show_health(w);

	if (e != ERR_OK)
		return e;

	json_object_set(w->view, "sender", (json_t *)(uintptr_t)now);
	json_object_set_new(w->view, "server", server(w));
	json_object_set_new(w->view, "mail_domain", json_string(w->conf->mail_domain));
	json_object_set_new(w->view, "domain", json_string(at != NULL ? at + 1 : ""));
	json_object_set_new(w->view, "changed", json_boolean(changed));
	return web_page(w, status, "desk/gateway/mail");
}

enum err
desk_mail_sender(struct web *w)
{
	struct form *f = web_form(w);
	json_t *now;
	enum err e = mail_sender_show(w->db, w->words, &now);

	if (e != ERR_OK)
		return e;
	mail_sender_fill(f, now);
	return show(w, HTTP_OK, now, false);
}

enum err
desk_mail_sender_save(struct web *w)
{
	struct form *f = web_form(w);
	struct mail_sender s;
	json_t *now;
	bool changed;
	enum err e = mail_sender_show(w->db, w->words, &now);

	if (e == ERR_OK)
		e = mail_sender_read(w->db, f, &s);
	if (e != ERR_OK)
		return e;
	/* Somebody else saved first: what is stored now is on the page, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(now, "version")) != 0;
	if (!form_ok(f) || changed)
		return show(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, now, changed);
	e = mail_sender_save(w->db, &s, json_text(now, "version"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", url);
}

enum err
desk_mail_sender_test(struct web *w)
{
	const struct mailer mailer = { w->db, w->vault, w->site->templates, w->words, w->arena };
	struct db_bytes sealed;
	struct buf address;
	json_t *now;
	enum err e = web_vault(w);

	buf_init(&address, w->arena);
	if (e == ERR_OK)
		e = mail_sender_show(w->db, w->words, &now);
	if (e == ERR_OK)
		e = message_tester(w->db, w->staff, &sealed);
	if (e == ERR_OK)
		e = vault_open(w->vault, "staff.email", sealed.data, sealed.n, &address);
	if (e == ERR_OK)
		e = mail_queue(&mailer, "sender_test", address.data, now, TEST_VALID_S);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_mail_test");
	return web_see_other(w, "%s", url);
}
