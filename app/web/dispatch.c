/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request from route to response: find the row, check what it asks for,
 * run the handler inside its transaction, and make a page out of whatever
 * outcome is not ERR_OK.  This is the only place that knows which status an
 * outcome has.
 */
#include "base/log.h"
#include "base/secret.h"
#include "web/again.h"
#include "web/citizen/choose.h"
#include "web/citizen/survey.h"
#include "web/room.h"
#include "web/unsent.h"
#include "web/web.h"

static const struct answer {
	enum status status;
	const char *page;
} answers[] = {
	[ERR_OK] = { HTTP_OK, NULL },
	[ERR_INVALID] = { HTTP_BAD_REQUEST, "error/bad_request" },
	[ERR_NOT_FOUND] = { HTTP_NOT_FOUND, "error/not_found" },
	[ERR_FORBIDDEN] = { HTTP_FORBIDDEN, "error/forbidden" },
	[ERR_SIGNED_OUT] = { HTTP_UNAUTHORIZED, "error/signed_out" },
	[ERR_CONFLICT] = { HTTP_CONFLICT, "error/conflict" },
	[ERR_GONE] = { HTTP_GONE, "error/gone" },
	[ERR_TOO_LARGE] = { HTTP_TOO_LARGE, "error/too_large" },
	[ERR_TOO_MANY] = { HTTP_TOO_MANY, "error/too_many" },
	[ERR_BUSY] = { HTTP_UNAVAILABLE, "error/busy" },
	[ERR_DB] = { HTTP_INTERNAL, "error/internal" },
	[ERR_CHANNEL] = { HTTP_INTERNAL, "error/internal" },
};

static const char *
language(const struct request *request)
{
	const char *lang = fields_get(request->query, "lang");

	if (lang[0] == '\0')
		lang = fields_get(request->cookies, "__Host-lang");
	return lang[0] == '\0' ? "ja" : lang;
}

static void
open_web(struct web *w, const struct site *site, struct db *db, struct arena *a,
    const struct request *request, struct response *response)
{
	*w = (struct web){
		.arena = a, .db = db, .site = site, .conf = site->conf, .vault = site->vault,
		.request = request, .response = response,
		.query = request->query, .fields = request->form, .stage = "",
		.view = json_keep(a, json_object())
	};
	w->words = catalogue_words(site->catalogue, language(request));
	w->lang = words_lang(w->words);
}

/* The portal that this address belongs to, and the door to it. */
static const char *
home_of(const char *path)
{
	return strncmp(path, "/desk", 5) == 0 ? "/desk" : strncmp(path, "/operator", 9) == 0 ? "/operator" : "/";
}

/* Where one who is signed out enters, and from there gets back to where they
 * wanted to go. */
static const char *
door(const struct web *w)
{
	const char *home = home_of(w->request->path);
	struct buf b;

	if (strcmp(home, "/") == 0)
		return "/my/link";
	if (!(w->route->flags & STAFF_STEP) && w->stage[0] != '\0')
		return arena_printf(w->arena, "%s/login/code", home);
	buf_init(&b, w->arena);
	buf_addf(&b, "%s/login?next=", home);
	buf_add_percent(&b, w->request->uri, strlen(w->request->uri));
	return b.data;
}

static const char *
title_of(const struct web *w, const struct answer *a)
{
	return words_get(w->words, arena_printf(w->arena, "error_%s_title", strrchr(a->page, '/') + 1));
}

/* RFC 9457, for everything below /api. */
static void
answer_problem(struct web *w, const struct answer *a, enum status status)
{
	json_t *problem = json_keep(w->arena, json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank",
	    "title", title_of(w, a), "status", (int)status, "request", w->request->id));
	char *text = json_dumps(problem, JSON_COMPACT);

	arena_defer(w->arena, free, text);
	w->response->status = status;
	w->response->content_type = "application/problem+json";
	w->response->csp = "default-src 'none'; frame-ancestors 'none'";
	buf_adds(&w->response->body, text);
}

