/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which page of a sign-up comes next, who has to be asked what, and what is claimed; pure, of
 * domain/application.c.
 */
#include <string.h>

#include "base/json.h"
#include "domain/application.h"
#include "tests/unit/tap.h"

static json_t *
read(struct arena *a, const char *text)
{
	json_t *out = NULL;

	ok(json_parse(a, text, strlen(text), &out) == ERR_OK, "%.40s", text);
	return out;
}

#define QUESTION(code) "{\"code\": \"" code "\", \"kind\": \"text\", \"required\": true, \"texts\": {\"ja\": {\"label\": \"x\"}}," \
	" \"choices\": [], \"settings\": {}, \"show\": null, \"jumps\": []}"
static const char EVENT[] = "{\"group_max\": 3, \"names\": \"all\", \"once\": true, \"each\": [\"q1\"],"
	" \"document\": {\"edition\": 1, \"languages\": [\"ja\"], \"questions\": [" QUESTION("q1") ", " QUESTION("q2") "]},"
	" \"slots\": [{\"id\": 7, \"quotas\": [{\"id\": 3, \"name\": \"a\"}, {\"id\": 4, \"name\": \"b\"}]}]}";

static void
next(struct arena *a, const json_t *event, const char *what, const char *page)
{
	is_str(application_next(a, event, read(a, what)), page, "%.70s", what);
}

static void
way(struct arena *a)
{
	json_t *event = read(a, EVENT);

	next(a, event, "{}", "start");
	next(a, event, "{\"slot\": 8, \"people\": 1}", "start");
	next(a, event, "{\"slot\": 7, \"people\": 4}", "start");
	next(a, event, "{\"slot\": 7, \"people\": 0}", "start");
	next(a, event, "{\"slot\": 7, \"people\": 2}", "person/1");
	next(a, event, "{\"slot\": 7, \"people\": 2, \"persons\": [{\"name\": \"A\", \"answers\": {}}]}", "person/1");
#define A "{\"name\": \"A\", \"answers\": {\"q1\": \"1\"}, \"asked\": [\"q1\"]}"
	next(a, event, "{\"slot\": 7, \"people\": 2, \"persons\": [" A "]}", "person/2");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "]}", "contact");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"email\": \"a@b.jp\"}", "code");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"email\": \"a@b.jp\", \"verified\": \"c@b.jp\"}", "code");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"phone\": \"+8190\", \"verified\": \"a@b.jp\"}", "code");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"email\": \"a@b.jp\", \"verified\": \"a@b.jp\","
	    " \"answers\": {}}", "q");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"email\": \"a@b.jp\", \"verified\": \"a@b.jp\","
	    " \"answers\": {\"q2\": \"2\"}}", "q");	/* not shown yet */
	next(a, event, "{\"slot\": 7, \"people\": 1, \"persons\": [" A "], \"email\": \"a@b.jp\", \"verified\": \"a@b.jp\","
	    " \"answers\": {\"q2\": \"2\"}, \"asked\": [\"q2\"]}", "check");
	/* For somebody: no proof, and no address where there is none. */
	next(a, event, "{\"slot\": 7, \"people\": 1, \"staff\": 1, \"persons\": [" A "], \"answers\": {\"q2\": \"2\"}}", "contact");
	next(a, event, "{\"slot\": 7, \"people\": 1, \"staff\": 1, \"unreachable\": true, \"persons\": [" A "],"
	    " \"answers\": {\"q2\": \"2\"}, \"asked\": [\"q2\"]}", "check");
	/* One name for a group. */
	json_object_set_new(event, "names", json_string("one"));
	next(a, event, "{\"slot\": 7, \"people\": 3, \"persons\": [" A "]}", "contact");
}

static void
questions(struct arena *a)
{
	const json_t *event = read(a, EVENT), *each = application_document(a, event, true), *all = application_document(a, event, false);

	is_str(json_text(json_array_get(json_object_get(each, "questions"), 0), "code"), "q1", "each person is asked q1");
	ok(json_array_size(json_object_get(each, "questions")) == 1, "alone");
	is_str(json_text(json_array_get(json_object_get(all, "questions"), 0), "code"), "q2", "q2 is asked once");
	ok(application_document(a, read(a, "{\"document\": null}"), false) == NULL, "an event without questions asks none");
}

static void
claims(struct arena *a)
{
	const json_t *slot = json_array_get(json_object_get(read(a, EVENT), "slots"), 0);
	const json_t *people = read(a, "[{\"quotas\": [3, 4]}, {\"quotas\": [3]}, {\"quotas\": [99]}, {}]");
	const json_t *list = application_claims(a, slot, people, 4);

	ok(json_array_size(list) == 2, "of two quotas; one of another date is none");
	ok(json_int(json_array_get(list, 0), "n") == 2, "two claim the first");
	ok(json_int(json_array_get(list, 1), "n") == 1, "one the second");
	ok(json_int(json_array_get(application_claims(a, slot, people, 1), 0), "n") == 1, "who does not come any more claims nothing");
	ok(json_array_size(application_claims(a, slot, NULL, 0)) == 0, "nobody claims nothing");
}

static void
tries(struct arena *a)
{
	json_t *what = read(a, "{\"email\": \"a@b.jp\", \"code\": \"123456\", \"code_to\": \"a@b.jp\", \"code_ends\": 9999999999999}");
	int i;

	for (i = 1; i < APPLICATION_TRIES; i++)
		ok(application_code_try(what, "000000") == APPLICATION_CODE_WRONG, "wrong, %d", i);
	ok(application_code_try(what, "000000") == APPLICATION_CODE_ENDED, "too often");
	ok(application_code_try(what, "123456") == APPLICATION_CODE_ENDED, "then the right one is none");
	what = read(a, "{\"email\": \"a@b.jp\", \"code\": \"123456\", \"code_to\": \"a@b.jp\", \"code_ends\": 1}");
	ok(application_code_try(what, "123456") == APPLICATION_CODE_ENDED, "too late");
	what = read(a, "{\"email\": \"x@b.jp\", \"code\": \"123456\", \"code_to\": \"a@b.jp\", \"code_ends\": 9999999999999}");
	ok(application_code_try(what, "123456") == APPLICATION_CODE_ENDED, "of another address");
	what = read(a, "{\"email\": \"a@b.jp\", \"code\": \"123456\", \"code_to\": \"a@b.jp\", \"code_ends\": 9999999999999}");
	ok(application_code_try(what, "123456") == APPLICATION_CODE_RIGHT, "right");
	is_str(json_text(what, "verified"), "a@b.jp", "and proved");
	ok(application_code_try(what, "123456") == APPLICATION_CODE_ENDED, "once");
}

int
main(void)
{
	struct arena *a = arena_new();

	json_setup();
	way(a);
	questions(a);
	claims(a);
	tries(a);
	arena_free(a);
	return done();
}
