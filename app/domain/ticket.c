/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets: writing and reading.  nginx/static/js/ticket.js reads the same in a page.
 */
#include "domain/ticket.h"
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "domain/vault.h"

#define FORM "CT1."
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
enum { SIGNATURE_TEXT = 103, NUMBER_MAX = 24, TICKET_MAX = 220 };

struct p256_key *
ticket_key(const struct vault *vault)
{
	uint8_t number[SECRET_HASH];
	struct p256_key *key = NULL;
	char words[32];
	int i;

	/* One in 2^32 numbers is none of the curve; then the next is taken. */
	for (i = 1; key == NULL; i++) {
		snprintf(words, sizeof words, "ticket key %d", i);
		vault_mac(vault, words, number);
		if (p256_key_read(number, &key) != ERR_OK)
			key = NULL;
	}
	secret_wipe(number, sizeof number);
	return key;
}

const char *
ticket_key_public(struct arena *arena, const struct p256_key *key)
{
	uint8_t point[P256_POINT];
	struct buf out;

	p256_key_write(key, NULL, point);
	buf_init(&out, arena);
	buf_add_base64url(&out, point, sizeof point);
	return out.data;
}

static void
add_base32(struct buf *out, const uint8_t *p, size_t n)
{
	uint32_t bits = 0;
	int have = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		for (have += 8; have >= 5; have -= 5)
			buf_addch(out, base32[bits >> (have - 5) & 31]);
	}
	if (have > 0)
		buf_addch(out, base32[bits << (5 - have) & 31]);
}

static bool
read_base32(const char *text, uint8_t *out, size_t n)
{
	uint32_t bits = 0;
	int have = 0;
	size_t done = 0;
	const char *at;

	for (; *text != '\0'; text++) {
		at = strchr(base32, *text);
		if (at == NULL)
			return false;
		bits = (bits << 5 | (uint32_t)(at - base32)) & 0xffff;
		have += 5;
		if (have >= 8 && done < n) {
			have -= 8;
			out[done++] = (uint8_t)(bits >> have & 0xff);
		}
	}
	return done == n && (bits & ((1u << have) - 1)) == 0;
}

const char *
ticket_write(struct arena *arena, const struct p256_key *key, struct ticket t)
{
	uint8_t signature[P256_SIGNATURE];
	struct buf out;

	buf_init(&out, arena);
	buf_addf(&out, FORM "%lld.%lld.%s.%lld", (long long)t.event, (long long)t.slot, t.number, (long long)t.people);
	p256_sign(key, out.data, out.len, signature);
	buf_addch(&out, '.');
	add_base32(&out, signature, sizeof signature);
	return out.data;
}

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n > 0 && n <= NUMBER_MAX && s[n] == '\0';
}

static char *
upper(struct arena *arena, const char *text)
{
	char *out = text_normal(arena, text), *p;

	for (p = out; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return out;
}

enum err
ticket_read(struct arena *arena, const struct p256_key *key, const char *typed, struct ticket *out)
{
	char *text = upper(arena, typed), number[NUMBER_MAX + 1], *last;
	uint8_t signature[P256_SIGNATURE], point[P256_POINT];
	long long event, slot, people;
	int end = 0;

	if (strncmp(text, FORM, strlen(FORM)) != 0)
		return ERR_NOT_FOUND;
	last = strrchr(text, '.');
	if (strlen(text) > TICKET_MAX || strlen(last + 1) != SIGNATURE_TEXT ||
	    !read_base32(last + 1, signature, sizeof signature))
		return ERR_INVALID;
	*last = '\0';
	if (sscanf(text, FORM "%18lld.%18lld.%24[A-Z0-9-].%4lld%n", &event, &slot, number, &people, &end) != 4 ||
	    text[end] != '\0' || !is_number(number))
		return ERR_INVALID;
	p256_key_write(key, NULL, point);
	if (!p256_verify(point, text, strlen(text), signature))
		return ERR_INVALID;
	*out = (struct ticket){ event, slot, arena_strdup(arena, number), people };
	return ERR_OK;
}
