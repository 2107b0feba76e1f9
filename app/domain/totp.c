/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time codes of an authenticator app, by liboath.
 */
#include "domain/totp.h"

#include <liboath/oath.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"

/* The longest that liboath makes. */
enum { DIGITS_MAX = 8 };

static void
code_at(const uint8_t *secret, size_t n, int64_t step, unsigned digits, char out[DIGITS_MAX + 1])
{
	must(digits <= DIGITS_MAX);
	must(oath_hotp_generate((const char *)secret, n, (uint64_t)step, digits, false,
	    OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK);
}

enum err
totp_check(const uint8_t *secret, size_t n, int64_t now_ms, const char *code, int64_t *step)
{
	int64_t now = now_ms / 1000 / TOTP_STEP_S;
	enum err e = ERR_INVALID;
	int d;

	if (strlen(code) != TOTP_DIGITS || now < 1)
		return ERR_INVALID;
	/* All three are compared, whichever it is. */
	for (d = -1; d <= 1; d++) {
		char right[DIGITS_MAX + 1];

		code_at(secret, n, now + d, TOTP_DIGITS, right);
		if (secret_equal(right, code, TOTP_DIGITS)) {
			*step = now + d;
			e = ERR_OK;
		}
	}
	return e;
}

char *
totp_code(struct arena *a, const uint8_t *secret, size_t n, int64_t now_ms, unsigned digits)
{
	char code[DIGITS_MAX + 1];

	code_at(secret, n, now_ms / 1000 / TOTP_STEP_S, digits, code);
	return arena_strdup(a, code);
}

char *
totp_text(struct arena *a, const uint8_t *secret, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t held = 0;
	int bits = 0;
	struct buf b;
	size_t i;

	buf_init(&b, a);
	for (i = 0; i < n; i++) {
		held = held << 8 | secret[i];
		for (bits += 8; bits >= 5; bits -= 5)
			buf_addch(&b, alphabet[held >> (bits - 5) & 31]);
		held &= 0xff;
	}
	if (bits > 0)
		buf_addch(&b, alphabet[held << (5 - bits) & 31]);
	return b.data;
}

char *
totp_url(struct arena *a, const char *issuer, const char *account, const uint8_t *secret, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, "otpauth://totp/");
	buf_add_percent(&b, issuer, strlen(issuer));
	buf_addch(&b, ':');
	buf_add_percent(&b, account, strlen(account));
	buf_addf(&b, "?secret=%s&issuer=", totp_text(a, secret, n));
	buf_add_percent(&b, issuer, strlen(issuer));
	return b.data;
}
