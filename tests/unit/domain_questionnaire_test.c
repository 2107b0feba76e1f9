/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of questions: what each kind takes and refuses, and in which order questions
 * come.  That no impossible path is ever accepted is tried at random, in
 * domain_questionnaire_random_test.c.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/words.h"
#include "domain/questionnaire.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct catalogue *
words_open(struct arena *a)
{
	const char *source = getenv("CHROMO_SOURCE");
	struct catalogue *catalogue;
	char *problem = NULL;

	if (catalogue_open(arena_printf(a, "%s/templates/po", source == NULL ? "." : source), &catalogue, &problem) != ERR_OK) {
		diag("%s", problem);
		exit(1);
	}
	return catalogue;
}

static json_t *
parsed(struct arena *a, const char *text)
{
	json_t *json;

	if (json_parse(a, text, strlen(text), &json) != ERR_OK) {
		diag("not JSON: %s", text);
		exit(1);
	}
	return json;
}

#define CHOICES "\"choices\":[{\"code\":\"1\",\"texts\":{\"ja\":\"はい\"}},{\"code\":\"2\",\"texts\":{\"ja\":\"いいえ\"}}," \
	"{\"code\":\"o\",\"texts\":{\"ja\":\"その他\"},\"other\":true},{\"code\":\"n\",\"texts\":{\"ja\":\"なし\"},\"none\":true}]"
#define THREE "\"choices\":[{\"code\":\"1\",\"texts\":{\"ja\":\"甲\"}}," \
	"{\"code\":\"2\",\"texts\":{\"ja\":\"乙\"}},{\"code\":\"3\",\"texts\":{\"ja\":\"丙\"}}]"
#define ROWS "\"rows\":[{\"code\":\"r1\",\"texts\":{\"ja\":\"朝\"}},{\"code\":\"r2\",\"texts\":{\"ja\":\"夜\"}}]"

/* A question of this kind with these settings; what was sent; the answers, or "!" and
 * the key of the words that say what is wrong. */
