/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 配信手段の設定: mail.  The servers are the operator's and are shown, their passwords never;
 * the town chooses what its mails come from (domain/mail_sender.h).
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
static void
add_server(struct web *w, json_t *servers, const char *name, const char *smtp, const char *user, bool last)
{
	const char *host = smtp != NULL ? strstr(smtp, "://") : NULL;

	if (host == NULL)
		return;
	host += 3;
	json_array_append_new(servers, json_pack("{s:s, s:s%, s:b, s:b, s:b}", "name", words_get(w->words, name), "host", host,
	    strcspn(host, "/"), "smtps", strncmp(smtp, "smtps:", 6) == 0, "sign_in", user != NULL, "bounces", last));
}

/* Of each that there is, as part desk/gateway/health reads it. */
static enum err
show_health(struct web *w)
{
	json_t *health, *back, *servers = json_array(), *rows = json_array(), *row;
	enum err e = mail_sender_health(w->db, w->words, &health, &back);
	int i;

	json_object_set_new(w->view, "servers", servers);
	json_object_set_new(w->view, "health", rows);
	if (e != ERR_OK)
		return e;
	add_server(w, servers, "mail_sender_host", w->conf->smtp_url, w->conf->smtp_user, w->conf->smtp2_url == NULL);
	add_server(w, servers, "mail_sender_host2", w->conf->smtp2_url, w->conf->smtp2_user, true);
	if (json_is_object(json_object_get(health, "rest")))
		json_array_append(rows, json_object_get(health, "rest"));
	for (i = 1; i <= (int)json_array_size(servers); i++)
		if ((row = mail_sender_server(health, i)) != NULL)
			json_array_append(rows, row);
	json_object_set_new(w->view, "any_server", json_boolean(json_array_size(servers) > 0));
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
