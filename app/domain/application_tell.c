/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people are told about their application: what became of it, a reminder before;
 * thanks to those who came, words to those who did not or who waited in vain; and what staff
 * write to them.  Each is a letter to the address that they gave, and a notice to the LINE
 * and the devices of who is registered, written in the transaction that notes that it
 * was, so that a planner that dies tells nobody twice and forgets nobody.  In somebody's quiet
 * hours nothing is written that can wait: it says then what is so then.
 */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/application.h"
#include "domain/question_language.h"

enum { DAY_S = 86400, LINE_MOST_S = 23 * 3600, NOTICE_MOST = 200, SHORT = 60 };

struct teller {
	struct mailer *m;
	const struct catalogue *catalogue;
	const struct application_town *town;
};

static bool
unseal(const struct teller *t, const struct rows *rows, size_t i, const char *column, const char *label, json_t **out)
{
	size_t n;
	const uint8_t *sealed;

	if (rows_null(rows, i, column))
		return false;
	sealed = rows_bytes(rows, i, column, &n);
	return vault_open_json(t->m->vault, t->m->arena, label, sealed, n, out) == ERR_OK;
}

const char *
application_tongue(const struct catalogue *catalogue, const char *language)
{
	const char *tag = strncmp(language, "ja", 2) == 0 ? "ja" : language;

	return strcmp(words_lang(catalogue_words(catalogue, tag)), tag) == 0 ? tag : "en";
}

/* Whether some of what staff wrote into a letter is in Japanese, for whom it is to be said. */
static bool
some_japanese(const json_t *view)
{
	/* The place of a letter is that in the queue. */
	static const struct { const char *key, *text; } said[] = {
		{ "title", "title" }, { "place", "place_name" }, { "address", "address" }, { "bring", "bring" }, { "access", "access" },
		{ "contact", "contact" }, { "call_off", "call_off" }, { "thanks", "thanks" }, { "missed", "missed" }, { "sorry", "sorry" },
	};
	const json_t *langs = json_object_get(view, "langs");

	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (json_text(view, said[i].text)[0] != '\0' && strcmp(json_text(langs, said[i].key), "ja") == 0)
			return true;
	return json_is_string(json_object_get(view, "body"));
}

/* What all templates of letters read: the town, the links, and what is not in the language that was chosen. */
static void
dress(const struct teller *t, json_t *view, const char *number, const char *language)
{
	bool ja = strcmp(words_lang(t->m->words), "ja") == 0, own = ja || strcmp(words_lang(t->m->words), language) == 0;

	json_object_set_new(view, "not_theirs", own ? json_null() : json_string(words_get(t->m->words, question_tongue_own(language))));
	json_object_set_new(view, "japanese", json_boolean(!ja && some_japanese(view)));

	json_object_set_new(view, "tenant", json_pack("{s:s, s:s?}", "name", ja ? t->town->name : t->town->name_en,
	    "contact", t->town->contact[0] != '\0' ? t->town->contact : NULL));
	json_object_set_new(view, "site_url", json_string(t->town->origin));
	json_object_set_new(view, "link_url", json_sprintf("%s/tickets/%s", t->town->origin,
	    application_token(t->m->arena, t->m->vault, number)));
}

/* Rendered without the ends of lines behind it. */
static enum err
render(const struct teller *t, const char *name, const json_t *view, char **out)
{
	struct buf text;

	buf_init(&text, t->m->arena);
	if (templates_render(t->m->templates, name, t->m->words, view, &text) != ERR_OK)
		return ERR_DB;	/* logged by the renderer */
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	*out = text.data;
	return ERR_OK;
}

/* By mail, or as one SMS where somebody gave a number and the town sends any. */
static enum err
to_address(const struct teller *t, const json_t *contact, const json_t *view, struct q_application_letter row)
{
	const char *to = application_address(contact, &row.channel);
	char *text;
	enum err e;

	/* A number that is no mobile phone's is called by staff. */
	if (to[0] == '\0' || (strcmp(row.channel, "sms") == 0 && (!t->town->sms || to[0] != '+')))
		return ERR_OK;
	if (strcmp(row.channel, "email") == 0)
		e = mail_seal(t->m, row.kind, to, view, &row.sealed);
	else {
		e = render(t, "sms/application.txt", view, &text);
		if (e == ERR_OK)
			row.sealed = vault_seal_json(t->m->vault, t->m->arena, "letter.sealed", json_keep(t->m->arena,
			    json_pack("{s:s, s:s, s:s}", "to", to, "text", text, "language", words_lang(t->m->words))));
	}
	return e != ERR_OK ? e : q_application_letter_queue(t->m->db, row, NULL);
}

