/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 配信手段の設定: the town's accounts at LINE, gateways of SMS, X, and its keys of Web Push.
 *
 *	GET       /desk/settings/channels		all, with how they fare
 *	GET, POST /desk/settings/channels/{channel}	one: what to get where, and the form
 *	POST      …/check				接続を確かめる
 *	GET, POST …/switch				on or off, after a question
 *
 * {channel} is line, webpush, sms, sms2 (the second gateway of SMS) or x.  What is typed in is
 * in gateway_fields.c.  Secrets go in and never come out.
 */
#include "channel/channel.h"
#include "channel/check.h"
#include "channel/webpush.h"
#include "channel/x_oauth.h"
#include "domain/gateway.h"
#include "domain/mail_sender.h"
#include "domain/message.h"
#include "web/desk/gateway_fields.h"
#include "web/desk/gateway_sign_in.h"
#include "web/handlers.h"

struct slot {
	const char *name, *channel;	/* "sms2", "sms" */
	int place;
};

/* The places for accounts of the town's own, in the order of pages; NULL: there are no more. */
static const struct slot *
slot_at(const struct web *w, int n)
{
	struct slot *s;
	size_t k;

	for (k = 0; channel_kinds[k] != NULL && n >= channel_kinds[k]->accounts; k++)
		n -= channel_kinds[k]->accounts;
	if (channel_kinds[k] == NULL)
		return NULL;
	s = arena_alloc(w->arena, sizeof *s);
	*s = (struct slot){ .channel = channel_kinds[k]->name, .place = n + 1 };
	s->name = n == 0 ? s->channel : arena_printf(w->arena, "%s%d", s->channel, s->place);
	return s;
}

static const struct slot *
slot_of(const struct web *w)
{
	const struct slot *s;
	int n;

	for (n = 0; (s = slot_at(w, n)) != NULL && strcmp(s->name, web_arg(w, "channel")) != 0; n++)
		;
	return s;
}

static json_t *
in_slot(const json_t *accounts, const struct slot *s)
{
	json_t *each;
	size_t i;

	json_array_foreach(accounts, i, each)
		if (strcmp(json_text(each, "channel"), s->channel) == 0 && json_int(each, "place") == s->place)
			return each;
	return NULL;
}

static const char *
slot_text(const struct web *w, const struct slot *s)
{
	return s->place == 2 ? words_get(w->words, "gateway_sms2") : message_way(w->words, s->channel);
}

/* As part/status_tag shows it. */
static const char *
state_of(const json_t *account)
{
	if (account == NULL)
		return "todo";
	if (!json_flag(account, "active"))
		return "paused";
	return json_flag(account, "open") ? "wrong" : "active";
}

/* What the list and the page of one say about a place: the account as query gateway_state has it. */
static json_t *
face(struct web *w, const struct slot *s, json_t *account)
{
	const char *state = state_of(account);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O?}", "slot", s->name, "slot_text", slot_text(w, s),
	    "about", s->place == 2 ? words_get(w->words, "gateway_sms2_about")
	    : words_get(w->words, arena_printf(w->arena, "gateway_%s_about", s->channel)),
	    "state", state, "state_text", words_get(w->words, arena_printf(w->arena, "gateway_state_%s", state)),
	    "kind_text", account == NULL ? ""
	    : words_get(w->words, arena_printf(w->arena, "gateway_kind_%s", json_text(account, "kind"))),
	    "account", account);
}

/* Mail, in the same words: the servers are the operator's, and always on where there are any.  What
 * came back is said with the first. */
static json_t *
mail_face(struct web *w, const json_t *health, int place)
{
	bool set = w->conf->smtp_url != NULL;
	json_t *row = set ? mail_sender_server(health, place) : NULL, *rows = json_array(), *rest = json_object_get(health, "rest");
	const char *state = !set ? "todo" : json_flag(row, "open") || (place == 1 && json_is_object(rest)) ? "wrong" : "active";

	if (place == 1 && json_is_object(rest))
		json_array_append(rows, rest);
	if (row != NULL)
		json_array_append(rows, row);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "slot", "email",
	    "slot_text", words_get(w->words, place == 2 ? "gateway_email2" : "way_email"),
	    "about", words_get(w->words, place == 2 ? "gateway_email2_about" : "gateway_email_about"), "state", state,
	    "state_text", words_get(w->words, arena_printf(w->arena, "gateway_state_%s", state)), "account", rows);
}

