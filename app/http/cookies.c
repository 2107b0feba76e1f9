/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookies as browsers send them: "a=1; b=2".
 *
 * Another host of the same domain can set a cookie over one of ours in all
 * browsers that are old enough not to know __Host-; it then comes twice.  Which one
 * is meant nobody can tell, so the request is refused.
 */
#include "http/cookies.h"

#include "base/arena.h"
#include "base/text.h"
#include "http/http.h"

/* Without the blanks around it. */
static char *
trimmed(struct arena *arena, const char *s, size_t n)
{
	while (n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return arena_strndup(arena, s, n);
}

enum err
cookies_parse(struct fields *cookies, struct arena *arena, const char *header)
{
	const char *p = header, *equals;
	size_t n;
	enum err e;

	if (!text_is_utf8(header, strlen(header)) || !text_is_clean(header, false))
		return ERR_INVALID;
	for (; *p != '\0'; p += n + (p[n] == ';')) {
		char *name;

		n = strcspn(p, ";");
		equals = memchr(p, '=', n);
		if (equals == NULL)
			continue;
		name = trimmed(arena, p, (size_t)(equals - p));
		if (name[0] == '\0')
			continue;
		if (fields_count(cookies) == REQUEST_COOKIES_MAX)
			return ERR_INVALID;
		e = fields_add(cookies, name,
		    trimmed(arena, equals + 1, n - (size_t)(equals + 1 - p)));
		if (e != ERR_OK)
			return ERR_INVALID;
	}
	return ERR_OK;
}
