/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LINE とつなぐ: a citizen links their LINE in マイページ, or is registered by it alone.
 *
 *	GET  /my/line			how it stands; the code, if there is one
 *	POST /my/line/code		a code to write into the chat
 *	GET  /my/line/unlink		what that means; POST does it
 *	GET  /my/line/link?linkToken=	from the button in the chat: LINE's own way
 *	POST /my/line/link		a link to LINE, with a nonce that it brings back
 *	POST /subscribe/line		登録 without mail: the answers wait for the code
 *	GET  /subscribe/code		the code; POST looks whether it came, and opens マイページ
 *
 * Nothing here needs script.  Who is linked to whom is decided when LINE calls in
 * (domain/line.c); until then this browser keeps the code in a cookie.
 */
#include <string.h>

#include "domain/line.h"
#include "web/citizen/choose.h"
#include "web/citizen/draft.h"
#include "web/handlers.h"
#include "web/qr.h"

static const char COOKIE[] = "__Host-line";

/* The code of this browser, while nobody has used it and it has not ended.  arrived:
 * it was written into the chat. */
static enum err
code_kept(struct web *w, const char **code, bool *arrived)
{
	const char *kept = fields_get(w->request->cookies, COOKIE);
	int64_t citizen;
	enum err e;

	*code = NULL;
	*arrived = false;
	if (strlen(kept) != 8 || strspn(kept, "0123456789") != 8)
		return ERR_OK;
	e = line_code_used(w->db, w->vault, w->arena, kept, &citizen);
	if (e == ERR_NOT_FOUND)
		*code = kept;
	*arrived = e == ERR_OK;
	return e == ERR_NOT_FOUND || e == ERR_GONE ? ERR_OK : e;
}

/* 1234 5678: easier to carry over. */
static void
show_code(struct web *w, const char *code)
{
	json_object_set_new(w->view, "code", code == NULL ? json_null() :
	    json_string(arena_printf(w->arena, "%.4s %s", code, code + 4)));
	json_object_set_new(w->view, "minutes", json_integer(LINE_CODE_MIN));
}

static void
show_line(struct web *w, json_t *line)
{
	const char *url = json_text(line, "add_url"), *state = json_text(line, "state");

	json_object_set_new(line, "active", json_boolean(strcmp(state, "active") == 0));
	json_object_set_new(line, "blocked", json_boolean(strcmp(state, "failed") == 0));
	json_object_set_new(line, "none", json_boolean(strcmp(state, "active") != 0 && strcmp(state, "failed") != 0));
	json_object_set(w->view, "line", line);
	json_object_set_new(w->view, "qr", url[0] != '\0' ? qr_json(w->arena, url) : json_null());
}

enum err
citizen_line(struct web *w)
{
	const char *code;
	bool arrived;
	json_t *line;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = line_state(w->db, w->citizen, w->lang, &line);
	if (e == ERR_OK)
		e = code_kept(w, &code, &arrived);
	if (e != ERR_OK)
		return e;
	show_line(w, line);
	show_code(w, code);
	return web_page(w, HTTP_OK, "citizen/my/line");
}

enum err
citizen_line_code(struct web *w)
{
	const char *code;
	json_t *line;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = line_state(w->db, w->citizen, w->lang, &line);
	if (e == ERR_OK && !json_flag(line, "offered"))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = line_code_make(w->db, w->vault, w->arena, w->citizen, NULL, &code);
	if (e != ERR_OK)
		return e;
	response_cookie(w->response, COOKIE, code, LINE_CODE_MIN * 60);
	return web_see_other(w, "/my/line");
}

enum err
citizen_line_unlink(struct web *w)
{
	json_t *line;
	enum err e = line_state(w->db, w->citizen, w->lang, &line);

	if (e != ERR_OK)
		return e;
	if (json_text(line, "state")[0] == '\0')
		return web_see_other(w, "/my/line");
	show_line(w, line);
	return web_page(w, HTTP_OK, "citizen/my/line_unlink");
}

enum err
citizen_line_unlinked(struct web *w)
{
	bool left;
	enum err e = line_unlink(w->db, w->citizen, &left);

	if (e != ERR_OK)
		return e;
	response_cookie(w->response, COOKIE, "", -1);
	if (left)
		return citizen_left(w);
	web_tell(w, "success", "tell_line_unlinked");
	return web_see_other(w, "/my");
}

