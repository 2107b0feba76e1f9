/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form: what each getter takes, what it says, and what is shown again.
 */
#include "base/form.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include "folder.h"
#include "tap.h"

struct desk {
	struct arena *arena;
	struct catalogue *catalogue;
	const struct words *words;
};

static void
desk_start(struct desk *d)
{
	const char *folder;
	char *problem;

	d->arena = arena_new();
	folder = folder_make(d->arena);
	folder_write(d->arena, folder, "ja.po",
	    "msgid \"form_required\"\nmsgstr \"required\"\n"
	    "msgid \"form_too_long\"\nmsgstr \"{{length}} > {{max}}\"\n"
	    "msgid \"form_unreadable\"\nmsgstr \"unreadable\"\n"
    "msgid \"form_control_characters\"\nmsgstr \"control\"\n"
	    "msgid \"form_email\"\nmsgstr \"email\"\n"
	    "msgid \"form_postcode\"\nmsgstr \"postcode\"\n"
	    "msgid \"form_code\"\nmsgstr \"code {{length}}\"\n"
	    "msgid \"form_number\"\nmsgstr \"{{min}} to {{max}}\"\n"
	    "msgid \"form_choice\"\nmsgstr \"choice\"\n"
	    "msgid \"form_choose_some\"\nmsgstr \"some\"\n"
	    "msgid \"form_date\"\nmsgstr \"date\"\n"
	    "msgid \"form_datetime\"\nmsgstr \"datetime\"\n"
	    "msgid \"seats_full\"\nmsgstr \"{{left}} left\"\n"
	    "msgid \"subject_required\"\nmsgstr \"the subject, please\"\n");
	if (catalogue_open(folder, &d->catalogue, &problem) != ERR_OK)
		diag("%s", problem);
	d->words = catalogue_at(d->catalogue, 0);
	folder_remove(folder);
}

static struct form *
form_of(struct desk *d, const char *body)
{
	struct fields *fields = fields_new(d->arena);

	if (fields_parse_form(fields, body, strlen(body)) != ERR_OK)
		diag("the body is bad: %s", body);
	return form_new(d->arena, fields, d->words);
}

static const char *
part(struct form *f, const char *name, const char *key)
{
	return json_string_value(json_object_get(json_object_get(form_json(f), name), key));
}

/* Whose problem stands there in the summary. */
static const char *
label(struct form *f, size_t place)
{
	return json_text(json_array_get(json_object_get(form_json(f), "problems"), place), "label");
}

static const char *
dump(struct desk *d, struct form *f)
{
	struct buf out;

	buf_init(&out, d->arena);
	json_canonical(form_json(f), &out);
	return out.data;
}

static void
test_shape(struct desk *d)
{
	struct form *f = form_of(d, "subject=&body=+%0d%0aa%0d%0a");

	is_str(dump(d, f), "{\"ok\":true,\"problems\":null}", "an empty form is good");
	is_str(form_lines(f, "body", FORM_REQUIRED, 10), "a", "lines are cleaned");
	is_str(form_text(f, "subject", FORM_REQUIRED, 10), "", "a required text is not there");
	is_str(dump(d, f), "{\"body\":{\"name\":\"body\",\"problem\":null,\"value\":\"a\"},\"ok\":false,"
	    "\"problems\":[{\"label\":null,\"lang\":null,\"name\":\"subject\",\"problem\":\"the subject, please\",\"unnamed\":false}],"
	    "\"subject\":{\"name\":\"subject\",\"problem\":\"the subject, please\",\"value\":\"\"}}",
	    "all is shown, and the field's own words win");
	ok(!form_ok(f), "and the form is not good");
	form_problem(f, "subject", "form_email");
	is_str(part(f, "subject", "problem"), "the subject, please", "the first problem stays");
	is_int(json_array_size(json_object_get(form_json(f), "problems")), 1, "once in the summary");
	form_detail(f, "seats", "left", 3);
	form_problem(f, "seats", "seats_full");
	is_str(part(f, "seats", "problem"), "3 left", "words may name what form_detail set");
	form_problem(f, "seats_row", "seats_full");
	form_problem(f, "seatsmore", "seats_full");
	form_label(f, "seats", "How many?", "en");
	is_str(label(f, 1), "How many?", "a question is named in the summary");
	is_str(label(f, 2), "How many?", "and so are its parts");
	is_str(label(f, 3), "", "and nothing that only begins like it");

	f = form_new(d->arena, NULL, d->words);
	form_set(f, "subject", "stored");
	form_set_flag(f, "agree", true);
	is_str(dump(d, f), "{\"agree\":{\"checked\":true,\"name\":\"agree\",\"problem\":null,\"value\":\"\"},"
	    "\"ok\":true,\"problems\":null,"
	    "\"subject\":{\"name\":\"subject\",\"problem\":null,\"value\":\"stored\"}}",
	    "a GET shows what is stored");
}

