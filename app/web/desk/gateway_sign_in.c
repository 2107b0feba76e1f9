/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X にサインインして許可する: the town's account at X by OAuth 2.0 (integrations.md 9.1).
 *
 *	POST /desk/settings/channels/{channel}/sign-in	a link to X, with a state of this session
 *	GET  …/callback?state=&code=			from X: the code becomes the tokens
 *
 * Only the kind x2 signs in.  The code is exchanged once: of an exchange without an answer
 * nobody knows, and the person is asked to sign in again.  What comes of it is said on the
 * page of the account, at an address without state and code.
 */
#include "web/desk/gateway_sign_in.h"

#include "base/clock.h"
#include "channel/http.h"
#include "channel/x_oauth.h"
#include "domain/gateway.h"
#include "domain/gateway_sign_in.h"
#include "web/handlers.h"
#include "web/web.h"

#define SESSION "__Host-staff"

static enum err
account_of(struct web *w, json_t **out)
{
	json_t *list;
	enum err e;

	if (strcmp(web_arg(w, "channel"), "x") != 0)
		return ERR_NOT_FOUND;
	e = web_vault(w);
	if (e == ERR_OK)
		e = gateway_list(w->db, w->vault, w->arena, "x", true, &list);
	if (e != ERR_OK)
		return e;
	*out = json_array_get(list, 0);
	return *out != NULL && strcmp(json_text(*out, "kind"), "x2") == 0 ? ERR_OK : ERR_NOT_FOUND;
}

bool
desk_sign_in_done(const json_t *account)
{
	return x_is_renewable(json_object_get(account, "secrets"));
}

static const char *
callback(struct web *w)
{
	return arena_printf(w->arena, "%s/desk/settings/channels/x/callback", web_origin(w));
}

void
desk_sign_in_face(struct web *w, const char *kind, const json_t *account)
{
	bool signs = strcmp(kind, "x2") == 0;
	const char *name = json_text(json_object_get(account, "settings"), "user_name");

	json_object_set_new(w->view, "sign_in", !signs || account == NULL ? json_null() : json_pack("{s:b, s:s?}",
	    "done", desk_sign_in_done(account), "name", name[0] != '\0' ? name : NULL));
	json_object_set_new(w->view, "callback", signs ? json_string(callback(w)) : json_null());
}

enum err
desk_gateway_sign_in(struct web *w)
{
	const char *state, *challenge;
	json_t *account;
	enum err e = account_of(w, &account);

	if (e == ERR_OK)
		e = gateway_sign_in_begin(w->db, w->vault, w->arena, json_int(account, "id"), (int32_t)json_int(account, "version"),
		    fields_get(w->request->cookies, SESSION), &state, &challenge);
	if (e != ERR_OK)
		return e;
	/* A form's answer may not lead to another site (form-action): a link may. */
	json_object_set_new(w->view, "sign_in_url", json_string(x_sign_in_url(w->arena, json_text(account, "url"),
	    json_text(json_object_get(account, "secrets"), "client_id"), callback(w), state, challenge)));
	return web_page(w, HTTP_OK, "desk/gateway/sign_in");
}

static enum err
back(struct web *w, const char *kind, const char *tell)
{
	web_tell(w, kind, tell);
	return web_see_other(w, "/desk/settings/channels/x");
}

/* In the order of x_oauth.h. */
static const char *const told[] = {
	[X_SIGNED_IN] = "tell_x_signed_in", [X_CODE_REFUSED] = "tell_x_code",
	[X_TOO_LITTLE] = "tell_x_scope", [X_NO_ANSWER] = "tell_x_silent",
};

static enum err
keep(struct web *w, const struct gateway_sign_in *s, const struct x_signed_in *got)
{
	struct gateway_draft d;
	json_t *account, *settings;
	int64_t id;
	enum err e = account_of(w, &account);

	/* Somebody saved other credentials meanwhile: these belong to those of before. */
	if (e == ERR_OK && (json_int(account, "id") != s->gateway || json_int(account, "version") != s->version))
		return back(w, "warning", "tell_x_state");
	if (e != ERR_OK)
		return e;
	settings = json_keep(w->arena, json_deep_copy(json_object_get(account, "settings")));
	json_object_set_new(settings, "user_id", json_string(got->user_id));
	json_object_set_new(settings, "user_name", json_string(got->user_name));
	d = (struct gateway_draft){ .channel = "x", .kind = "x2", .place = 1, .active = json_flag(account, "active"),
	    .url = json_text(account, "url"), .settings = settings, .secrets = got->secrets };
	e = gateway_save(w->db, w->vault, w->arena, &d, &id);
	return e == ERR_OK ? back(w, "success", told[X_SIGNED_IN]) : e;
}

static enum err
exchange(struct web *w, const json_t *account, const struct gateway_sign_in *s)
{
	const struct x_code code = { .code = fields_get(w->query, "code"), .verifier = s->verifier, .redirect = callback(w) };
	struct x_signed_in got;
	enum x_sign_in how = X_NO_ANSWER;
	struct http *http;
	/* The state is used up from here on; and no transaction waits for the answer. */
	enum err e = db_commit(w->db);

	if (e != ERR_OK)
		return e;
	if (http_open(w->conf, 1, &http) == ERR_OK) {
		how = x_exchange(http, w->arena, account, &code, clock_ms(), &got);
		http_close(http);
	}
	e = guard_again(w);
	if (e != ERR_OK)
		return e;
	return how == X_SIGNED_IN ? keep(w, s, &got) : back(w, "error", told[how]);
}

enum err
desk_gateway_callback(struct web *w)
{
	const char *problem = fields_get(w->query, "error");
	struct gateway_sign_in s;
	json_t *account;
	enum err e = account_of(w, &account);

	if (e != ERR_OK)
		return e;
	e = gateway_sign_in_take(w->db, w->vault, w->arena, fields_get(w->query, "state"),
	    fields_get(w->request->cookies, SESSION), &s);
	if ((e == ERR_NOT_FOUND || e == ERR_GONE) && !db_failed(w->db))
		return back(w, "error", e == ERR_GONE ? "tell_x_late" : "tell_x_state");
	if (e != ERR_OK)
		return e;
	if (json_int(account, "id") != s.gateway || json_int(account, "version") != s.version)
		return back(w, "error", "tell_x_state");
	if (problem[0] != '\0' || fields_get(w->query, "code")[0] == '\0')
		return back(w, "error", strcmp(problem, "access_denied") == 0 ? "tell_x_refused" : "tell_x_code");
	return exchange(w, account, &s);
}
