/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who signed up, to be taken along.  ?state= and ?slot= as on the list.
 *
 *	GET /desk/events/{event}/applicants/csv		a table, with a line for each person
 *	GET /desk/events/{event}/applicants/xlsx	the same as a workbook
 *	GET /desk/events/{event}/applicants/sheet	an attendance sheet, A4
 *	GET /desk/events/{event}/applicants/badges	name badges, ten on a page
 *	GET /desk/events/{event}/applicants/{application}/certificate	参加証明書
 *
 * What staff keep is Japanese, whoever prints it; what its person takes along, a badge or a
 * certificate, is in the language in which they signed up, as far as the event has it.  That names
 * left the house is written down.
 */
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "domain/agenda.h"
#include "domain/applicant.h"
#include "domain/questionnaire.h"
#include "web/desk/event.h"
#include "web/desk/table.h"
#include "web/handlers.h"
#include "web/paper.h"

static const char *
word(const struct web *w, const char *key)
{
	return words_get(catalogue_words(w->site->catalogue, "ja"), key);
}

static enum err
chosen(struct web *w, const char *state, json_t **event, json_t **list)
{
	const char *asked = fields_get(w->query, "state");
	struct applicant_filter f = { .event = web_id(w, "event"), .search = "" };
	enum err e = event_show(w->db, catalogue_words(w->site->catalogue, "ja"), f.event, event);

	if (e == ERR_OK)
		e = web_vault(w);
	if (fields_int(w->query, "slot", 0, INT64_MAX, &f.slot) != ERR_OK)
		f.slot = 0;
	f.state = asked[0] == '\0' ? state : strcmp(asked, "all") == 0 ? "" : asked;
	if (e == ERR_OK)
		e = applicant_list(w->db, w->vault, w->arena, catalogue_words(w->site->catalogue, "ja"), &f, list);
	return e != ERR_OK ? e : applicant_exported(w->db, json_int(*event, "id"));
}

/* --- tables --- */

static const char *const heads[] = { "applicant_head_number", "applicant_head_state", "applicant_head_when", "applicant_head_people",
	"applicant_head_nth", "applicant_head_name", "applicant_head_kana", "applicant_head_email", "applicant_head_phone",
	"applicant_head_quotas", "applicant_head_channel", "applicant_head_created", "applicant_head_entered", "applicant_head_memo" };
enum { HEADS = sizeof heads / sizeof *heads };

/* The questions of all editions among these people, by code. */
static json_t *
questions_of(struct web *w, const json_t *list)
{
	json_t *all = json_keep(w->arena, json_array());
	const json_t *one, *q;
	const char *seen = " ";
	size_t i, k;

	json_array_foreach(list, i, one)
		json_array_foreach(json_object_get(json_object_get(one, "document"), "questions"), k, q) {
			const char *code = arena_printf(w->arena, " %s ", json_text(q, "code"));

			if (strstr(seen, code) != NULL || strcmp(json_text(q, "kind"), "note") == 0)
				continue;
			seen = arena_printf(w->arena, "%s%s", seen, code + 1);
			json_array_append(all, (json_t *)(uintptr_t)q);
		}
	return all;
}

/* Those words were looked at by a person before; in a cell they stand on one line, and days and
 * hours as programs read them, which can be put in order. */
static const char *
answer_text(struct web *w, const json_t *question, const json_t *common, const json_t *own)
{
	const json_t *answers = json_object_get(own, json_text(question, "code")) != NULL ? own : common;
	const json_t *lines = questionnaire_words(w->arena, question, answers, "ja"), *line;
	struct buf text;
	size_t i;

	if (strcmp(json_text(question, "kind"), "date") == 0 || strcmp(json_text(question, "kind"), "time") == 0)
		return json_text(answers, json_text(question, "code"));
	buf_init(&text, w->arena);
	json_array_foreach(lines, i, line)
		buf_addf(&text, "%s%s", i > 0 ? "、" : "", json_string_value(line));
	return text.len > 0 ? text.data : "";
}

