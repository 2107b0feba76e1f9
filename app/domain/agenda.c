/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar of events: what is asked of it.  What is public the queries decide
 * (sql/queries/agenda.sql); how programs get it is in agenda_give.c, how it comes in
 * from elsewhere in agenda_take.c.
 */
#include "domain/agenda.h"
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"

enum { WORDS_MAX = 100 };

static enum err
id_read(const struct fields *query, const char *name, int64_t *out)
{
	*out = 0;
	return fields_get(query, name)[0] == '\0' ? ERR_OK : fields_int(query, name, 1, INT64_MAX, out);
}

enum err
agenda_read(struct arena *arena, const struct fields *query, struct agenda_filter *out)
{
	struct agenda_filter f = { .day = fields_get(query, "day"), .from = fields_get(query, "from") };
	enum err e = id_read(query, "district", &f.district);

	if (e == ERR_OK)
		e = id_read(query, "after", &f.after);
	if (e != ERR_OK || (f.day[0] != '\0' && !clock_is_day(f.day)) || (f.from[0] != '\0' && !clock_is_moment(f.from)))
		return ERR_INVALID;
	f.words = text_normal(arena, fields_get(query, "words"));
	f.target = text_normal(arena, fields_get(query, "target"));
	if (!text_is_clean(f.words, false) || text_length(f.words) > WORDS_MAX || !text_is_clean(f.target, false) ||
	    text_length(f.target) > WORDS_MAX)
		return ERR_INVALID;
	f.free = fields_get(query, "free")[0] != '\0';
	f.childcare = fields_get(query, "childcare")[0] != '\0';
	f.sign_language = fields_get(query, "sign_language")[0] != '\0';
	f.online = fields_get(query, "online")[0] != '\0';
	*out = f;
	return ERR_OK;
}

const char *
agenda_path(struct arena *arena, const char *path, const struct agenda_filter *f)
{
	static const char *const names[] = { "free", "childcare", "sign_language", "online" };
	const bool set[] = { f->free, f->childcare, f->sign_language, f->online };
	const char *text[] = { f->words, f->target }, *between = "?";
	struct buf out;
	int i;

	buf_init(&out, arena);
	buf_adds(&out, path);
	if (f->district != 0) {
		buf_addf(&out, "%sdistrict=%lld", between, (long long)f->district);
		between = "&";
	}
	if (f->day[0] != '\0') {
		buf_addf(&out, "%sday=%s", between, f->day);
		between = "&";
	}
	for (i = 0; i < 2; i++)
		if (text[i][0] != '\0') {
			buf_addf(&out, "%s%s=", between, i == 0 ? "words" : "target");
			buf_add_percent(&out, text[i], strlen(text[i]));
			between = "&";
		}
	for (i = 0; i < 4; i++)
		if (set[i]) {
			buf_addf(&out, "%s%s=1", between, names[i]);
			between = "&";
		}
	return out.data;
}

struct span { const char *from, *until; };

/* The day that was asked for, or all from some moment on. */
static struct span
span_of(struct arena *arena, const struct agenda_filter *f, const char *from)
{
	struct span s = { f->from[0] != '\0' ? f->from : from, "infinity" };

	if (f->day[0] != '\0') {
		if (f->from[0] == '\0')
			s.from = arena_printf(arena, "%sT00:00:00+09:00", f->day);
		s.until = arena_printf(arena, "%sT24:00:00+09:00", f->day);
	}
	return s;
}

enum err
agenda_list(struct db *db, struct arena *arena, const struct words *words, const struct agenda_filter *f, json_t **out)
{
	struct span s = span_of(arena, f, "now");
	json_t *slots, *last;
	enum err e;

	e = q_agenda_list(db, (struct q_agenda_list){ .from = s.from, .until = s.until, .after = f->after,
	    .district = f->district, .free = f->free, .childcare = f->childcare, .sign_language = f->sign_language,
	    .online = f->online, .words = f->words, .target = f->target, .count = AGENDA_PAGE + 1, .lang = words_lang(words) }, out);
	if (e != ERR_OK)
		return e;
	slots = json_object_get(*out, "slots");
	json_object_set_new(*out, "next", json_null());
	if (json_array_size(slots) > AGENDA_PAGE) {
		json_array_remove(slots, AGENDA_PAGE);
		last = json_array_get(slots, AGENDA_PAGE - 1);
		json_object_set_new(*out, "next", json_pack("{s:O, s:O}", "from", json_object_get(last, "datetime"),
		    "after", json_object_get(last, "slot")));
	}
	return ERR_OK;
}

enum err
agenda_month(struct db *db, struct arena *arena, const struct words *words, const struct agenda_filter *f, const char *month,
    json_t **out)
{
	const char *first = month[0] != '\0' ? arena_printf(arena, "%s-01", month) :
	    arena_printf(arena, "%.7s-01", f->day[0] != '\0' ? f->day : clock_rfc3339(arena, clock_ms()));

	if (!clock_is_day(first))
		return ERR_INVALID;
	return q_agenda_month(db, (struct q_agenda_month){ .first = first, .district = f->district, .free = f->free,
	    .childcare = f->childcare, .sign_language = f->sign_language, .online = f->online, .words = f->words, .target = f->target,
	    .lang = words_lang(words) }, out);
}

enum err
agenda_show(struct db *db, const struct words *words, const char *tongue, int64_t event, json_t **out)
{
	return q_agenda_show(db, (struct q_agenda_show){ .event = event, .lang = words_lang(words), .tongue = tongue }, out);
}

enum err
agenda_said(struct db *db, int64_t event, int64_t slot, struct db_texts languages, json_t **out)
{
	return q_agenda_said(db, (struct q_agenda_said){ .languages = languages, .slot = slot, .event = event }, out);
}

enum err
agenda_feed(struct db *db, struct arena *arena, const char *lang, const struct agenda_filter *f, json_t **out)
{
	struct span s = span_of(arena, f, "-infinity");

	return q_agenda_feed(db, (struct q_agenda_feed){ .lang = lang, .from = s.from, .until = s.until, .district = f->district,
	    .free = f->free, .childcare = f->childcare, .sign_language = f->sign_language, .online = f->online, .words = f->words,
	    .target = f->target }, out);
}