static void
test_texts(struct desk *d)
{
	struct form *f = form_of(d, "a=%ef%bc%a1++b&long=%e3%81%82%e3%81%84%e3%81%86&bell=x%07"
	    "&flag=%f0%9f%87%af%f0%9f%87%b5&n=%e3%80%80%ef%a8%99%ef%bc%a1+&s=+p+%ef%bc%a1&tab=a%09b&lost=x%ff&mail=a%00@example.jp");

	is_str(form_text(f, "a", FORM_REQUIRED, 5), "A b", "a line is normalised");
	is_str(form_text(f, "none", FORM_OPTIONAL, 5), "", "an optional one may be missing");
	is_str(form_text(f, "long", FORM_REQUIRED, 3), "あいう", "characters are counted, not bytes");
	ok(form_ok(f), "all good so far");
	is_str(form_text(f, "lost", FORM_OPTIONAL, 5), "", "what was lost on the way is not taken");
	is_str(part(f, "lost", "value"), "x�", "but shown");
	is_str(part(f, "lost", "problem"), "unreadable", "and told");
	is_str(form_email(f, "mail", FORM_OPTIONAL), "", "nor in an address");
	is_str(part(f, "mail", "problem"), "unreadable", "where it is told alike");
	is_str(form_lines(f, "long", FORM_REQUIRED, 2), "", "one too many");
	is_str(part(f, "long", "problem"), "3 > 2", "is said with both numbers");
	is_str(part(f, "long", "value"), "あいう", "and what was typed stays");
	is_str(form_text(f, "flag", FORM_OPTIONAL, 1), "", "one to the reader, two to the database");
	is_str(part(f, "flag", "problem"), "2 > 1", "is too long here, and not only there");
	is_str(form_text(f, "bell", FORM_OPTIONAL, 5), "", "control characters");
	is_str(part(f, "bell", "problem"), "control", "are told");
	is_str(form_name(f, "n", FORM_REQUIRED, 5), "\uFA19Ａ", "a name keeps its kanji and width");
	is_str(form_name(f, "tab", FORM_REQUIRED, 5), "", "but has no TAB");
	is_str(form_secret(f, "s", FORM_REQUIRED, 20), " p Ａ", "a secret is as typed");
	is_str(part(f, "s", "value"), "", "and not shown");
}

static void
test_shapes_of_text(struct desk *d)
{
	struct form *f = form_of(d, "m=Taro@EXAMPLE.jp&bad=taro&zip=%ef%bc%91%ef%bc%92%ef%bc%93-4567"
	    "&zip6=123-456&code=12+34+56&c5=12345&n=1,200&neg=-5&big=13&nan=12a&minus=-&e=");

	is_str(form_email(f, "m", FORM_REQUIRED), "Taro@example.jp", "an address");
	is_str(form_email(f, "e", FORM_OPTIONAL), "", "none");
	is_str(form_postcode(f, "zip", FORM_REQUIRED), "1234567", "a postal code");
	is_str(form_code(f, "code", 6), "123456", "a code with blanks");
	is_int(form_number(f, "n", FORM_REQUIRED, 0, 2000), 1200, "a number with a comma");
	is_int(form_number(f, "neg", FORM_REQUIRED, -5, 5), -5, "a negative one");
	is_int(form_number(f, "e", FORM_OPTIONAL, 1, 5), 0, "none");
	ok(form_ok(f), "all good so far");
	is_str(form_email(f, "bad", FORM_REQUIRED), "", "no address");
	is_str(part(f, "bad", "problem"), "email", "is told");
	is_str(part(f, "bad", "value"), "taro", "and stays");
	form_postcode(f, "zip6", FORM_OPTIONAL);
	is_str(part(f, "zip6", "problem"), "postcode", "six digits are no postal code");
	is_str(part(f, "zip6", "value"), "123-456", "and stay as typed");
	form_code(f, "c5", 6);
	is_str(part(f, "c5", "problem"), "code 6", "five digits of six");
	form_number(f, "big", FORM_REQUIRED, 1, 12);
	is_str(part(f, "big", "problem"), "1 to 12", "a number out of range");
	is_int(form_number(f, "nan", FORM_OPTIONAL, 1, 12), 0, "12a is no number");
	is_str(part(f, "nan", "problem"), "1 to 12", "and is told");
	form_number(f, "minus", FORM_OPTIONAL, -9, 9);
	is_str(part(f, "minus", "problem"), "-9 to 9", "nor is a minus alone");
	form_email(f, "e", FORM_REQUIRED);
	is_str(part(f, "e", "problem"), "required", "what is required and empty");
}