/* A notice and the link, nothing of the person or of what they signed up for: it lies on a
 * lock screen, and with LINE.  Of one application the newest card takes the others' place. */
static json_t *
notice_of(const struct teller *t, const char *channel, const char *to, const char *said, const char *text,
    const json_t *view, int64_t application)
{
	const char *town = json_text(json_object_get(view, "tenant"), "name"), *language = words_lang(t->m->words);

	if (strcmp(channel, "line") == 0)
		return json_pack("{s:s, s:[{s:s, s:s}], s:s}", "to", to, "messages", "type", "text", "text", text, "language", language);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:s}", "to", to, "title", town, "body", said,
	    "url", json_text(view, json_is_string(json_object_get(view, "survey_url")) ? "survey_url" : "link_url"),
	    "tag", json_sprintf("application-%" PRId64, application), "renotify", 1, "language", language);
}

/* To the LINE and the devices of whoever is registered, each with a key of its own that is
 * fixed here.  LINE knows a key for a day: no longer is it tried there. */
static enum err
to_ways(const struct teller *t, const char *what, json_t *view, struct q_application_letter row)
{
	const char *said = words_get(t->m->words, json_flag(view, "offered") && strcmp(what, "state") == 0 ? "notice_application_offered" :
	    strcmp(what, "reminder") == 0 ? "notice_application_reminder" : "notice_application");
	int64_t contact;
	struct rows *ways;
	char *text;
	size_t i;
	enum err e = q_application_ways(t->m->db, (struct q_application_ways){ .application = row.application }, &ways);

	if (e != ERR_OK || rows_count(ways) == 0)
		return e;
	json_object_set_new(view, "said", json_string(said));
	e = render(t, "line/application.txt", view, &text);
	row.contact = &contact;
	for (i = 0; e == ERR_OK && i < rows_count(ways); i++) {
		size_t n;
		const uint8_t *sealed = rows_bytes(ways, i, "address", &n);
		struct q_application_letter one = row;
		struct buf to;

		buf_init(&to, t->m->arena);
		if (vault_open(t->m->vault, "contact.address", sealed, n, &to) != ERR_OK)
			continue;	/* of a key that is gone */
		contact = rows_int(ways, i, "id");
		one.channel = rows_text(ways, i, "channel");
		one.key = secret_uuid(t->m->arena);
		one.sealed = vault_seal_json(t->m->vault, t->m->arena, "letter.sealed",
		    json_keep(t->m->arena, notice_of(t, one.channel, to.data, said, text, view, row.application)));
		if (strcmp(one.channel, "line") == 0 && one.valid_s > LINE_MOST_S)
			one.valid_s = LINE_MOST_S;
		e = q_application_letter_queue(t->m->db, one, NULL);
	}
	return e;
}

static enum err
letter(const struct teller *t, const char *what, const json_t *contact, json_t *view, int64_t application,
    const int64_t *notice, int valid_s)
{
	struct q_application_letter row = { .kind = arena_printf(t->m->arena, "application_%s", what), .key = secret_uuid(t->m->arena),
	    .application = application, .notice = notice, .valid_s = valid_s };
	enum err e = to_address(t, contact, view, row);

	return e != ERR_OK ? e : to_ways(t, what, view, row);
}

/* Whether staff want this to be said: nothing is sent to those who did not come, or who
 * waited in vain, without words for them. */
static bool
said(const char *what, const json_t *view)
{
	if (strcmp(what, "thanks") == 0)
		return json_text(view, "thanks")[0] != '\0' || json_is_integer(json_object_get(view, "survey"));
	if (strcmp(what, "missed") == 0 || strcmp(what, "sorry") == 0)
		return json_text(view, what)[0] != '\0';
	return true;
}

/* What an SMS says of it, where that is not the state. */
static const char *
in_short(const struct teller *t, const char *what, const json_t *view)
{
	if (strcmp(what, "missed") == 0 || strcmp(what, "sorry") == 0)
		return text_cut(t->m->arena, text_normal(t->m->arena, json_text(view, what)), SHORT);
	return words_get(t->m->words, arena_printf(t->m->arena, "sms_application_%s", what));
}