static void
table_person(struct web *w, struct table *t, const json_t *one, const json_t *person, size_t nth, const json_t *questions)
{
	const json_t *q;
	size_t i;

	table_text(t, json_text(one, "number"));
	table_text(t, word(w, arena_printf(w->arena, "applicant_state_%s", json_text(one, "state"))));
	table_text(t, json_text(one, "begins"));
	table_number(t, json_int(one, "people"));
	table_number(t, (int64_t)nth);
	table_text(t, json_text(person, "name"));
	table_text(t, json_text(person, "kana"));
	table_text(t, nth == 1 ? json_text(one, "email") : "");
	table_text(t, nth == 1 ? json_text(one, "phone") : "");
	table_text(t, json_text(one, "quotas"));
	table_text(t, word(w, arena_printf(w->arena, "applicant_channel_%s", json_text(one, "channel"))));
	table_text(t, json_text(one, "created_at"));
	table_text(t, json_text(one, "entered"));
	table_text(t, nth == 1 ? json_text(one, "memo") : "");
	json_array_foreach(questions, i, q)
		table_text(t, answer_text(w, q, json_object_get(one, "answers"), json_object_get(person, "answers")));
	table_end(t);
}

static enum err
table(struct web *w, const struct table_kind *kind)
{
	json_t *event, *list, *person;
	const json_t *one, *q, *questions;
	struct table *t;
	size_t i, k;
	enum err e = chosen(w, "", &event, &list);

	if (e != ERR_OK)
		return e;
	questions = questions_of(w, list);
	t = kind->open(w->arena);
	for (i = 0; i < HEADS; i++)
		table_text(t, word(w, heads[i]));
	json_array_foreach(questions, i, q)
		table_text(t, questionnaire_text(q, "label", "ja"));
	table_end(t);
	json_array_foreach(list, i, one) {
		json_array_foreach(json_object_get(one, "persons"), k, person)
			table_person(w, t, one, person, k + 1, questions);
	}
	return table_send(w, t, arena_printf(w->arena, "applicants-%" PRId64, json_int(event, "id")));
}

enum err desk_applicant_csv(struct web *w) { return table(w, &table_csv); }
enum err desk_applicant_xlsx(struct web *w) { return table(w, &table_xlsx); }

/* --- paper --- */

static enum err
pdf(struct web *w, struct paper *p)
{
	struct buf out;

	buf_init(&out, w->arena);
	paper_finish(p, &out);
	return web_bytes(w, HTTP_OK, "application/pdf", out.data, out.len);
}

static const char *
town(const struct web *w)
{
	return json_text(json_object_get(w->entered, "tenant"), "name");
}

/* Where only one of them has a name, also how many they are. */
static const char *
name_of(struct web *w, const json_t *one, const json_t *person)
{
	if (json_int(one, "people") <= (int64_t)json_array_size(json_object_get(one, "persons")))
		return json_text(person, "name");
	return arena_printf(w->arena, "%s（%" PRId64 "%s）", json_text(person, "name"), json_int(one, "people"),
	    word(w, "apply_people_unit"));
}

enum err
desk_applicant_sheet(struct web *w)
{
	static const double shares[] = { 0.07, 0.17, 0.21, 0.25, 0.12, 0.18 };
	const char *const over[] = { "", word(w, "applicant_head_number"), word(w, "applicant_head_kana"),
		word(w, "applicant_head_name"), word(w, "applicant_head_quotas"), word(w, "applicant_sheet_mark") };
	json_t *event, *list;
	const json_t *one, *person;
	const char *when = "";
	struct paper *p;
	size_t i, k;
	int n = 0;
	enum err e = chosen(w, "confirmed", &event, &list);

	if (e != ERR_OK)
		return e;
	p = paper_new(w->arena, json_text(event, "title"), town(w));
	paper_text(p, PAPER_TITLE, word(w, "applicant_sheet_title"));
	paper_text(p, PAPER_HEAD, json_text(event, "title"));
	if (json_array_size(list) == 0)
		paper_text(p, PAPER_TEXT, word(w, "applicant_nobody"));
	json_array_foreach(list, i, one) {
		if (strcmp(when, json_text(one, "begins")) != 0) {
			when = json_text(one, "begins");
			n = 0;
			paper_space(p, 12);
			paper_room(p, 90);
			paper_text(p, PAPER_TEXT, when);
			paper_table(p, PAPER_SMALL, over, shares, 6);
		}
		json_array_foreach(json_object_get(one, "persons"), k, person) {
			const char *cells[] = { arena_printf(w->arena, "%d", ++n), k == 0 ? json_text(one, "number") : "",
				json_text(person, "kana"), name_of(w, one, person), k == 0 ? json_text(one, "quotas") : "", "" };

			paper_row(p, cells);
		}
	}
	return pdf(w, p);
}