enum err
desk_gateway_list(struct web *w)
{
	json_t *accounts, *health, *returned, *rows = json_array();
	const struct slot *s;
	enum err e = gateway_state(w->db, w->words, &accounts);
	int n;

	json_object_set_new(w->view, "slots", rows);
	if (e == ERR_OK)
		e = mail_sender_health(w->db, w->words, &health, &returned);
	if (e != ERR_OK)
		return e;
	json_array_append_new(rows, mail_face(w, health, 1));
	if (w->conf->smtp2_url != NULL)
		json_array_append_new(rows, mail_face(w, health, 2));
	for (n = 0; (s = slot_at(w, n)) != NULL; n++)
		json_array_append_new(rows, face(w, s, in_slot(accounts, s)));
	return web_page(w, HTTP_OK, "desk/gateway/list");
}

/* --- one --- */

/* One place, with its account twice: as it is shown, and as it is called, with its secrets. */
struct open {
	const struct slot *slot;
	const struct gateway_form *form;
	json_t *shown;			/* NULL: there is none */
	json_t *account;		/* NULL: there is none, or it is of another kind than the form */
};

static const struct gateway_form *
form_wanted(const struct web *w, const struct slot *s, const json_t *shown)
{
	const char *kind = fields_get(w->request->method == METHOD_POST ? w->fields : w->query, "kind");
	const struct gateway_form *g = gateway_form(kind[0] != '\0' ? kind : json_text(shown, "kind"));

	return g != NULL && strcmp(g->channel, s->channel) == 0 ? g : gateway_form_of(s->channel, NULL);
}

static enum err
open_slot(struct web *w, struct open *o)
{
	json_t *shown, *list;
	enum err e;

	*o = (struct open){ .slot = slot_of(w) };
	if (o->slot == NULL)
		return ERR_NOT_FOUND;
	e = web_vault(w);
	if (e == ERR_OK)
		e = gateway_state(w->db, w->words, &shown);
	if (e == ERR_OK)
		e = gateway_list(w->db, w->vault, w->arena, o->slot->channel, true, &list);
	if (e != ERR_OK)
		return e;
	o->shown = in_slot(shown, o->slot);
	o->form = form_wanted(w, o->slot, o->shown);
	o->account = in_slot(list, o->slot);
	if (o->account != NULL && strcmp(json_text(o->account, "kind"), o->form->kind) != 0)
		o->account = NULL;
	json_object_set_new(w->view, "slot", face(w, o->slot, o->shown));
	return ERR_OK;
}

static json_t *
kinds(struct web *w, const struct open *o)
{
	const struct gateway_form *g = NULL;
	json_t *list = json_array();

	while ((g = gateway_form_of(o->slot->channel, g)) != NULL)
		json_array_append_new(list, json_pack("{s:s, s:o, s:b}",
		    "label", words_get(w->words, arena_printf(w->arena, "gateway_kind_%s", g->kind)),
		    "url", json_sprintf("/desk/settings/channels/%s?kind=%s", o->slot->name, g->kind), "current", g == o->form));
	return list;
}

/* What is pasted at the provider, once there is a number to put into it.  A gateway that does not
 * sign what it calls in proves itself by the secret at the end. */
static json_t *
hook_url(struct web *w, const struct open *o)
{
	const char *secret = json_text(json_object_get(o->account, "secrets"), "callback_secret");

	if (o->account == NULL || !o->form->has_hook)
		return json_null();
	return json_sprintf("%s/hooks/%s/%lld%s%s", web_origin(w), o->slot->channel, (long long)json_int(o->account, "id"),
	    secret[0] != '\0' ? "/" : "", secret);
}

static bool
any_problem(const json_t *rows)
{
	json_t *each;
	size_t i;

	json_array_foreach(rows, i, each)
		if (json_is_string(json_object_get(each, "problem")))
			return true;
	return false;
}