static const struct {
	const char *kind, *settings, *choices, *sent, *result;
} rows[] = {
	{ "single", "", CHOICES, "q1=2", "{\"q1\":\"2\"}" },
	{ "single", "", CHOICES, "q1=9", "!form_choice" },
	{ "single", "", CHOICES, "", "!form_choice" },
	{ "single", "", CHOICES, "q1=o&q1_words=%E7%8A%AC", "{\"q1\":\"o\",\"q1.other\":\"犬\"}" },
	{ "single", "", CHOICES, "q1=o", "!question_other_required" },
	{ "single", "", CHOICES, "q1=1&q1_words=x", "{\"q1\":\"1\"}" },
	{ "single", "", CHOICES, "q1=o&q1_words=a%07b", "!form_control_characters" },
	{ "multi", "", CHOICES, "q1_o=1&q1_words=a%EF%BF%BDb", "!form_unreadable" },
	{ "multi", "", CHOICES, "q1_1=1&q1_2=1", "{\"q1\":[\"1\",\"2\"]}" },
	{ "multi", "", CHOICES, "q1_9=1", "!form_choose_some" },
	{ "multi", "", CHOICES, "q1_1=1&q1_n=1", "!question_none_alone" },
	{ "multi", "\"min\":2", CHOICES, "q1_1=1", "!question_choose_min" },
	{ "multi", "\"min\":2", CHOICES, "q1_n=1", "{\"q1\":[\"n\"]}" },
	{ "multi", "\"max\":1", CHOICES, "q1_1=1&q1_2=1", "!question_choose_max" },
	{ "text", "", "", "q1=%E9%AB%99%E6%A9%8B", "{\"q1\":\"髙橋\"}" },
	{ "text", "\"max\":2", "", "q1=abc", "!form_too_long" },
	{ "text", "", "", "q1=%01", "!form_control_characters" },
	{ "text", "", "", "q1=%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7%E2%80%8D%F0%9F%91%A6", "{\"q1\":\"👨‍👩‍👧‍👦\"}" },
	{ "text", "\"pattern\":\"kana\"", "", "q1=%EF%BE%94%EF%BE%8F%EF%BE%80%E3%82%99", "{\"q1\":\"ヤマダ\"}" },
	{ "text", "\"pattern\":\"kana\"", "", "q1=yama", "!question_pattern_kana" },
	{ "text", "\"pattern\":\"phone\"", "", "q1=%EF%BC%90%EF%BC%93-1234-5678", "{\"q1\":\"0312345678\"}" },
	{ "text", "\"pattern\":\"phone\"", "", "q1=12", "!question_pattern_phone" },
	{ "text", "\"pattern\":\"phone\"", "", "q1=%EF%BC%90%EF%BC%93%E2%88%92%EF%BC%91234%E3%83%BC5678", "{\"q1\":\"0312345678\"}" },
	{ "text", "\"pattern\":\"phone\"", "", "q1=0312345678x", "!question_pattern_phone" },
	{ "text", "\"pattern\":\"postcode\"", "", "q1=105-0011", "{\"q1\":\"1050011\"}" },
	{ "text", "\"pattern\":\"email\"", "", "q1=a", "!question_pattern_email" },
	{ "text", "\"pattern\":\"digits\"", "", "q1=1a", "!question_pattern_digits" },
	{ "long", "", "", "q1=a%0D%0Ab", "{\"q1\":\"a\\nb\"}" },
	{ "number", "", "", "q1=%EF%BC%91%EF%BC%8C%EF%BC%92%EF%BC%90%EF%BC%90", "{\"q1\":\"1200\"}" },
	{ "number", "", "", "q1=%E2%88%92%EF%BC%95", "{\"q1\":\"-5\"}" },
	{ "number", "", "", "q1=%E3%83%BC5", "{\"q1\":\"-5\"}" },
	{ "number", "", "", "q1=5%E2%88%92", "!question_number" },
	{ "number", "", "", "q1=-0", "{\"q1\":\"0\"}" },
	{ "number", "", "", "q1=007", "{\"q1\":\"7\"}" },
	{ "number", "", "", "q1=1.5", "!question_number" },
	{ "number", "\"decimals\":1", "", "q1=1.50", "{\"q1\":\"1.5\"}" },
	{ "number", "\"decimals\":1", "", "q1=1.55", "!question_number_decimal" },
	{ "number", "\"decimals\":1", "", "q1=1,5", "!question_number_decimal" },
	{ "number", "\"decimals\":1", "", "q1=-1,234,567.5", "{\"q1\":\"-1234567.5\"}" },
	{ "number", "", "", "q1=1,23", "!question_number" },
	{ "number", "", "", "q1=1234,567", "!question_number" },
	{ "number", "", "", "q1=,123", "!question_number" },
	{ "number", "\"min\":\"18\"", "", "q1=17", "!question_number_min" },
	{ "number", "\"max\":\"99\"", "", "q1=100", "!question_number_max" },
	{ "number", "", "", "q1=1e3", "!question_number" },
	{ "number", "", "", "q1=9999999999999999", "!question_number" },
	{ "date", "", "", "q1_year=2024&q1_month=2&q1_day=29", "{\"q1\":\"2024-02-29\"}" },
	{ "date", "", "", "q1_year=%E4%BB%A4%E5%92%8C8&q1_month=2&q1_day=30", "!question_date_days" },
	{ "date", "", "", "q1_year=%E4%BB%A4%E5%92%8C8&q1_month=2&q1_day=28", "{\"q1\":\"2026-02-28\"}" },
	{ "date", "", "", "q1_year=%E5%B9%B3%E6%88%90%E5%85%83&q1_month=1&q1_day=8", "{\"q1\":\"1989-01-08\"}" },
	{ "date", "", "", "q1_year=S64&q1_month=1&q1_day=7", "{\"q1\":\"1989-01-07\"}" },
	{ "date", "", "", "q1_year=8&q1_month=2&q1_day=28", "!form_date" },
	{ "date", "", "", "q1_year=S65&q1_month=1&q1_day=7", "!form_date" },
	{ "date", "", "", "q1_year=&q1_month=&q1_day=3", "!form_date" },
	{ "date", "\"past\":true", "", "q1_year=2999&q1_month=1&q1_day=1", "!question_date_past" },
	{ "date", "\"future\":true", "", "q1_year=1999&q1_month=1&q1_day=1", "!question_date_future" },
	{ "time", "", "", "q1=9%E6%99%8230%E5%88%86", "{\"q1\":\"09:30\"}" },
	{ "time", "", "", "q1=24:00", "!question_time" },
	{ "time", "", "", "q1=10%E6%99%825%E5%88%86", "{\"q1\":\"10:05\"}" },
	{ "time", "", "", "q1=9%E6%99%825%E5%88%86", "{\"q1\":\"09:05\"}" },
	{ "time", "", "", "q1=10:5", "{\"q1\":\"10:05\"}" },
	{ "time", "", "", "q1=0930", "{\"q1\":\"09:30\"}" },
	{ "time", "", "", "q1=9h30", "{\"q1\":\"09:30\"}" },
	{ "time", "", "", "q1=15%E6%99%82%E5%8D%8A", "{\"q1\":\"15:30\"}" },
	{ "time", "", "", "q1=%E5%8D%88%E5%BE%8C%EF%BC%93%E6%99%82", "{\"q1\":\"15:00\"}" },
	{ "time", "", "", "q1=%E5%8D%88%E5%89%8D9:30", "{\"q1\":\"09:30\"}" },
	{ "time", "", "", "q1=3:30+PM", "{\"q1\":\"15:30\"}" },
	{ "time", "", "", "q1=12:10am", "{\"q1\":\"00:10\"}" },
	{ "time", "", "", "q1=%E5%8D%88%E5%BE%8C12%E6%99%82", "!question_time" },
	{ "time", "", "", "q1=15:30+PM", "!question_time" },
	{ "time", "", "", "q1=9%E6%99%8230%E5%88%86%E3%81%94%E3%82%8D", "!question_time" },
	{ "time", "", "", "q1=9:", "!question_time" },
	{ "time", "\"max\":\"17:00\"", "", "q1=17:01", "!question_time_range" },
	{ "scale", "\"points\":5", "", "q1=5", "{\"q1\":\"5\"}" },
	{ "scale", "\"points\":5", "", "q1=0", "!form_choice" },
	{ "scale", "\"points\":11", "", "q1=0", "{\"q1\":\"0\"}" },
	{ "scale", "\"points\":11", "", "q1=11", "!form_choice" },
	{ "rank", "", THREE, "q1_1=2&q1_2=1", "{\"q1\":[\"2\",\"1\"]}" },
	{ "rank", "", THREE, "q1_1=1&q1_2=1", "!question_rank" },
	{ "rank", "", THREE, "q1_1=1&q1_2=3", "!question_rank" },
	{ "rank", "\"max\":1", THREE, "q1_1=1&q1_2=2", "!question_rank_max" },
	{ "matrix", ROWS, THREE, "q1_r1=1&q1_r2=3", "{\"q1\":{\"r1\":\"1\",\"r2\":\"3\"}}" },
	{ "matrix", ROWS, THREE, "q1_r1=1", "!question_rows" },
	{ "matrix", ROWS, THREE, "q1_r1=1&q1_r2=9", "!question_rows" },
	{ "matrix", ROWS ",\"multi\":true", THREE, "q1_r1_1=1&q1_r1_2=1&q1_r2_3=1", "{\"q1\":{\"r1\":[\"1\",\"2\"],\"r2\":[\"3\"]}}" },
	{ "address", "", "", "q1_postcode=105-0011&q1_text=x", "{\"q1\":{\"postcode\":\"1050011\",\"text\":\"x\"}}" },
	{ "address", "", "", "q1_postcode=1", "!form_postcode" },
	{ "address", "", "", "q1_text=a%EF%BF%BDb", "!form_unreadable" },
	{ "map", "", "", "q1_lat=35.65858&q1_lon=139.74543", "{\"q1\":{\"lat\":\"35.65858\",\"lon\":\"139.74543\"}}" },
	{ "map", "", "", "q1_lat=%EF%BC%93%EF%BC%95.6580341676&q1_lon=139.70", "{\"q1\":{\"lat\":\"35.658034\",\"lon\":\"139.7\"}}" },
	{ "map", "", "", "q1_lat=95&q1_lon=139", "!question_point" },
	{ "map", "", "", "q1_lat=35", "!question_point" },
	{ "map", "", "", "q1_lat=35&q1_lon=x&q1_text=park", "!question_point" },
	{ "map", "", "", "q1_lat=+&q1_text=", "!question_map" },
	{ "map", "", "", "q1_text=park", "{\"q1\":{\"text\":\"park\"}}" },
	{ "consent", "", "", "q1=1", "{\"q1\":\"1\"}" },
	{ "consent", "", "", "", "!question_consent" },
};

