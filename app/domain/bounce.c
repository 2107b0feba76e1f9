/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails that come back; see bounce.h.  What follows is in sql/functions/bounce.sql.
 */
#include "domain/bounce.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "db/queries.h"

enum { CODE = 5 };	/* bytes: ten digits */

static const char *
code_of(struct arena *a, const struct vault *v, int64_t message, int64_t citizen)
{
	uint8_t mac[SECRET_HASH];

	vault_mac(v, arena_printf(a, "bounce:%" PRId64 ":%" PRId64, message, citizen), mac);
	return secret_hex(a, mac, CODE);
}

char *
bounce_local(struct arena *a, const struct vault *v, int64_t tenant, int64_t message, int64_t citizen)
{
	return arena_printf(a, "bounce+%" PRId64 ".%" PRId64 ".%" PRId64 ".%s", tenant, message, citizen,
	    code_of(a, v, message, citizen));
}

char *
bounce_letter_local(struct arena *a, const struct vault *v, int64_t tenant, int64_t letter)
{
	return bounce_local(a, v, tenant, 0, letter);
}

/* A number and the dot behind it. */
static bool
number(const char **s, int64_t *out)
{
	int64_t n = 0;
	const char *p = *s;

	for (; isdigit((unsigned char)*p); p++) {
		if (n > (INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (*p - '0');
	}
	if (p == *s || *p != '.')
		return false;
	*s = p + 1;
	*out = n;
	return true;
}

enum err
bounce_parse(const char *address, struct bounce_address *out)
{
	static const char start[] = "bounce+";
	const char *s = strstr(address, start);
	struct bounce_address b = { 0 };
	size_t n;

	if (s == NULL)
		return ERR_NOT_FOUND;
	s += sizeof start - 1;
	if (!number(&s, &b.tenant) || !number(&s, &b.message) || !number(&s, &b.citizen))
		return ERR_NOT_FOUND;
	n = strspn(s, "0123456789abcdef");
	if (n != (size_t)CODE * 2 || s[n] != '@')
		return ERR_NOT_FOUND;
	memcpy(b.code, s, n);
	*out = b;
	return ERR_OK;
}

/* Of whom a single "no such user" is not believed: their customers' filters answer so, too. */
static bool
is_carrier(const char *address)
{
	static const char *const domains[] = {
		"docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp", "ymobile1.ne.jp",
		"vodafone.ne.jp", "disney.ne.jp", "willcom.com", "rakumail.jp", "uqmobile.jp"
	};
	const char *at = strrchr(address, '@'), *domain = at != NULL ? at + 1 : "";
	size_t i, n = strlen(domain), k;

	for (i = 0; i < sizeof domains / sizeof *domains; i++) {
		k = strlen(domains[i]);
		/* Of some the customers have houses of their own: x@t.vodafone.ne.jp. */
		if (n >= k && strcasecmp(domain + n - k, domains[i]) == 0 && (n == k || domain[n - k - 1] == '.'))
			return true;
	}
	return false;
}

static enum err
find(struct db *db, const struct bounce_address *b, struct rows **out)
{
	if (b->message == 0)
		return q_bounce_letter_of(db, (struct q_bounce_letter_of){ .letter = b->citizen }, out);
	return q_bounce_of(db, (struct q_bounce_of){ .message = b->message, .citizen = b->citizen }, out);
}

/* A letter may have gone to an address that we do not keep. */
static enum err
is_sure(const struct vault *v, struct arena *a, const struct rows *found, bool *out)
{
	const uint8_t *sealed;
	struct buf address;
	enum err e;
	size_t n;

	*out = false;
	if (rows_null(found, 0, "address"))
		return ERR_OK;
	sealed = rows_bytes(found, 0, "address", &n);
	buf_init(&address, a);
	e = vault_open(v, "contact.address", sealed, n, &address);
	if (e == ERR_OK)
		*out = !is_carrier(address.data);
	return e;
}

enum err
bounce_take(struct db *db, const struct vault *v, struct arena *a, const struct bounce_address *b, const char *kind,
    const char *status, bool *changed)
{
	struct rows *rows;
	bool sure;
	enum err e;

	if (!secret_equal(code_of(a, v, b->message, b->citizen), b->code, (size_t)CODE * 2))
		return ERR_NOT_FOUND;
	e = find(db, b, &rows);
	if (e == ERR_OK)
		e = is_sure(v, a, rows, &sure);
	if (e == ERR_OK && b->message == 0)
		e = q_bounce_letter(db, (struct q_bounce_letter){ .letter = b->citizen, .kind = kind, .sure = sure }, &rows);
	else if (e == ERR_OK)
		e = q_bounce_take(db, (struct q_bounce_take){ .message = b->message, .citizen = b->citizen, .kind = kind,
		    .status = status, .sure = sure }, &rows);
	if (e == ERR_OK)
		*changed = rows_bool(rows, 0, "changed");
	return e;
}