static void
test_choices(struct desk *d)
{
	static const char *const kinds[] = { "event", "notice", NULL };
	struct form *f = form_of(d, "kind=notice&bad=other&agree=1&d_7=1&d_3=1");
	json_t *options = json_keep(d->arena, json_pack("[{s:s},{s:s}]", "value", "event", "value",
	    "notice"));
	json_t *districts = json_keep(d->arena, json_pack("[{s:i},{s:s}]", "value", 4, "value", "7"));
	int64_t *ids;

	is_str(form_choice(f, "kind", FORM_REQUIRED, kinds), "notice", "a choice");
	form_options(f, "kind", options);
	ok(!json_flag(json_array_get(options, 0), "checked") &&
	    json_flag(json_array_get(options, 1), "checked"), "its option is checked, no other");
	ok(form_flag(f, "agree") && !form_flag(f, "none"), "flags");
	form_options(f, "d", districts);
	is_int(form_ids(f, "d", FORM_REQUIRED, &ids), 2, "two boxes");
	ok(ids[0] == 3 && ids[1] == 7, "their ids");
	ok(!json_flag(json_array_get(districts, 0), "checked") &&
	    json_flag(json_array_get(districts, 1), "checked"), "their options are checked");
	is_str(form_choice(f, "none", FORM_OPTIONAL, kinds), "", "no choice where it is optional");
	ok(form_ok(f), "all good so far");
	is_str(form_choice(f, "bad", FORM_OPTIONAL, kinds), "", "a choice that does not exist");
	is_str(part(f, "bad", "problem"), "choice", "is told");
	form_choice(f, "none", FORM_REQUIRED, kinds);
	is_str(part(f, "none", "problem"), "choice", "no choice where it is required");
	is_int(form_ids(f, "x", FORM_REQUIRED, &ids), 0, "no box");
	is_str(part(f, "x", "problem"), "some", "is told");
}

static void
test_moments(struct desk *d)
{
	struct form *f = form_of(d,
	    "a_year=2026&a_month=%ef%bc%91%ef%bc%91&a_day=25&a_hour=9&a_minute=05"
	    "&b_year=2026&b_month=2&b_day=29&c_year=2026&c_month=1&c_day=1&c_hour=&c_minute="
	    "&d_year=2026&d_month=11&d_day=25&e_year=&e_month=&e_day=&e_hour=&e_minute="
	    "&g_year=99999999999999999999&g_month=1&g_day=1");
	int64_t ms;

	ms = form_datetime(f, "a", FORM_REQUIRED);
	is_int(ms, INT64_C(1795565100000), "a moment in Japan");
	is_str(part(f, "a", "month"), "11", "shown in half width");
	is_int(form_datetime(f, "d", FORM_REQUIRED), INT64_C(1795532400000), "a day begins at midnight");
	is_int(form_datetime(f, "e", FORM_OPTIONAL), 0, "none");
	ok(form_ok(f), "all good so far");
	is_int(form_datetime(f, "b", FORM_REQUIRED), 0, "29 February 2026");
	is_str(part(f, "b", "problem"), "date", "is told, as a day");
	is_str(part(f, "b", "day"), "29", "and stays");
	form_datetime(f, "c", FORM_REQUIRED);
	is_str(part(f, "c", "problem"), "datetime", "an hour that is asked for and not given");
	form_datetime(f, "g", FORM_OPTIONAL);
	is_str(part(f, "g", "problem"), "date", "a year beyond all numbers");
	form_datetime(f, "e", FORM_REQUIRED);
	is_str(part(f, "e", "problem"), "required", "nothing where it is required");

	f = form_new(d->arena, NULL, d->words);
	form_set_datetime(f, "a", ms);
	is_str(dump(d, f), "{\"a\":{\"day\":\"25\",\"hour\":\"9\",\"minute\":\"05\",\"month\":\"11\","
	    "\"name\":\"a\",\"problem\":null,\"value\":\"\",\"year\":\"2026\"},\"ok\":true,\"problems\":null}",
	    "a stored moment is shown in its parts");
}

int
main(void)
{
	struct desk d;

	json_setup();
	desk_start(&d);
	test_shape(&d);
	test_texts(&d);
	test_shapes_of_text(&d);
	test_choices(&d);
	test_moments(&d);
	catalogue_free(d.catalogue);
	arena_free(d.arena);
	return done();
}