/* The words, whatever numbers stand in them. */
static bool
says(struct arena *a, const char *problem, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, "{");
		const char *at = strstr(problem, arena_printf(a, "%.*s", (int)n, words));

		if (at == NULL)
			return false;
		problem = at + n;
		words += n;
		if (*words == '{')
			words = strstr(words, "}}") + 2;
	}
	return true;
}

static void
kinds(struct arena *a, const struct words *w)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *question = parsed(a, arena_printf(a,
		    "{\"code\":\"q1\",\"kind\":\"%s\",\"required\":true,\"texts\":{},\"settings\":{%s}%s%s}",
		    rows[i].kind, rows[i].settings, rows[i].choices[0] != '\0' ? "," : "", rows[i].choices));
		struct fields *fields = fields_new(a);
		json_t *answers = json_keep(a, json_object());
		struct form *form;
		struct buf said;
		const char *problem;

		if (fields_parse_form(fields, rows[i].sent, strlen(rows[i].sent)) != ERR_OK)
			diag("not read: %s", rows[i].sent);
		form = form_new(a, fields, w);
		questionnaire_read(a, form, fields, question, answers);
		buf_init(&said, a);
		json_canonical(answers, &said);
		if (rows[i].result[0] != '!') {
			is_str(said.data, rows[i].result, "%s: %s", rows[i].kind, rows[i].sent);
			ok(form_ok(form), "  nothing is wrong with it");
			continue;
		}
		problem = json_text(json_array_get(json_object_get(form_json(form), "problems"), 0), "problem");
		ok(says(a, problem, words_get(w, rows[i].result + 1)), "%s: %s: %s", rows[i].kind, rows[i].sent, problem);
	}
}