/* Whether it has to wait for the hours in which its person may be written to. */
static enum err
hold(const struct teller *t, int64_t id, const char *what, const json_t *contact, bool *held)
{
	const char *channel;
	struct rows *row;
	enum err e;

	application_address(contact, &channel);
	e = q_application_hold(t->m->db, (struct q_application_hold){ .application = id, .what = what,
	    .sms = strcmp(channel, "sms") == 0 }, &row);
	if (e == ERR_OK)
		*held = rows_bool(row, 0, "held");
	return e;
}

static enum err
tell(const struct teller *t, const struct rows *rows, size_t i)
{
	const char *what = rows_text(rows, i, "what"), *chosen = rows_text(rows, i, "language"),
	    *language = application_tongue(t->catalogue, chosen);
	int64_t id = rows_int(rows, i, "id");
	json_t *contact = NULL, *person = NULL, *view;
	bool state = strcmp(what, "state") == 0, before = state || strcmp(what, "reminder") == 0, held = false;
	enum err e = ERR_OK;

	t->m->words = catalogue_words(t->catalogue, language);
	if (unseal(t, rows, i, "contact", "application.contact", &contact) && unseal(t, rows, i, "person", "application.person", &person)) {
		e = hold(t, id, what, contact, &held);
		if (e != ERR_OK || held)
			return e;
		if (state)
			e = q_application_offer_queue(t->m->db, (struct q_application_offer){ .application = id }, NULL);
		if (e == ERR_OK)
			e = q_application_tell(t->m->db, (struct q_application_tell){ .application = id, .lang = language }, &view);
		if (e != ERR_OK)
			return e;
		dress(t, view, rows_text(rows, i, "number"), chosen);
		json_object_set_new(view, "name", json_string(json_text(person, "name")));
		json_object_set_new(view, "subject", state ? json_null() : json_string(in_short(t, what, view)));
		json_object_set_new(view, "survey_url", json_is_integer(json_object_get(view, "survey"))
		    ? json_sprintf("%s/surveys/%" PRId64, t->town->origin, json_int(view, "survey")) : json_null());
		if (said(what, view))
			e = letter(t, what, contact, view, id, NULL,
			    before ? (int)json_int(view, "valid_s") : 7 * DAY_S);
	}
	if (e == ERR_OK)
		e = q_application_told_queue(t->m->db, (struct q_application_told){ .what = what, .application = id }, NULL);
	return e;
}

/* One notice of staff, to its end: letters are unique, so that what was written stays written. */
static enum err
notice(const struct teller *t, int *told)
{
	struct rows *rows, *due;
	json_t *contact = NULL, *person = NULL, *view;
	const char *chosen;
	int64_t id, after = 0;
	size_t i;
	enum err e = q_notice_unsent(t->m->db, &rows);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	id = rows_int(rows, 0, "id");
	do {
		e = q_notice_due(t->m->db, (struct q_notice_due){ .notice = id, .after = after, .most = NOTICE_MOST }, &due);
		for (i = 0; e == ERR_OK && i < rows_count(due); i++) {
			after = rows_int(due, i, "id");
			if (!unseal(t, due, i, "contact", "application.contact", &contact) ||
			    !unseal(t, due, i, "person", "application.person", &person))
				continue;
			chosen = rows_text(due, i, "language");
			t->m->words = catalogue_words(t->catalogue, application_tongue(t->catalogue, chosen));
			e = q_application_tell(t->m->db, (struct q_application_tell){ .application = after,
			    .lang = words_lang(t->m->words) }, &view);
			if (e != ERR_OK)
				return e;
			json_object_set_new(view, "body", json_string(rows_text(rows, 0, "body")));
			dress(t, view, rows_text(due, i, "number"), chosen);
			json_object_set_new(view, "name", json_string(json_text(person, "name")));
			json_object_set_new(view, "subject", json_string(rows_text(rows, 0, "subject")));
			json_object_set_new(view, "survey_url", json_null());
			e = letter(t, "notice", contact, view, after, &id, 2 * DAY_S);
			++*told;
		}
	} while (e == ERR_OK && rows_count(due) == NOTICE_MOST);
	return e != ERR_OK ? e : q_notice_sent_queue(t->m->db, (struct q_notice_sent){ .notice = id }, NULL);
}

enum err
application_tell(struct mailer *m, const struct catalogue *catalogue, const struct application_town *town, int most, int *told)
{
	struct teller t = { m, catalogue, town };
	struct rows *rows;
	size_t i;
	enum err e = q_application_due(m->db, (struct q_application_due){ .most = most }, &rows);

	*told = 0;
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++, ++*told)
		e = tell(&t, rows, i);
	if (e == ERR_OK)
		e = notice(&t, told);
	return e;
}