static enum err
answer_page(struct web *w, const struct answer *a, enum status status)
{
	const char *home = home_of(w->request->path);

	json_object_clear(w->view);
	json_object_set_new(w->view, "home_url", json_string(home));
	json_object_set_new(w->view, "enter_url", json_string(w->route->flags & (CITIZEN | STAFF_ANY | STAFF_STEP | OPERATOR)
	    ? door(w) : home));
	json_object_set_new(w->view, "citizen", strcmp(home, "/") == 0 ? json_true() : json_null());
	json_object_set_new(w->view, "request", json_string(w->request->id));
	json_object_set_new(w->view, "refused", unsent_refused(w));
	w->plain = true;
	return web_page(w, status, a->page);
}

/* To a gateway, whose operators read logs. */
static void
answer_hook(struct web *w, enum err outcome, enum status status)
{
	w->response->status = status;
	w->response->content_type = "text/plain; charset=utf-8";
	w->response->csp = "default-src 'none'; frame-ancestors 'none'";
	buf_addf(&w->response->body, "%s\n", err_name(outcome));
}

/* In development, what has to be mended is on the screen and not only in the log. */
static void
say_faults(struct web *w)
{
	const char *faults[] = { catalogue_problem(w->site->catalogue), templates_problem(w->site->templates) };
	size_t i;

	for (i = 0; w->conf->development && i < sizeof faults / sizeof *faults; i++)
		if (faults[i] != NULL)
			buf_addf(&w->response->body, "\ndevelopment: %s\nMend it and load the page again; nothing has to be restarted.\n",
			    faults[i]);
}

/* Says what happened, with the status of the outcome or, where the edge found
 * it, the given one.  If even that fails, plain text does. */
static void
answer(struct web *w, enum err outcome, enum status status)
{
	static const char sorry[] = "申し訳ありません。しばらくしてから、もう一度お試しください。\n"; /* lint: words */
	const struct answer *a = &answers[outcome];

	if (status == 0)
		status = a->status;
	buf_reset(&w->response->body);
	w->response->cache = w->response->etag = NULL;
	if (outcome == ERR_BUSY || outcome == ERR_TOO_MANY)
		response_header(w->response, "Retry-After", outcome == ERR_BUSY ? "5" : "60");
	if (strncmp(w->request->path, "/hooks/", 7) == 0) {
		answer_hook(w, outcome, status);
		return;
	}
	if (strncmp(w->request->path, "/api/", 5) == 0) {
		answer_problem(w, a, status);
		return;
	}
	if (outcome == ERR_SIGNED_OUT && w->route->flags & CITIZEN)
		citizen_door_asked(w);
	if (outcome == ERR_SIGNED_OUT && w->request->method != METHOD_POST && !w->request->fragment) {
		w->response->status = HTTP_SEE_OTHER;
		w->response->location = door(w);
		return;
	}
	if (answer_page(w, a, status) != ERR_OK) {
		w->response->status = status;
		w->response->content_type = "text/plain; charset=utf-8";
		buf_reset(&w->response->body);
		buf_adds(&w->response->body, sorry);
		say_faults(w);
	}
}

static enum err
find(struct web *w)
{
	const char *allow = NULL;
	enum err e;

	e = router_find(w->site->router, w->arena, w->request->method, w->request->path,
	    &w->route, &w->args, &allow);
	if (e == ERR_INVALID && allow != NULL)
		response_header(w->response, "Allow", allow);
	if (e == ERR_OK && w->route->flags & DEVELOPMENT && !w->conf->development)
		e = ERR_NOT_FOUND;
	return e;
}

/* A cached page may have refused before it was known whose it is; that is asked now, so
 * that the page which says so wears the town's name. */
static enum err
refused(struct web *w, enum err outcome)
{
	enum err e;

	if (w->entered != NULL || outcome == ERR_BUSY || outcome == ERR_DB || !db_in_transaction(w->db) || db_failed(w->db))
		return outcome;
	e = guard_arrive(w);
	return e != ERR_OK ? e : outcome;
}