/* What the event says to somebody who reads this language, then that one.  seen: what was asked for before. */
static enum err
said_in(struct web *w, int64_t event, const char *language, const char *then, json_t *seen, json_t **said)
{
	const char *order[] = { language, then };
	enum err e = ERR_OK;

	*said = json_object_get(seen, language);
	if (*said == NULL) {
		e = agenda_said(w->db, event, 0, (struct db_texts){ order, 2 }, said);
		if (e == ERR_OK)
			json_object_set(seen, language, *said);
	}
	return e;
}

enum err
desk_applicant_badges(struct web *w)
{
	json_t *event, *list, *said, *seen = json_keep(w->arena, json_object());
	const json_t *one, *person;
	struct paper *p;
	size_t i, k;
	enum err e = chosen(w, "confirmed", &event, &list);

	if (e != ERR_OK)
		return e;
	p = paper_new(w->arena, json_text(event, "title"), town(w));
	json_array_foreach(list, i, one) {
		const char *language = json_text(one, "language");

		e = said_in(w, json_int(event, "id"), language, application_tongue(w->site->catalogue, language), seen, &said);
		if (e != ERR_OK)
			break;
		json_array_foreach(json_object_get(one, "persons"), k, person)
			paper_badge(p, json_text(said, "title"), json_text(person, "kana"), json_text(person, "name"),
			    json_text(one, "number"));
	}
	if (json_array_size(list) == 0)
		paper_text(p, PAPER_TEXT, word(w, "applicant_nobody"));
	return e != ERR_OK ? e : pdf(w, p);
}

/* The application in the language in which its person signed up: the words of the program where it speaks it, else in
 * English, and those of the event where it has them. */
static enum err
certified(struct web *w, struct application *a, const struct words **words)
{
	int64_t event = web_id(w, "event"), id = web_id(w, "application");
	json_t *said, *seen = json_keep(w->arena, json_object());
	const char *lang;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = applicant_open(w->db, w->vault, w->arena, event, id, "ja", a);
	if (e != ERR_OK)
		return e;
	lang = application_tongue(w->site->catalogue, a->language);
	*words = catalogue_words(w->site->catalogue, lang);
	if (strcmp(lang, "ja") != 0)
		e = applicant_open(w->db, w->vault, w->arena, event, id, lang, a);
	if (e == ERR_OK)
		e = said_in(w, event, a->language, lang, seen, &said);
	if (e == ERR_OK)
		json_object_update(json_object_get(a->show, "event"), said);
	return e;
}

/* As a person is called in this language. */
static const char *
called(struct web *w, const struct words *words, const json_t *person)
{
	struct buf out;

	buf_init(&out, w->arena);
	return mustache_text(w->arena, words_get(words, "applicant_certificate_name"), person, &out) == ERR_OK ? out.data
	    : json_text(person, "name");
}

enum err
desk_applicant_certificate(struct web *w)
{
	const json_t *event, *person;
	const struct words *words;
	const char *title, *of;
	struct application a;
	struct paper *p;
	size_t i;
	enum err e = certified(w, &a, &words);

	if (e == ERR_OK && !json_flag(a.show, "attended"))
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = applicant_exported(w->db, web_id(w, "event"));
	if (e != ERR_OK)
		return e;
	event = json_object_get(a.show, "event");
	title = words_get(words, "applicant_certificate_title");
	of = json_text(json_object_get(w->entered, "tenant"), strcmp(words_lang(words), "ja") == 0 ? "name" : "name_en");
	p = paper_new(w->arena, title, of);
	json_array_foreach(json_object_get(a.person, "people"), i, person) {
		if (i > 0)
			paper_turn(p);
		paper_frame(p);
		paper_text(p, PAPER_GRAND, title);
		paper_space(p, 70);
		paper_text(p, PAPER_TITLE, called(w, words, person));
		paper_space(p, 60);
		paper_text(p, PAPER_TEXT, words_get(words, "applicant_certificate_text"));
		paper_space(p, 24);
		paper_text(p, PAPER_HEAD, json_text(event, "title"));
		paper_text(p, PAPER_TEXT, json_text(json_object_get(a.show, "slot"), "when"));
		paper_text(p, PAPER_TEXT, json_text(event, "place"));
		paper_space(p, 120);
		paper_text(p, PAPER_RIGHT, calendar_date(w->arena, clock_rfc3339(w->arena, clock_ms()), words_lang(words)));
		paper_text(p, PAPER_RIGHT, of);
		paper_text(p, PAPER_RIGHT, json_text(event, "organiser"));
	}
	return pdf(w, p);
}