/* --- LINE's own way --- */

/* What LINE gives is a short word; it goes back into a URL of LINE's. */
static const char *
link_token(const struct fields *from)
{
	const char *token = fields_get(from, "linkToken");

	return strlen(token) <= 200 ? token : "";
}

enum err
citizen_line_link(struct web *w)
{
	const char *token = link_token(w->query);

	if (token[0] == '\0')
		return web_see_other(w, "/my/line");
	json_object_set_new(w->view, "link_token", json_string(token));
	json_object_set_new(w->view, "link_url", json_null());
	return web_page(w, HTTP_OK, "citizen/my/line_link");
}

enum err
citizen_line_linked(struct web *w)
{
	const char *token = link_token(w->fields), *nonce;
	struct buf url;
	json_t *line;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = line_state(w->db, w->citizen, w->lang, &line);
	if (e == ERR_OK && (!json_flag(line, "offered") || token[0] == '\0'))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = line_nonce_make(w->db, w->vault, w->arena, w->citizen, &nonce);
	if (e != ERR_OK)
		return e;
	/* A form's answer may not lead to another site (form-action): a link may. */
	buf_init(&url, w->arena);
	buf_adds(&url, json_text(line, "access_url"));
	buf_adds(&url, "/dialog/bot/accountLink?linkToken=");
	buf_add_percent(&url, token, strlen(token));
	buf_addf(&url, "&nonce=%s", nonce);
	json_object_set_new(w->view, "link_token", json_null());
	json_object_set_new(w->view, "link_url", json_string(url.data));
	return web_page(w, HTTP_OK, "citizen/my/line_link");
}

/* --- 登録 by LINE alone --- */

enum err
citizen_subscribe_line(struct web *w)
{
	const char *consent;
	json_t *choice, *line;
	enum err e = citizen_draft_open(w, &choice, &consent);

	if (e == ERR_OK)
		e = line_state(w->db, 0, w->lang, &line);
	if (e == ERR_OK && !json_flag(line, "offered"))
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	json_object_set_new(choice, "way", json_string("line"));
	return citizen_draft_go_on(w, choice);
}

/* From the check page: the answers are whole, and agreed to. */
enum err
citizen_line_ask(struct web *w, const json_t *choice)
{
	const char *code;
	enum err e = line_code_make(w->db, w->vault, w->arena, 0, choice, &code);

	if (e != ERR_OK)
		return e;
	response_cookie(w->response, COOKIE, code, LINE_CODE_MIN * 60);
	return web_see_other(w, "/subscribe/code");
}

/* waiting: they pressed before the code had come. */
static enum err
code_page(struct web *w, bool waiting)
{
	const char *code;
	bool arrived;
	json_t *line;
	enum err e = code_kept(w, &code, &arrived);

	if (e == ERR_OK)
		e = line_state(w->db, 0, w->lang, &line);
	if (e != ERR_OK)
		return e;
	show_line(w, line);
	show_code(w, code);
	json_object_set_new(w->view, "waiting", json_boolean(waiting));
	json_object_set_new(w->view, "arrived", json_boolean(arrived));
	json_object_set_new(w->view, "ended", json_boolean(code == NULL && !arrived));
	return web_page(w, HTTP_OK, "citizen/subscribe/code");
}

enum err
citizen_subscribe_code(struct web *w)
{
	enum err e = web_vault(w);

	return e != ERR_OK ? e : code_page(w, false);
}

enum err
citizen_subscribe_code_done(struct web *w)
{
	const char *kept = fields_get(w->request->cookies, COOKIE), *session;
	int64_t citizen;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = line_code_open(w->db, w->vault, w->arena, kept, &citizen, &session);
	if (e == ERR_OK) {
		citizen_session_cookie(w, session);
		response_cookie(w->response, COOKIE, "", -1);
		return citizen_draft_done(w);
	}
	/* Not there yet, or too late: the page says which. */
	return e == ERR_NOT_FOUND || e == ERR_GONE ? code_page(w, e == ERR_NOT_FOUND) : e;
}
