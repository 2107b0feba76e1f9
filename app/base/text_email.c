/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_email: an address that mail can go to, from what a person typed.
 *
 * RFC 5321 4.1.2, without the address literals ([192.0.2.1]), names of a single
 * label and blanks in quotes: nobody here has such an address, and a server that is
 * asked to send to one is being used.  Old addresses of the mobile carriers
 * have dots where the RFC allows none; those carriers take them, and channel/
 * quotes them.
 */
#include "base/text.h"
#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63, ADDRESS_MAX = 254 };

static const char *const carriers[] = { "docomo.ne.jp", "ezweb.ne.jp", "au.com", NULL };

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_atext(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dots between atoms; dots: two together and one at the end are taken too. */
static bool
is_dot_string(const char *s, size_t n, bool dots)
{
	if (n == 0 || s[0] == '.' || (s[n - 1] == '.' && !dots))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' ? !dots && s[i + 1] == '.' : !is_atext(s[i]))
			return false;
	}
	return true;
}

static bool
is_quoted_string(const char *s, size_t n)
{
	if (n < 3 || s[0] != '"' || s[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		bool escaped = s[i] == '\\';

		i += escaped;
		if (i == n - 1 || s[i] <= 0x20 || s[i] > 0x7e || (s[i] == '"' && !escaped))
			return false;
	}
	return true;
}

static bool
is_label(const char *s, size_t n)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_alnum(s[i]) && s[i] != '-')
			return false;
	return true;
}

/* Two labels or more; the last is no number, or it would be an IP address. */
static bool
is_domain(const char *s)
{
	size_t n, labels = 0;

	if (strlen(s) > DOMAIN_MAX)
		return false;
	for (;; s += n + 1) {
		n = strcspn(s, ".");
		if (!is_label(s, n))
			return false;
		labels++;
		if (s[n] == '\0')
			return labels > 1 && strspn(s, "0123456789") < n;
	}
}

static bool
is_carrier(const char *domain)
{
	for (size_t i = 0; carriers[i] != NULL; i++)
		if (strcmp(domain, carriers[i]) == 0)
			return true;
	return false;
}

/* As typed on a Japanese keyboard: the full stop 。 is meant to be a dot.  Blanks are slips,
 * but not where there are quotes: without them it would be somebody else's address. */
static char *
ascii_of(struct arena *a, const char *typed)
{
	const char *normal = text_normal(a, typed);
	bool quoted = strchr(normal, '"') != NULL;
	struct buf out;

	buf_init(&out, a);
	for (const char *p = normal; *p != '\0'; p++) {
		if (strncmp(p, "。", strlen("。")) == 0) {
			buf_addch(&out, '.');
			p += strlen("。") - 1;
		} else if (*p != ' ' || quoted) {
			buf_addch(&out, *p);
		}
	}
	return out.data;
}

char *
text_email(struct arena *a, const char *typed)
{
	char *address = ascii_of(a, typed), *at = strrchr(address, '@'), *domain;
	size_t n;

	if (at == NULL || strlen(address) > ADDRESS_MAX)
		return NULL;
	n = (size_t)(at - address);
	domain = at + 1;
	for (char *p = domain; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (n > LOCAL_MAX || !is_domain(domain))
		return NULL;
	if (!is_dot_string(address, n, is_carrier(domain)) && !is_quoted_string(address, n))
		return NULL;
	return address;
}
