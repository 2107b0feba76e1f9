/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request from route to response: find the row, check what it asks for,
 * run the handler inside its transaction, and make a page out of whatever
 * outcome is not ERR_OK.  This is the only place that knows which status an
 * outcome has.
 */
#include "base/log.h"
#include "base/secret.h"
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

/* The page that says what happened.  If even that fails, plain text does. */
static void
answer(struct web *w, enum err outcome)
{
	static const char sorry[] =
	    "申し訳ありません。しばらくしてから、もう一度お試しください。\n";	/* lint: words */
	const struct answer *a = &answers[outcome];
	enum err e;

	if (outcome == ERR_SIGNED_OUT && w->request->method == METHOD_GET && !w->request->fragment) {
		/* To the door, and from there back to where they wanted to go. */
		struct buf b;

		buf_init(&b, w->arena);
		if (w->route->flags & CITIZEN)
			buf_adds(&b, "/my/link");
		else if (w->route->flags & STAFF_STEP || w->stage[0] == '\0') {
			buf_adds(&b, w->route->flags & OPERATOR ? "/operator/login?next=" : "/desk/login?next=");
			buf_add_percent(&b, w->request->uri, strlen(w->request->uri));
		} else
			buf_adds(&b, w->route->flags & OPERATOR ? "/operator/login/code" : "/desk/login/code");
		w->response->status = HTTP_SEE_OTHER;
		w->response->location = b.data;
		return;
	}
	if (outcome == ERR_BUSY || outcome == ERR_TOO_MANY)
		response_header(w->response, "Retry-After", outcome == ERR_BUSY ? "5" : "60");
	buf_reset(&w->response->body);
	json_object_clear(w->view);
	e = web_page(w, a->status, a->page);
	if (e != ERR_OK) {
		w->response->status = a->status;
		w->response->content_type = "text/plain; charset=utf-8";
		buf_reset(&w->response->body);
		buf_adds(&w->response->body, sorry);
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

/* From the guard to the commit. */
static enum err
run(struct web *w)
{
	enum err e;

	e = guard_enter(w);
	if (e != ERR_OK)
		return e;
	if (w->route->flags & TOKEN && w->request->method == METHOD_POST) {
		e = token_claim(w);
		if (e == ERR_CONFLICT)
			return ERR_OK;		/* the first press did it */
		if (e != ERR_OK)
			return e;
	}
	e = w->route->handler(w);
	if (e != ERR_OK)
		return e;
	return db_commit(w->db);
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
		if (e != ERR_OK)
			db_rollback(w->db);
	}
	return e;
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
	if (e == ERR_INVALID) {
		static const struct route none;

		w.route = &none;
		answer(&w, ERR_NOT_FOUND);
		response->status = HTTP_METHOD_NOT_ALLOWED;
		return;
	}
	if (e != ERR_OK) {
		/* The page for it still wears the town's name. */
		static const struct route public = { METHOD_GET, "", NULL, ANY_HOST };

		w.route = &public;
		if (guard_enter(&w) != ERR_OK)
			log_info("request.lost request=%s", request->id);
		db_rollback(db);
	} else
		e = run_again(&w);
	if (e == ERR_OK)
		return;
	log_info("request.refused request=%s outcome=%s route=\"%s\"", request->id, err_name(e),
	    w.route->pattern);
	answer(&w, e);
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
	bare.path = bare.uri = "/";
	bare.host = bare.origin = "";
	open_web(&w, site, NULL, a, &bare, response);
	w.route = &none;
	answer(&w, status == HTTP_TOO_LARGE || status == HTTP_URI_TOO_LONG ? ERR_TOO_LARGE : ERR_INVALID);
	response->status = status;
}
