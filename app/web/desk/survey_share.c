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

enum err
desk_survey_poster(struct web *w)
{
	json_t *survey;
	struct paper *p;
	struct buf pdf;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	p = paper_new(w->arena, json_text(survey, "title"), json_text(json_object_get(survey, "tenant"), "name"));
	paper_text(p, PAPER_TITLE, word(w, "survey_poster_ask"));
	paper_space(p, 24);
	paper_text(p, PAPER_TITLE, json_text(survey, "title"));
	paper_space(p, 16);
	paper_rule(p);
	paper_text(p, PAPER_TEXT, json_text(survey, "purpose"));
	paper_space(p, 24);
	paper_qr(p, address_of(w, survey), PAPER_SMALL, arena_printf(w->arena, "%s\n%s", word(w, "survey_poster_camera"),
	    address_of(w, survey)));
	paper_space(p, 24);
	if (json_text(survey, "contact")[0] != '\0') {
		paper_text(p, PAPER_HEAD, word(w, "circular_contact"));
		paper_text(p, PAPER_TEXT, json_text(survey, "contact"));
	}
	paper_text(p, PAPER_RIGHT, json_text(json_object_get(survey, "tenant"), "name"));
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