/* q1 はい jumps to q4, いいえ ends; q3 is shown to those over 64. */
static const char branching[] = "{\"questions\":["
	"{\"code\":\"q1\",\"kind\":\"single\",\"required\":true,\"texts\":{\"ja\":{\"label\":\"犬\"}}," CHOICES ",\"settings\":{},\"show\":null,"
	"\"jumps\":[{\"when\":{\"any\":[{\"all\":[{\"question\":\"q1\",\"is\":\"chosen\",\"value\":\"1\"}]}]},\"to\":\"q4\"},"
	"{\"when\":{\"any\":[{\"all\":[{\"question\":\"q1\",\"is\":\"chosen\",\"value\":\"n\"}]}]},\"to\":\"end\"}]},"
	"{\"code\":\"q2\",\"kind\":\"number\",\"required\":true,\"texts\":{\"ja\":{\"label\":\"歳\"}},\"settings\":{},\"show\":null,\"jumps\":[]},"
	"{\"code\":\"q3\",\"kind\":\"text\",\"required\":true,\"texts\":{\"ja\":{\"label\":\"{q2}歳\"}},\"settings\":{},\"jumps\":[],"
	"\"show\":{\"any\":[{\"all\":[{\"question\":\"q2\",\"is\":\"more\",\"value\":\"64\"}]}]}},"
	"{\"code\":\"q4\",\"kind\":\"text\",\"required\":false,\"texts\":{\"ja\":{\"label\":\"ほか\"}},\"settings\":{},\"show\":null,\"jumps\":[]}]}";

static const char *
walk(struct arena *a, const json_t *document, const char *answers)
{
	bool whole;
	const json_t *path = questionnaire_path(a, document, parsed(a, answers), &whole), *q;
	struct buf b;
	size_t i;

	buf_init(&b, a);
	buf_adds(&b, "");
	json_array_foreach(path, i, q)
		buf_addf(&b, "%s ", json_text(q, "code"));
	buf_adds(&b, whole ? "end" : "?");
	return b.data;
}

