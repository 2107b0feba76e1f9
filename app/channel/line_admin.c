/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to LINE for administrators; see line_admin.h.
 */
#include "channel/line_admin.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "channel/http.h"
#include "channel/line.h"

enum { CALL_MS = 10000, WAIT_MS = 1000 };

struct line_admin {
	struct arena *arena;
	const json_t *account;
	struct http *http;
	char *authorization;
	const char *problem;
};

/* One call, waited for. */
static enum err
wait_for(struct line_admin *l, struct http_call *call, struct http_answer *answer)
{
	call->timeout_ms = CALL_MS;
	if (http_start(l->http, call) != ERR_OK)
		return ERR_CHANNEL;
	while (http_next(l->http, answer) != ERR_OK)
		http_wait(l->http, WAIT_MS, -1);
	return ERR_OK;
}

static enum err
refused(struct line_admin *l, const struct http_answer *a)
{
	struct outcome o = { 0 };

	line_outcome(a, &o);
	l->problem = arena_printf(l->arena, "%d %s", a->status, o.detail);
	return ERR_CHANNEL;
}

static enum err
get_token(struct line_admin *l)
{
	const char *fixed = json_text(json_object_get(l->account, "secrets"), "access_token");
	struct http_call call = { 0 };
	struct http_answer answer;
	int64_t until;

	fixed += strspn(fixed, " \t\r\n");
	if (fixed[0] != '\0') {
		l->authorization = arena_printf(l->arena, "Authorization: Bearer %.*s",
		    (int)strcspn(fixed, " \t\r\n"), fixed);
		return ERR_OK;
	}
	if (line_token_request(l->arena, l->account, clock_ms(), &call) != ERR_OK) {
		l->problem = "the account lacks an id, a secret or a good key";
		return ERR_CHANNEL;
	}
	if (wait_for(l, &call, &answer) != ERR_OK)
		return ERR_CHANNEL;
	if (line_token_read(l->arena, &answer, clock_ms(), &l->authorization, &until) != ERR_OK)
		return refused(l, &answer);
	return ERR_OK;
}

enum err
line_admin_open(const struct conf *conf, struct arena *a, const json_t *account, struct line_admin **out,
    const char **problem)
{
	struct line_admin *l = arena_alloc(a, sizeof(*l));
	enum err e;

	*l = (struct line_admin){ .arena = a, .account = account, .problem = "" };
	e = http_open(conf, 1, &l->http);
	if (e != ERR_OK)
		return e;
	e = get_token(l);
	if (e != ERR_OK) {
		*problem = l->problem;
		http_close(l->http);
		return e;
	}
	*out = l;
	return ERR_OK;
}

void
line_admin_close(struct line_admin *l)
{
	http_close(l->http);
}

const char *
line_admin_problem(const struct line_admin *l)
{
	return l->problem;
}

static enum err
call_line(struct line_admin *l, const char *method, const char *url, const char *type, const char *body, size_t n,
    json_t **said)
{
	const char *headers[] = { l->authorization, type, NULL };
	struct http_call call = { .method = method, .url = url, .headers = headers, .body = body, .n = n };
	struct http_answer answer;

	if (wait_for(l, &call, &answer) != ERR_OK)
		return ERR_CHANNEL;
	if (answer.fate != HTTP_ANSWERED || answer.status != 200 ||
	    json_parse(l->arena, answer.body, answer.n, said) != ERR_OK)
		return refused(l, &answer);
	return ERR_OK;
}

static enum err
get(struct line_admin *l, const char *path, json_t **said)
{
	return call_line(l, "GET", line_url(l->arena, l->account, path), NULL, NULL, 0, said);
}

static enum err
post(struct line_admin *l, const char *path, const json_t *document, json_t **said)
{
	struct buf body;

	buf_init(&body, l->arena);
	if (document != NULL)
		json_canonical(document, &body);
	return call_line(l, "POST", line_url(l->arena, l->account, path), "Content-Type: application/json",
	    body.data, body.len, said);
}

enum err
line_info(struct line_admin *l, json_t **out)
{
	return get(l, "/v2/bot/info", out);
}

enum err
line_quota(struct line_admin *l, int64_t *quota, int64_t *used)
{
	json_t *limit, *consumption;
	enum err e = get(l, "/v2/bot/message/quota", &limit);

	if (e == ERR_OK)
		e = get(l, "/v2/bot/message/quota/consumption", &consumption);
	if (e != ERR_OK)
		return e;
	*quota = strcmp(json_text(limit, "type"), "limited") == 0 ? json_int(limit, "value") : -1;
	*used = json_int(consumption, "totalUsage");
	return ERR_OK;
}

/* Only when the new one is shown: nobody is without a menu in between. */
static void
remove_others(struct line_admin *l, const char *name, const char *id)
{
	json_t *list, *menu, *said;
	size_t i;

	if (get(l, "/v2/bot/richmenu/list", &list) != ERR_OK)
		return;
	json_array_foreach(json_object_get(list, "richmenus"), i, menu) {
		const char *old = json_text(menu, "richMenuId");

		if (strcmp(json_text(menu, "name"), name) == 0 && strcmp(old, id) != 0 &&
		    strspn(old, "richmenu-0123456789abcdef") == strlen(old))
			(void)!call_line(l, "DELETE", line_url(l->arena, l->account,
			    arena_printf(l->arena, "/v2/bot/richmenu/%s", old)), NULL, NULL, 0, &said);
	}
}

enum err
line_menu_set(struct line_admin *l, const json_t *menu, const char *image, size_t n)
{
	json_t *made, *said;
	const char *id;
	enum err e = post(l, "/v2/bot/richmenu", menu, &made);

	if (e != ERR_OK)
		return e;
	id = arena_strdup(l->arena, json_text(made, "richMenuId"));
	e = call_line(l, "POST", line_data_url(l->arena, l->account,
	    arena_printf(l->arena, "/v2/bot/richmenu/%s/content", id)), "Content-Type: image/png", image, n, &said);
	if (e == ERR_OK)
		e = post(l, arena_printf(l->arena, "/v2/bot/user/all/richmenu/%s", id), NULL, &said);
	if (e == ERR_OK)
		remove_others(l, json_text(menu, "name"), id);
	return e;
}
