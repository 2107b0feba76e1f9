/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R08, R09: which passwords will do, with the list that is installed.  Debian's john-data, where
 * it is there, must not contain one that is let through.
 */
#include "domain/password.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tap.h"

static struct arena *a;
static const char *data;

static const char *
judged(const char *password)
{
	static const char *const context[] = { "みなと市", "Minato City", "sato.h", "chromo", NULL };
	const char *problem;

	if (password_judge(a, data, password, context, &problem) != ERR_OK)
		return "no list";
	return problem != NULL ? problem : "good";
}

static void
john(void)
{
	FILE *f = fopen("/usr/share/john/password.lst", "r");
	char line[200];
	int let = 0;

	if (f == NULL) {
		diag("john-data is not installed: its list was not tried");
		return;
	}
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "#!", 2) != 0 && strcmp(judged(line), "good") == 0) {
			diag("let through: %s", line);
			let++;
		}
		arena_reset(a);
	}
	fclose(f);
	is_int(let, 0, "none of john-data");
}

int
main(void)
{
	const char *root = getenv("CHROMO_SOURCE");
	char text[PASSWORD_MAX + 2], folder[4096];
	size_t i;

	a = arena_new();
	snprintf(folder, sizeof folder, "%s/sql", root != NULL ? root : ".");
	data = folder;		/* not the arena's, which john() empties */
	is_str(judged("1234567"), "password_too_short", "seven");
	is_str(judged("パスワー"), "password_too_short", "characters are counted, not bytes");
	is_str(judged("kX7w-q2m"), "good", "eight");
	is_str(judged("correct horse battery staple"), "good", "words and blanks");
	is_str(judged("けさのみそしるはうまい"), "good", "any characters");
	is_str(judged("𠮷野家で会った🐈の名は"), "good", "four bytes each");
	for (i = 0; i < PASSWORD_MAX; i++)
		text[i] = (char)('!' + (i * 7 + i / 13) % 90);
	text[PASSWORD_MAX] = '\0';
	is_str(judged(text), "good", "128");
	text[PASSWORD_MAX] = 'x';
	text[PASSWORD_MAX + 1] = '\0';
	is_str(judged(text), "password_too_long", "129");

	is_str(judged("password"), "password_common", "password");
	is_str(judged("P@ssw0rd!23"), "password_common", "with the usual substitutions");
	is_str(judged("2026Sakura!"), "password_common", "a word with a year and a sign");
	is_str(judged("ｐａｓｓｗｏｒｄ"), "password_common", "full-width");
	is_str(judged("qwertyuiop"), "password_common", "a row of keys");
	is_str(judged("lkjhgfds"), "password_common", "and back");
	is_str(judged("abcabcabc"), "password_common", "repeated");
	is_str(judged("ああああああああ"), "password_common", "one character");
	is_str(judged("19870512"), "password_common", "a date");
	is_str(judged("0312345678"), "password_common", "a telephone number");
	is_str(judged("minato2026"), "password_context", "the town");
	is_str(judged("Minato-City-1"), "password_context", "all of its name");
	is_str(judged("みなと2026年"), "password_context", "without its 市");
	is_str(judged("minato-yama-8"), "good", "the town and another word");
	is_str(judged("みなと市2026！"), "password_context", "the town as it is written");
	is_str(judged("SATO.H-99"), "password_context", "the ID");
	is_str(judged("Chr0mo!!"), "password_context", "the product, written otherwise");
	is_str(judged("うみのなみ うみのなみ うみのなみ"), "good", "a phrase said again");
	john();
	data = "/nowhere";
	is_str(judged("kX7w-q2m"), "no list", "without the list nothing is let through");
	arena_free(a);
	return done();
}
