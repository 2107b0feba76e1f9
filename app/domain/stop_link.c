/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of stop links: see stop_link.h.
 */
#include "domain/stop_link.h"

#include <inttypes.h>

enum { IDS = 16, CODE = 16 };

static void
put(uint8_t *to, int64_t id)
{
	int i;

	for (i = 7; i >= 0; i--, id >>= 8)
		to[i] = (uint8_t)(id & 0xff);
}

static int64_t
get(const uint8_t *from)
{
	int64_t id = 0;
	int i;

	for (i = 0; i < 8; i++)
		id = (id << 8) | from[i];
	return id;
}

static void
code_of(struct arena *a, const struct vault *v, const char *kind, int64_t who, int64_t message, uint8_t out[SECRET_HASH])
{
	vault_mac(v, arena_printf(a, "%s:%" PRId64 ":%" PRId64, kind, who, message), out);
}

static char *
token(struct arena *a, const struct vault *v, const char *kind, int64_t who, int64_t message)
{
	uint8_t raw[IDS + SECRET_HASH];
	struct buf b;

	put(raw, who);
	put(raw + 8, message);
	code_of(a, v, kind, who, message, raw + IDS);
	buf_init(&b, a);
	buf_add_base64url(&b, raw, IDS + CODE);
	return b.data;
}

static enum err
read_token(struct arena *a, const struct vault *v, const char *kind, const char *text, int64_t *who, int64_t *message)
{
	uint8_t code[SECRET_HASH];
	const uint8_t *raw;
	struct buf b;

	buf_init(&b, a);
	if (secret_unbase64url(a, text, &b) != ERR_OK || b.len != IDS + CODE)
		return ERR_NOT_FOUND;
	raw = (const uint8_t *)b.data;
	code_of(a, v, kind, get(raw), get(raw + 8), code);
	if (!secret_equal(code, raw + IDS, CODE))
		return ERR_NOT_FOUND;
	*who = get(raw);
	*message = get(raw + 8);
	return ERR_OK;
}

char *
stop_link_token(struct arena *a, const struct vault *v, int64_t who, int64_t message)
{
	return token(a, v, "address", who, message);
}

enum err
stop_link_read(struct arena *a, const struct vault *v, const char *text, int64_t *who, int64_t *message)
{
	return read_token(a, v, "address", text, who, message);
}

enum err
stop_link_read_person(struct arena *a, const struct vault *v, const char *text, int64_t *citizen, int64_t *message)
{
	return read_token(a, v, "stop", text, citizen, message);
}

char *
seen_link_token(struct arena *a, const struct vault *v, int64_t who, int64_t message)
{
	return token(a, v, "seen", who, message);
}

enum err
seen_link_read(struct arena *a, const struct vault *v, const char *text, int64_t *who, int64_t *message)
{
	return read_token(a, v, "seen", text, who, message);
}

char *
survey_link_token(struct arena *a, const struct vault *v, int64_t citizen, int64_t survey)
{
	return token(a, v, "survey", citizen, survey);
}

enum err
survey_link_read(struct arena *a, const struct vault *v, const char *text, int64_t *citizen, int64_t *survey)
{
	return read_token(a, v, "survey", text, citizen, survey);
}

char *
keep_link_token(struct arena *a, const struct vault *v, int64_t contact, int64_t proved)
{
	return token(a, v, "keep", contact, proved);
}

enum err
keep_link_read(struct arena *a, const struct vault *v, const char *text, int64_t *contact, int64_t *proved)
{
	return read_token(a, v, "keep", text, contact, proved);
}