static void
paths(struct arena *a)
{
	static const struct { const char *answers, *path; bool accepted; } way[] = {
		{ "{}", "q1 ?", false },
		{ "{\"q1\":\"1\"}", "q1 q4 end", true },
		{ "{\"q1\":\"n\"}", "q1 end", true },
		{ "{\"q1\":\"2\"}", "q1 q2 ?", false },
		{ "{\"q1\":\"2\",\"q2\":\"64\"}", "q1 q2 q4 end", true },
		{ "{\"q1\":\"2\",\"q2\":\"65\"}", "q1 q2 q3 ?", false },
		{ "{\"q1\":\"2\",\"q2\":\"65\",\"q3\":\"x\",\"q4\":\"y\"}", "q1 q2 q3 q4 end", true },
		{ "{\"q1\":\"1\",\"q2\":\"65\"}", "q1 q4 end", false },		/* was never asked */
		{ "{\"q1\":\"2\",\"q2\":\"9\",\"q3\":\"x\"}", "q1 q2 q4 end", false },
		{ "{\"q1\":\"7\"}", "q1 q2 ?", false },
		{ "{\"q1\":\"n\",\"q9\":\"x\"}", "q1 end", false },
		{ "{\"q1\":[7,[\"n\"]]}", "q1 q2 ?", false },
		{ "{\"q1\":\"n\",\"q1.r1\":\"x\"}", "q1 end", false },
	};
	json_t *document = parsed(a, branching), *left;
	const char *problem;
	size_t i;

	for (i = 0; i < sizeof way / sizeof *way; i++) {
		is_str(walk(a, document, way[i].answers), way[i].path, "path of %s", way[i].answers);
		ok((questionnaire_accept(a, document, parsed(a, way[i].answers), &problem) == ERR_OK) == way[i].accepted,
		    "  %s", way[i].accepted ? "accepted" : "refused");
	}
	left = parsed(a, "{\"q1\":\"1\",\"q1.other\":\"z\",\"q2\":\"65\",\"q3\":\"x\",\"q4\":\"y\"}");
	questionnaire_prune(a, document, left);
	ok(json_object_get(left, "q2") == NULL && json_object_get(left, "q3") == NULL, "a changed answer takes what was behind it away");
	is_str(json_text(left, "q4"), "y", "but not what is still asked");
	ok(json_array_size(questionnaire_faults(a, document)) == 0, "nothing is wrong with this one");
}

/* What nobody has answered yet is named by its number, whatever stands between. */
static void
numbered(struct arena *a, const struct words *w)
{
	static const char document[] = "{\"questions\":["
	    "{\"code\":\"q7\",\"kind\":\"text\",\"texts\":{\"ja\":{\"label\":\"名\"}}},"
	    "{\"code\":\"q2\",\"kind\":\"note\",\"texts\":{\"ja\":{\"label\":\"注\"}}},"
	    "{\"code\":\"q10\",\"kind\":\"text\",\"texts\":{\"ja\":{\"label\":\"{q7}と{q7}と{q1}\"}}},"
	    "{\"code\":\"q1\",\"kind\":\"text\",\"texts\":{\"ja\":{\"label\":\"{q10}\"},\"en\":{\"label\":\"a {b} c\"}}}]}";
	const json_t *out = questionnaire_numbered(a, w, parsed(a, document));

	is_str(questionnaire_text(questionnaire_question(out, "q10"), "label", "ja"),
	    "［設問1の答え］と［設問1の答え］と［設問4の答え］", "what a label names, by its number");
	is_str(questionnaire_text(questionnaire_question(out, "q1"), "label", "ja"), "［設問3の答え］", "q10 is not q1");
	is_str(questionnaire_text(questionnaire_question(out, "q1"), "label", "en"), "a {b} c", "other brackets stay");
}

static bool
has_fault(struct arena *a, const char *document, const char *key)
{
	const json_t *faults = questionnaire_faults(a, parsed(a, document)), *f;
	size_t i;

	json_array_foreach(faults, i, f)
		if (strcmp(json_text(f, "key"), key) == 0)
			return true;
	return false;
}

/* A question of this code, kind and the rest; a document of some. */
#define K(code, kind, more) "{\"code\":\"" code "\",\"kind\":\"" kind "\",\"required\":true," \
	"\"texts\":{\"ja\":{\"label\":\"x\"}}," more "}"
