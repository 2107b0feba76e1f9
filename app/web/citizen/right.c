/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A right to answer a survey once, and unknown (domain/right.h, docs/secrecy.md).
 *
 *	GET  /surveys/{survey}/right		what it is, for who has マイページ open
 *	POST /surveys/{survey}/right		draws it
 *	GET  /surveys/{survey}/for/{token}	the same by a personal link
 *	POST /surveys/{survey}/for/{token}
 *	POST /surveys/{survey}/right/keep	a right that this browser has bared, into its cookie
 *
 * With script the token is hidden before it gets here, and a POST is answered with the
 * signature; without, it is made here, for the page, comes back with its form, and goes into the
 * cookie.  Either way the same form again gets the same right: the answer to the first one may
 * be lost on the way.  Who draws and who shows a right are two requests, and nothing of the
 * first one is kept.
 */
#include "web/citizen/right.h"

#include "domain/stop_link.h"
#include "web/handlers.h"

enum { COOKIE_S = 180 * 24 * 3600 };

static const char *
cookie_of(struct web *w, int64_t survey)
{
	return arena_printf(w->arena, "__Host-right-%" PRId64, survey);
}

const char *
citizen_right(struct web *w, int64_t survey)
{
	return fields_get(w->request->cookies, cookie_of(w, survey));
}

enum err
citizen_right_door(struct web *w, int64_t survey)
{
	return web_see_other(w, "/surveys/%" PRId64 "/right", survey);
}

/* Under what a browser keeps what this person has begun: another person's is not taken for theirs. */
static const char *
mark_of(struct web *w, int64_t survey, int64_t citizen)
{
	struct db_bytes hash = db_sha256(w->arena, arena_printf(w->arena, "right %" PRId64 " %" PRId64, survey, citizen));
	struct buf text;

	buf_init(&text, w->arena);
	buf_add_base64url(&text, hash.data, hash.n);
	return text.data;
}

static enum err
page(struct web *w, enum status status, int64_t citizen, const char *draw_url)
{
	int64_t id = web_id(w, "survey");
	const char *key = "", *made = "";
	bool held = false;
	json_t *survey;
	enum err e = right_survey(w->db, id, citizen, w->lang, &survey);

	if (e != ERR_OK)
		return e;
	/* To all others everybody may answer, by the same page. */
	if (!json_flag(survey, "once"))
		return web_see_other(w, "/surveys/%" PRId64, id);
	e = right_modulus(w->db, w->arena, id, &key);
	if (e == ERR_OK && !json_flag(survey, "drawn"))
		e = right_make(w->arena, key, &made);
	/* Of somebody else of the family: a second one would take its place. */
	if (e == ERR_OK && !json_flag(survey, "drawn") && citizen_right(w, id)[0] != '\0')
		e = right_waits(w->db, w->arena, id, citizen_right(w, id), &held);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "held", json_boolean(held));
	json_object_set(w->view, "survey", survey);
	json_object_set_new(w->view, "key", json_string(key));
	json_object_set_new(w->view, "mark", json_string(mark_of(w, id, citizen)));
	json_object_set_new(w->view, "made", json_string(made));
	json_object_set_new(w->view, "draw_url", json_string(draw_url));
	return web_page(w, status, "citizen/right/draw");
}

/* Without script: what came between, so that the page can say it. */
static enum err
still_takes(struct web *w, int64_t citizen, const char *made, bool *takes)
{
	int64_t id = web_id(w, "survey");
	json_t *survey;
	enum err e = right_survey(w->db, id, citizen, w->lang, &survey);

	*takes = e == ERR_OK && json_flag(survey, "open");
	if (!*takes || !json_flag(survey, "drawn"))
		return e;
	e = right_again(w->db, w->arena, id, citizen, made);
	*takes = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
draw(struct web *w, int64_t citizen, const char *draw_url)
{
	const char *hidden = fields_get(w->fields, "hidden"), *made = fields_get(w->fields, "made"), *drawn;
	int64_t survey = web_id(w, "survey");
	bool takes = true;
	enum err e = hidden[0] != '\0' ? ERR_OK : still_takes(w, citizen, made, &takes);

	if (e != ERR_OK)
		return e;
	if (!takes)
		return web_see_other(w, "%s", draw_url);
	if (hidden[0] != '\0')
		e = right_draw(w->db, w->vault, w->arena, survey, citizen, hidden, &drawn);
	else
		e = right_draw_here(w->db, w->vault, w->arena, survey, citizen, made, &drawn);
	if (e != ERR_OK)
		return e;
	if (hidden[0] != '\0')
		return web_json(w, HTTP_OK, json_keep(w->arena, json_pack("{s:s}", "signature", drawn)));
	response_cookie(w->response, cookie_of(w, survey), drawn, COOKIE_S);
	/* A second press draws the same: its answer may be the one that arrives, and needs the cookie, too. */
	w->claims = false;
	web_tell(w, "success", "tell_right_drawn");
	return web_see_other(w, "/surveys/%" PRId64, survey);
}

/* --- by マイページ --- */

static const char *
own_url(struct web *w)
{
	return arena_printf(w->arena, "/surveys/%" PRId64 "/right", web_id(w, "survey"));
}

enum err
citizen_right_show(struct web *w)
{
	return page(w, HTTP_OK, w->citizen, own_url(w));
}

enum err
citizen_right_draw(struct web *w)
{
	enum err e = web_vault(w);

	return e != ERR_OK ? e : draw(w, w->citizen, own_url(w));
}

/* --- by a personal link --- */

static enum err
link_read(struct web *w, int64_t *citizen)
{
	int64_t survey;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = survey_link_read(w->arena, w->vault, web_arg(w, "token"), citizen, &survey);
	return e == ERR_OK && survey != web_id(w, "survey") ? ERR_NOT_FOUND : e;
}

static const char *
link_url(struct web *w)
{
	return arena_printf(w->arena, "/surveys/%" PRId64 "/for/%s", web_id(w, "survey"), web_arg(w, "token"));
}

static enum err
dead(struct web *w)
{
	return web_page(w, HTTP_NOT_FOUND, "citizen/right/dead");
}

enum err
citizen_right_link(struct web *w)
{
	int64_t citizen;
	enum err e = link_read(w, &citizen);

	if (e == ERR_OK)
		e = page(w, HTTP_OK, citizen, link_url(w));
	return e == ERR_NOT_FOUND ? dead(w) : e;
}

enum err
citizen_right_link_draw(struct web *w)
{
	int64_t citizen;
	enum err e = link_read(w, &citizen);

	if (e == ERR_OK)
		e = draw(w, citizen, link_url(w));
	return e == ERR_NOT_FOUND && !db_failed(w->db) ? dead(w) : e;
}

/* --- into the cookie --- */

enum err
citizen_right_keep(struct web *w)
{
	const char *right = fields_get(w->fields, "right");
	int64_t survey = web_id(w, "survey");
	struct db_bytes hash;
	enum err e = guard_arrive(w);

	if (e == ERR_OK)
		e = right_spend(w->db, w->arena, survey, right, &hash);
	if (e == ERR_FORBIDDEN)
		return dead(w);
	if (e != ERR_OK)
		return e;
	response_cookie(w->response, cookie_of(w, survey), right, COOKIE_S);
	web_tell(w, "success", "tell_right_drawn");
	return web_see_other(w, "/surveys/%" PRId64, survey);
}