static enum err
show(struct web *w, enum status status, const struct open *o, struct form *f, bool changed)
{
	json_t *list = kinds(w, o);
	const struct gateway_form *g = o->form;
	bool same = o->account != NULL;

	/* Only whether a secret is there: gateway_fields_rows looks, and it is taken out again. */
	json_object_set(w->view, "account", o->account != NULL ? o->account : json_null());
	json_object_set_new(w->view, "fields", gateway_fields_rows(w, f, g, false));
	json_object_set_new(w->view, "more_fields", gateway_fields_rows(w, f, g, true));
	json_object_del(w->view, "account");
	json_object_set_new(w->view, "some_more", json_boolean(json_array_size(json_object_get(w->view, "more_fields")) > 0));
	/* What is wrong in there is not to be searched for. */
	json_object_set_new(w->view, "more_open", json_boolean(any_problem(json_object_get(w->view, "more_fields"))));
	json_object_set_new(w->view, "kind", json_string(g->kind));
	json_object_set_new(w->view, "is", json_pack("{s:b, s:b, s:b, s:b, s:b, s:b}", "line", strcmp(g->kind, "line") == 0,
	    "karaden", strcmp(g->kind, "karaden") == 0, "twilio", strcmp(g->kind, "twilio") == 0,
	    "x", strcmp(g->kind, "x") == 0, "x2", strcmp(g->kind, "x2") == 0, "vapid", strcmp(g->kind, "vapid") == 0));
	desk_sign_in_face(w, g->kind, o->account);
	json_object_set_new(w->view, "several", json_boolean(json_array_size(list) > 1));
	json_object_set_new(w->view, "kinds", list);
	json_object_set_new(w->view, "hook_url", hook_url(w, o));
	json_object_set_new(w->view, "version", json_string(json_text(o->shown, "version")));
	json_object_set_new(w->view, "changed", json_boolean(changed));
	json_object_set_new(w->view, "saved", json_boolean(same));
	/* What nobody has signed in to cannot be switched on. */
	json_object_set_new(w->view, "ready", json_boolean(same && (strcmp(g->kind, "x2") != 0 || desk_sign_in_done(o->account))));
	json_object_set_new(w->view, "active", json_boolean(same && json_flag(o->account, "active")));
	json_object_set_new(w->view, "may_check", json_boolean(same && g->checks));
	json_object_set_new(w->view, "public_key", strcmp(g->kind, "vapid") != 0 || !same ? json_null()
	    : json_string(json_text(json_object_get(o->account, "settings"), "public_key")));
	if (json_object_get(w->view, "checked") == NULL)
		json_object_set_new(w->view, "checked", json_null());
	return web_page(w, status, "desk/gateway/form");
}

enum err
desk_gateway_show(struct web *w)
{
	struct form *f = web_form(w);
	struct open o;
	enum err e = open_slot(w, &o);

	if (e != ERR_OK)
		return e;
	gateway_fields_fill(w, f, o.form, o.account);
	return show(w, HTTP_OK, &o, f, false);
}

/* What is made here, once: the keys of Web Push, on which every device of every citizen hangs, and
 * what a gateway that cannot sign proves itself with. */
static void
make_secrets(struct web *w, const struct gateway_form *g, json_t *settings, json_t *secrets)
{
	uint8_t random[20];

	if (strcmp(g->kind, "vapid") == 0 && json_text(secrets, "private_key")[0] == '\0') {
		json_t *keys = webpush_keys_new(w->arena);

		json_object_set(settings, "public_key", json_object_get(keys, "public_key"));
		json_object_set(secrets, "private_key", json_object_get(keys, "private_key"));
	}
	if (strcmp(g->kind, "karaden") == 0 && json_text(secrets, "callback_secret")[0] == '\0') {
		secret_random(random, sizeof random);
		json_object_set_new(secrets, "callback_secret", json_string(secret_hex(w->arena, random, sizeof random)));
	}
}

enum err
desk_gateway_save(struct web *w)
{
	struct gateway_draft d = { 0 };
	struct form *f = web_form(w);
	json_t *settings, *secrets;
	struct open o;
	int64_t id;
	bool changed;
	enum err e = open_slot(w, &o);

	if (e != ERR_OK)
		return e;
	gateway_fields_read(w, f, o.form, o.account, &settings, &secrets, &d.url);
	/* Somebody else saved first: what is stored now is on the page, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(o.shown, "version")) != 0;
	if (!form_ok(f) || changed)
		return show(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, &o, f, changed);

	make_secrets(w, o.form, settings, secrets);
	d.channel = o.slot->channel;
	d.kind = o.form->kind;
	d.place = o.slot->place;
	d.active = o.account != NULL && json_flag(o.account, "active") &&
	    (strcmp(d.kind, "x2") != 0 || x_is_renewable(secrets));
	d.settings = settings;
	d.secrets = secrets;
	e = gateway_save(w->db, w->vault, w->arena, &d, &id);
	if (e == ERR_OK && strcmp(o.form->kind, "twilio") == 0) {
		/* It is told with each message where to call back, which has the number of the account in it. */
		const char *back = arena_printf(w->arena, "%s/hooks/sms/%" PRId64, web_origin(w), id);

		if (strcmp(json_text(settings, "callback_url"), back) != 0) {
			json_object_set_new(settings, "callback_url", json_string(back));
			e = gateway_save(w->db, w->vault, w->arena, &d, &id);
		}
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", gateway_fields_cleaned(w, o.form) ? "tell_gateway_cleaned" : d.active ? "tell_saved"
	    : strcmp(d.kind, "x2") == 0 ? "tell_x_saved" : o.form->checks ? "tell_gateway_saved" : "tell_gateway_made");
	return web_see_other(w, "/desk/settings/channels/%s", o.slot->name);
}