/* From the guard to the commit. */
static enum err
run(struct web *w)
{
	bool form = w->route->flags & TOKEN && w->request->method == METHOD_POST;
	enum err token = form ? token_read(w) : ERR_OK;
	bool lapsed;
	enum err e;

	if (w->route->flags & CROWD && room_holds(w))
		return room_show(w);
	/* Whoever may not be here at all is told that first; a form of one whose login has lapsed is kept. */
	e = guard_enter(w);
	lapsed = e == ERR_SIGNED_OUT && token == ERR_OK && !w->late && unsent_may(w);
	if (e == ERR_OK || lapsed)
		e = token;
	if (e != ERR_OK)
		return e;
	if (form && token_spent(w)) {
		db_rollback(w->db);	/* the first press did it */
		return ERR_OK;
	}
	if (w->late)
		return ERR_FORBIDDEN;
	e = lapsed ? unsent_keep(w) : w->route->flags & FRESH && !w->fresh ? again_ask(w) : w->route->handler(w);
	return e != ERR_OK ? refused(w, guard_failed(w, e)) : db_commit(w->db);
}

/* A transaction that lost against another one is run again from the start, as
 * db_transact does it for the programs: nothing of the first try is left. */
static enum err
run_again(struct web *w)
{
	enum { TRIES = 3 };
	struct response fresh = *w->response;
	struct web start = *w;
	enum err e = ERR_BUSY;
	int i;

	for (i = 0; i < TRIES && e == ERR_BUSY; i++) {
		if (i > 0) {
			*w = start;
			w->view = json_keep(w->arena, json_object());
			*w->response = fresh;
			buf_init(&w->response->headers, w->arena);
			buf_init(&w->response->body, w->arena);
		}
		e = run(w);
		if (e != ERR_OK) {
			/* Nothing happened: no place to go to, no cookie that says so. */
			db_rollback(w->db);
			w->response->location = NULL;
			buf_reset(&w->response->headers);
		}
	}
	return e;
}

/* Whether a large body may come (nginx/chromo.conf.in, location /door).  Whether the form is ours stands
 * in the body. */
static enum err
knock(struct web *w)
{
	enum err e = guard_enter(w);

	if (e == ERR_OK && w->route->flags & ANSWER && !citizen_answers(w))
		e = ERR_FORBIDDEN;
	if (e == ERR_SIGNED_OUT && unsent_knock(w))
		e = ERR_OK;
	db_rollback(w->db);
	return e;
}

/* nginx knows these two words; whoever is turned away asks the program why. */
static void
answer_knock(struct web *w, enum err outcome)
{
	w->response->status = outcome == ERR_OK ? HTTP_NO_CONTENT :
	    outcome == ERR_BUSY || outcome == ERR_DB ? answers[outcome].status : HTTP_FORBIDDEN;
}

void
dispatch(const struct site *site, struct db *db, struct arena *a,
    const struct request *request, struct response *response)
{
	struct web w;
	enum err e;

	open_web(&w, site, db, a, request, response);
	db_use(db, a);
	e = find(&w);
	if (request->knocks) {
		answer_knock(&w, e == ERR_OK ? knock(&w) : e);
		return;
	}
	if (e == ERR_INVALID) {
		static const struct route none;

		w.route = &none;
		answer(&w, ERR_NOT_FOUND, HTTP_METHOD_NOT_ALLOWED);
		return;
	}
	if (e != ERR_OK) {
		/* The page for it still wears the town's name. */
		static const struct route public = { METHOD_GET, "", NULL, ANY_HOST };

		w.route = &public;
		for (int i = 0; i < 2 && w.tenant == 0; i++) {
			if (guard_enter(&w) != ERR_OK)
				log_info("request.lost request=%s", request->id);
			db_rollback(db);
		}
	} else
		e = run_again(&w);
	if (e == ERR_OK)
		return;
	log_info("request.refused request=%s outcome=%s route=\"%s\"", request->id, err_name(e),
	    w.route->pattern);
	answer(&w, e, 0);
}

void
dispatch_refused(const struct site *site, struct arena *a, const struct request *request,
    enum status status, struct response *response)
{
	static const struct route none;
	struct fields *empty = fields_new(a);
	struct request bare = *request;
	struct web w;

	bare.query = bare.form = bare.cookies = empty;
	if (bare.path[0] == '\0')
		bare.path = bare.uri[0] != '\0' ? bare.uri : "/";
	bare.uri = "/";
	bare.host = bare.origin = "";
	open_web(&w, site, NULL, a, &bare, response);
	w.route = &none;
	answer(&w, status == HTTP_TOO_LARGE || status == HTTP_URI_TOO_LONG ? ERR_TOO_LARGE :
	    status == HTTP_NOT_FOUND ? ERR_NOT_FOUND : ERR_INVALID, status);
}