#define Q(code, more) K(code, "text", "\"settings\":{}," more)
#define D(questions) "{\"questions\":[" questions "]}"
/* q1 is asked of each person. */
#define E(questions) "{\"each\":[\"q1\"],\"questions\":[" questions "]}"
#define ANSWERED(code) "{\"any\":[{\"all\":[{\"question\":\"" code "\",\"is\":\"answered\"}]}]}"

static void
faults(struct arena *a)
{
	static const struct { const char *document, *key, *what; } faulty[] = {
		{ D(""), "no_questions", "a questionnaire without questions" },
		{ D(Q("q1", "\"jumps\":[{\"when\":null,\"to\":\"q1\"}]")), "jump_back", "a jump to itself" },
		{ D(Q("q1", "\"jumps\":[]") "," Q("q2", "\"jumps\":[{\"when\":null,\"to\":\"q1\"}]")), "jump_back", "a jump back" },
		{ D(Q("q1", "\"jumps\":[{\"when\":null,\"to\":\"end\"}]") "," Q("q2", "\"jumps\":[]")),
		    "unreachable", "a question behind the end" },
		{ D(Q("q1", "\"show\":{\"any\":[{\"all\":[{\"question\":\"q2\",\"is\":\"answered\"}]}]}") "," Q("q2", "\"jumps\":[]")),
		    "refers", "a condition that looks ahead" },
		{ D(K("q1", "single", "\"settings\":{},\"choices\":[]")), "no_choices", "no choices" },
		{ D("{\"code\":\"q1\",\"kind\":\"text\",\"texts\":{\"ja\":{\"label\":\"{q7}\"}}}"),
		    "refers", "a label that names what is not there" },
		{ "{\"languages\":[\"ja\",\"en\"],\"questions\":[{\"code\":\"q1\",\"kind\":\"text\",\"texts\":"
		    "{\"ja\":{\"label\":\"A\"},\"en\":{\"label\":\"{q7}\"}}}]}",
		    "refers_translated", "a translation that names what is not there" },
		{ D(K("q1", "number", "\"settings\":{\"min\":\"9\",\"max\":\"1\"}")), "range", "a range that holds nothing" },
		{ D("{\"code\":\"q1\",\"kind\":\"text\",\"texts\":{}}"), "no_label", "a question without words" },
		{ E(Q("q1", "\"jumps\":[]") "," Q("q2", "\"show\":" ANSWERED("q1"))), "across", "a condition on what each person answers" },
		{ E(Q("q2", "\"jumps\":[]") "," Q("q1", "\"show\":" ANSWERED("q2"))), "across", "a condition on what is answered once" },
		{ E(Q("q1", "\"jumps\":[{\"when\":null,\"to\":\"q2\"}]") "," Q("q2", "\"jumps\":[]")),
		    "across", "a jump from one to the other" },
		{ E(Q("q1", "\"jumps\":[]") "," "{\"code\":\"q2\",\"kind\":\"text\",\"texts\":{\"ja\":{\"label\":\"{q1}\"}}}"),
		    "across", "a label that names an answer of each person" },
	};

	for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++)
		ok(has_fault(a, faulty[i].document, faulty[i].key), "%s", faulty[i].what);
	ok(!has_fault(a, E(Q("q1", "\"jumps\":[{\"when\":null,\"to\":\"end\"}]") "," Q("q2", "\"show\":null")), "across"),
	    "the end of one side is no other side");
	ok(!has_fault(a, "{\"languages\":[\"ja\"],\"questions\":[{\"code\":\"q1\",\"kind\":\"text\",\"texts\":"
	    "{\"ja\":{\"label\":\"A\"},\"en\":{\"label\":\"{q7}\"}}}]}", "refers_translated"), "a language that is not offered");
}

int
main(void)
{
	struct arena *a = arena_new();
	struct catalogue *catalogue;

	json_setup();
	catalogue = words_open(a);
	kinds(a, catalogue_words(catalogue, "ja"));
	paths(a);
	numbered(a, catalogue_words(catalogue, "ja"));
	faults(a);
	catalogue_free(catalogue);
	arena_free(a);
	return done();
}
