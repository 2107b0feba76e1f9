/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which passwords will do.  A password is set seldom, so the list is read each
 * time it is needed and kept nowhere.
 */
#include "domain/password.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

enum {
	AROUND_MAX = 6,		/* digits and signs around a word that do not make it another */
	DIGITS_ALONE = 12,	/* digits only: fewer are a date or a telephone number */
	DISTINCT_MIN = 4,
	REPEAT_MAX = 12,	/* a longer phrase, said twice, is a phrase */
	CONTEXT_MIN = 3,	/* a shorter name of a town or person is in too many words */
	LEFT_MIN = 4		/* letters that a password has beside such names */
};

static char *
lower(struct arena *a, const char *text)
{
	char *s = arena_strdup(a, text), *c;

	for (c = s; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return s;
}

/* What stands for a letter becomes that letter. */
static char *
plain(struct arena *a, const char *text)
{
	static const char signs[] = "01345789@$!|", letters[] = "oleastbgasil";
	char *s = arena_strdup(a, text), *c;

	for (c = s; *c != '\0'; c++) {
		const char *at = strchr(signs, *c);

		if (at != NULL)
			*c = letters[at - signs];
	}
	return s;
}

/* Without the digits and signs before and behind, if they are few. */
static char *
core(struct arena *a, const char *text)
{
	const char *from = text, *to = text + strlen(text);

	while (from < to && (unsigned char)*from < 0x80 && !isalpha((unsigned char)*from))
		from++;
	while (to > from && (unsigned char)to[-1] < 0x80 && !isalpha((unsigned char)to[-1]))
		to--;
	if (strlen(text) - (size_t)(to - from) > AROUND_MAX)
		return arena_strdup(a, text);
	return arena_strndup(a, from, (size_t)(to - from));
}

static bool
repeated(const char *s)
{
	size_t n = strlen(s), unit, i;

	for (unit = 1; unit <= n / 2 && unit <= REPEAT_MAX; unit++) {
		for (i = unit; i < n && s[i] == s[i - unit]; i++)
			continue;
		if (i == n)
			return true;
	}
	return false;
}

static bool
few_characters(const char *s)
{
	bool seen[256] = { false };
	int n = 0;

	for (; *s != '\0'; s++) {
		n += !seen[(unsigned char)*s];
		seen[(unsigned char)*s] = true;
	}
	return n < DISTINCT_MIN;
}

/* All of it along one way that fingers take, forwards or backwards. */
static bool
run(struct arena *a, const char *s)
{
	static const char *const ways[] = {
		"01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
		"qazwsxedcrfvtgbyhnujmikolp", "147258369", "741852963", "789456123", "963852741", "159753456",
		"!@#$%^&*()", "!\"#$%&'()", "asdf;lkj", "a1b2c3d4e5f6g7h8", "1a2b3c4d5e6f7g8h", "1234qwerasdfzxcv",
		"qwer1234asdf5678", "abcd1234efgh5678", "asdf1234qwer", "11235813213455"
	};
	size_t n = strlen(s), i;
	char *back = arena_strdup(a, s);

	for (i = 0; i < n; i++)
		back[i] = s[n - 1 - i];
	for (i = 0; i < sizeof ways / sizeof *ways; i++)
		if (strstr(ways[i], s) != NULL || strstr(ways[i], back) != NULL)
			return true;
	return false;
}

static bool
simple(struct arena *a, const char *s)
{
	size_t n = strlen(s);

	return (strspn(s, "0123456789") == n && n < DIGITS_ALONE) || repeated(s) || few_characters(s) || run(a, s);
}

static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *at = list;

	if (n < CONTEXT_MIN)
		return false;
	while ((at = strstr(at, word)) != NULL) {
		if ((at == list || at[-1] == '\n') && (at[n] == '\n' || at[n] == '\0'))
			return true;
		at++;
	}
	return false;
}

/* Takes each occurrence of the word out of s. */
static void
take_out(char *s, const char *word)
{
	size_t n = strlen(word);
	char *at;

	while (n >= CONTEXT_MIN && (at = strstr(s, word)) != NULL)
		memmove(at, at + n, strlen(at + n) + 1);
}

/* A name as it is, and the words in it: "Minato City", and みなと of みなと市. */
static void
take_out_name(struct arena *a, char *s, const char *name)
{
	static const char *const kinds[] = { "市", "町", "村", "区" };	/* lint: words */
	char *words = lower(a, text_normal(a, name)), *word, *rest;
	size_t i;

	take_out(s, words);
	for (word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		size_t n = strlen(word);

		take_out(s, word);
		for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			size_t k = strlen(kinds[i]);

			if (n > k && strcmp(word + n - k, kinds[i]) == 0)
				take_out(s, arena_strndup(a, word, n - k));
		}
	}
}

/* Without what everybody knows, next to nothing is left. */
static bool
made_of(struct arena *a, const char *password, const char *const *context)
{
	char *left = arena_strdup(a, password);

	for (; *context != NULL; context++)
		take_out_name(a, left, *context);
	return strlen(left) < strlen(password) && text_length(core(a, left)) < LEFT_MIN;
}

enum err
password_judge(struct arena *a, const char *data, const char *password, const char *const *context,
    const char **problem)
{
	size_t length = text_length(password);
	const char *low = lower(a, text_normal(a, password)), *path;
	struct buf list;
	enum err e;

	if (length < PASSWORD_MIN || length > PASSWORD_MAX) {
		*problem = length < PASSWORD_MIN ? "password_too_short" : "password_too_long";
		return ERR_OK;
	}
	*problem = NULL;
	if (made_of(a, low, context) || made_of(a, plain(a, low), context)) {
		*problem = "password_context";
		return ERR_OK;
	}

	path = arena_printf(a, "%s/data/common_passwords.txt", data);
	buf_init(&list, a);
	e = file_read(path, &list);
	if (e != ERR_OK) {
		log_error("password.list path=%s problem=\"cannot be read\"", path);
		return ERR_DB;
	}
	if (simple(a, low) || listed(list.data, low) || listed(list.data, core(a, low)) ||
	    listed(list.data, plain(a, low)) || listed(list.data, core(a, plain(a, low))) ||
	    listed(list.data, plain(a, core(a, low))))
		*problem = "password_common";
	return ERR_OK;
}