/* --- does it work? --- */

/* What the far side told about the account is kept with it: hooks and links need it. */
static enum err
learn(struct web *w, const struct open *o, const struct channel_check *c)
{
	json_t *settings = json_keep(w->arena, json_deep_copy(json_object_get(o->account, "settings")));
	struct gateway_draft d = { .channel = o->slot->channel, .kind = o->form->kind, .place = o->slot->place,
	    .active = json_flag(o->account, "active"), .url = json_text(o->account, "url"), .settings = settings };
	int64_t id;

	json_object_update(settings, c->learned);
	if (json_equal(settings, json_object_get(o->account, "settings")))
		return ERR_OK;
	return gateway_save(w->db, w->vault, w->arena, &d, &id);
}

enum err
desk_gateway_check(struct web *w)
{
	struct form *f = web_form(w);
	struct channel_check c;
	int64_t version;
	const char *reason;
	struct open o;
	enum err e = open_slot(w, &o);

	if (e == ERR_OK && (o.account == NULL || !o.form->checks))
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	version = json_int(o.account, "version");
	/* It may take ten seconds, and no transaction waits so long. */
	e = db_commit(w->db);
	if (e != ERR_OK)
		return e;
	channel_check(w->conf, w->arena, o.account, &c);
	e = guard_again(w);
	if (e == ERR_OK)
		e = open_slot(w, &o);
	if (e == ERR_OK && o.account == NULL)
		e = ERR_NOT_FOUND;
	/* What was told is of the account as it was. */
	if (e == ERR_OK && c.ok && json_int(o.account, "version") == version)
		e = learn(w, &o, &c);
	if (e == ERR_OK)
		e = open_slot(w, &o);
	if (e != ERR_OK)
		return e;
	reason = c.ok ? NULL : words_find(w->words, arena_printf(w->arena, "gateway_check_%s", c.reason));
	json_object_set_new(w->view, "checked", json_pack("{s:b, s:s?, s:s?, s:s?}", "ok", c.ok,
	    "name", c.name[0] != '\0' ? c.name : NULL, "detail", c.detail[0] != '\0' ? c.detail : NULL,
	    "reason", c.ok ? NULL : reason != NULL ? reason : words_get(w->words, "gateway_check_failed")));
	gateway_fields_fill(w, f, o.form, o.account);
	return show(w, HTTP_OK, &o, f, false);
}

/* --- on and off --- */

enum err
desk_gateway_switch(struct web *w)
{
	struct open o;
	enum err e = open_slot(w, &o);

	if (e == ERR_OK && o.account == NULL)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "active", json_boolean(json_flag(o.account, "active")));
	return web_page(w, HTTP_OK, "desk/gateway/switch");
}

enum err
desk_gateway_switch_do(struct web *w)
{
	struct gateway_draft d;
	struct open o;
	int64_t id;
	bool on = strcmp(fields_get(w->fields, "to"), "on") == 0;
	enum err e = open_slot(w, &o);

	if (e == ERR_OK && o.account == NULL)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	d = (struct gateway_draft){ .channel = o.slot->channel, .kind = o.form->kind, .place = o.slot->place, .active = on,
	    .url = json_text(o.account, "url"), .settings = json_object_get(o.account, "settings") };
	e = gateway_save(w->db, w->vault, w->arena, &d, &id);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", on ? "tell_gateway_on" : "tell_gateway_off");
	return web_see_other(w, "/desk/settings/channels/%s", o.slot->name);
}
