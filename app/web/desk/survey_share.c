/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How people hear of a survey.
 *
 *	GET /desk/surveys/{survey}/share	link, QR code, what can be printed
 *	GET /desk/surveys/{survey}/poster	PDF with the QR code
 *	GET /desk/surveys/{survey}/qr		the code alone, as SVG, for papers of the town's own
 *
 * Messages about it are made in announce.c.
 */
#include "web/desk/survey.h"
#include "web/handlers.h"
#include "web/paper.h"
#include "web/qr.h"

enum { POSTER_QR = 220 };	/* points: 78 mm */

/* What goes out is Japanese, whoever makes it. */
static const char *
word(const struct web *w, const char *key)
{
	return words_get(catalogue_words(w->site->catalogue, "ja"), key);
}

static const char *
address_of(struct web *w, const json_t *survey)
{
	return arena_printf(w->arena, "%s/surveys/%" PRId64, web_origin(w), json_int(survey, "id"));
}

enum err
desk_survey_share(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "share", json_pack("{s:s, s:s}", "text", address_of(w, survey), "url", address_of(w, survey)));
	json_object_set_new(w->view, "qr", qr_json(w->arena, address_of(w, survey)));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/survey/share");
}

static void
fact(struct web *w, struct paper *p, const char *what, const char *value)
{
	if (value[0] != '\0')
		paper_text(p, PAPER_STRONG, arena_printf(w->arena, "%s　%s", word(w, what), value));
}

/* How long, until when, who, and whom to ask: what somebody before the notice board wants to know. */
static void
facts(struct web *w, struct paper *p, const json_t *survey)
{
	const json_t *closes = json_object_get(survey, "closes");
	struct buf minutes;

	buf_init(&minutes, w->arena);
	if (json_int(survey, "minutes") > 0 && mustache_text(w->arena, word(w, "answer_minutes"), survey, &minutes) != ERR_OK)
		buf_reset(&minutes);
	fact(w, p, "answer_time", minutes.len > 0 ? minutes.data : "");
	fact(w, p, "answer_closes", json_is_object(closes) ? arena_printf(w->arena, "%s%s", json_text(closes, "text"),
	    word(w, "answer_until")) : word(w, "answer_no_end"));
	fact(w, p, "answer_who", word(w, arena_printf(w->arena, "answer_who_%s", json_text(survey, "mode"))));
	fact(w, p, "answer_contact", json_text(survey, "contact"));
}

enum err
desk_survey_poster(struct web *w)
{
	json_t *survey;
	struct paper *p;
	struct buf pdf;
	const char *town;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	town = json_text(json_object_get(survey, "tenant"), "name");
	p = paper_new(w->arena, json_text(survey, "title"), town);
	paper_text(p, PAPER_GRAND, word(w, "survey_poster_ask"));
	paper_space(p, 12);
	paper_text(p, PAPER_TITLE, json_text(survey, "title"));
	paper_rule(p);
	paper_space(p, 8);
	paper_text(p, PAPER_TEXT, json_text(survey, "purpose"));
	paper_space(p, 16);
	paper_qr_middle(p, address_of(w, survey), POSTER_QR, arena_printf(w->arena, "%s\n%s", word(w, "survey_poster_camera"),
	    address_of(w, survey)));
	paper_space(p, 12);
	paper_rule(p);
	paper_space(p, 6);
	facts(w, p, survey);
	paper_space(p, 6);
	paper_text(p, PAPER_RIGHT, town);
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}

enum err
desk_survey_qr(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "qr", qr_json(w->arena, address_of(w, survey)));
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"survey-%" PRId64 ".svg\"",
	    json_int(survey, "id")));
	return web_xml(w, "image/svg+xml", "desk/survey/qr");
}
