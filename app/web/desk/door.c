/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What signing in, invitations and one's own account share.
 */
#include "web/desk/door.h"

#include "domain/password.h"
#include "web/qr.h"

const char *
door_portal(struct web *w)
{
	const char *kind = json_text(json_object_get(w->entered, "tenant"), "kind");
	const char *portal = strcmp(kind, "operator") == 0 ? "/operator" : "/desk";

	json_object_set_new(w->view, "portal_url", json_string(portal));
	return portal;
}

const char *
door_next(struct web *w)
{
	const char *portal = door_portal(w);
	const char *next = web_place(w, fields_get(w->request->method == METHOD_POST ? w->fields : w->query, "next"), portal);
	const char *step = next[0] != '\0' ? next + strlen(portal) : "";

	return strncmp(step, "/login", 6) == 0 && strcmp(step, "/login/codes") != 0 ? "" : next;
}

enum err
door_open(struct web *w, struct login *l)
{
	const char *token = fields_get(w->request->cookies, "__Host-staff");
	uint8_t *session = arena_alloc(w->arena, SECRET_HASH);
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	login_hash(token, session);
	*l = (struct login){ .db = w->db, .vault = w->vault, .arena = w->arena, .conf = w->conf,
	    .remote = w->request->remote, .token = token, .session = session, .staff = w->staff };
	door_portal(w);
	return ERR_OK;
}

void
door_cookie(struct web *w, const char *token)
{
	response_cookie(w->response, "__Host-staff", token, 0);
}

void
door_cookie_drop(struct web *w)
{
	response_cookie(w->response, "__Host-staff", "", -1);
}

/* In groups of four, as one reads it out. */
static const char *
grouped(struct web *w, const char *text)
{
	struct buf b;
	size_t i;

	buf_init(&b, w->arena);
	for (i = 0; text[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			buf_addch(&b, ' ');
		buf_addch(&b, text[i]);
	}
	return b.data;
}

enum err
door_app(struct web *w, const struct login *l, enum status status, struct form *f, const char *post_url)
{
	const json_t *tenant = json_object_get(w->entered, "tenant");
	const char *text, *url;
	enum err e = login_pending(l, json_text(tenant, "name"), &text, &url);

	if (e != ERR_OK)
		return e;
	if (w->request->method != METHOD_POST)
		form_set(f, "code", "");
	json_object_set_new(w->view, "secret", json_string(grouped(w, text)));
	json_object_set_new(w->view, "qr", qr_json(w->arena, url));
	json_object_set_new(w->view, "post_url", json_string(post_url));
	return web_page(w, status, "desk/login/enrol");
}

enum err
door_password(struct web *w, struct form *f, const char *login, const char *name, const char **out)
{
	const json_t *tenant = json_object_get(w->entered, "tenant");
	const char *const context[] = { "chromo", login, name, json_text(tenant, "name"),
	    json_text(tenant, "name_en"), NULL };
	const char *password = form_secret(f, "password", FORM_REQUIRED, PASSWORD_MAX);
	const char *again = form_secret(f, "again", FORM_REQUIRED, PASSWORD_MAX), *problem = NULL;
	enum err e = ERR_OK;

	*out = "";
	if (password[0] != '\0')
		e = password_judge(w->arena, w->conf->sql, password, context, &problem);
	if (e != ERR_OK)
		return e;
	if (problem != NULL)
		form_problem(f, "password", problem);
	else if (password[0] != '\0' && again[0] != '\0' && strcmp(password, again) != 0)
		form_problem(f, "again", "password_differs");
	else if (password[0] != '\0' && again[0] != '\0')
		*out = password;
	return ERR_OK;
}
