/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in groups, and those of Japanese mobile phones, as people type them (integrations.md 10.2).
 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* What stands between digits, after NFKC: blanks, hyphens of all lengths, brackets.  The
 * long vowel is what Japanese keyboards give for a hyphen. */
static bool
is_between(int32_t c)
{
	return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || (c >= 0x2010 && c <= 0x2015) ||
	    c == 0x2212 || c == 0x30fc;
}

char *
text_number(struct arena *a, const char *typed)
{
	const char *s = text_normal(a, typed);
	size_t at = 0, n = strlen(s), digits = 0;
	char *out = arena_alloc(a, n + 1);

	while (at < n) {
		int32_t c = text_next(s, n, &at);

		if (is_between(c))
			continue;
		if (c < '0' || c > '9')
			return NULL;
		out[digits++] = (char)c;
	}
	out[digits] = '\0';
	return out;
}

char *
text_phone(struct arena *a, const char *typed)
{
	const char *s = text_normal(a, typed), *number = text_number(a, s + (s[0] == '+'));

	if (number == NULL)
		return NULL;
	/* +81 90 …, and +81 (0)90 … as it stands on business cards. */
	if (s[0] == '+' && strncmp(number, "81", 2) != 0)
		return NULL;
	if (s[0] == '+')
		number += 2;
	if (number[0] == '0')
		number++;
	else if (s[0] != '+')
		return NULL;
	/* 020 carries data only; behind 0800 nobody has a phone, it is free of charge. */
	if (strlen(number) != 10 || strchr("6789", number[0]) == NULL || number[1] != '0' || number[2] == '0')
		return NULL;
	return arena_printf(a, "+81%s", number);
}

char *
text_phone_national(struct arena *a, const char *e164)
{
	if (strncmp(e164, "+81", 3) != 0 || strlen(e164) != 13 || strspn(e164 + 3, "0123456789") != 10)
		return NULL;
	return arena_printf(a, "0%s", e164 + 3);
}
