/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time codes against the vectors of RFC 4226 appendix D and RFC 6238 appendix
 * B.  The published rows are checked here too when CHROMO_SAMPLES names them.
 */
#include "domain/totp.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "tests/unit/tap.h"

static struct arena *a;
static const char secret[] = "12345678901234567890";
#define SECRET (const uint8_t *)secret, sizeof secret - 1

static void
vectors(void)
{
	static const struct { int64_t at; const char *code; } rows[] = {
		{ 59, "94287082" }, { 1111111109, "07081804" }, { 1111111111, "14050471" },
		{ 1234567890, "89005924" }, { 2000000000, "69279037" }, { 20000000000, "65353130" }
	};
	static const char *const hotp[] = { "755224", "287082", "359152", "969429", "338314", "254676" };
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(totp_code(a, SECRET, rows[i].at * 1000, 8), rows[i].code, "RFC 6238, %lld s", (long long)rows[i].at);
	for (i = 0; i < sizeof hotp / sizeof *hotp; i++)
		is_str(totp_code(a, SECRET, (int64_t)i * 30000, 6), hotp[i], "RFC 4226, count %zu", i);
}

static void
samples(void)
{
	const char *folder = getenv("CHROMO_SAMPLES");
	json_t *document, *row;
	struct buf text;
	size_t i;

	buf_init(&text, a);
	if (folder == NULL ||
	    file_read(arena_printf(a, "%s/totp/rfc4226-rfc6238-vectors.json", folder), &text) != ERR_OK) {
		diag("CHROMO_SAMPLES has no totp/: its rows were not checked");
		return;
	}
	is_int(json_parse(a, text.data, text.len, &document), ERR_OK, "the samples are JSON");
	json_array_foreach(json_object_get(json_object_get(document, "totp"), "rows"), i, row)
		is_str(totp_code(a, SECRET, json_integer_value(json_array_get(row, 0)) * 1000, 8),
		    json_string_value(json_array_get(row, 1)), "sample row %zu", i);
	json_array_foreach(json_object_get(json_object_get(document, "hotp"), "codes"), i, row)
		is_str(totp_code(a, SECRET, (int64_t)i * 30000, 6), json_string_value(row), "sample count %zu", i);
}

static void
window(void)
{
	const int64_t now = 1111111109000;	/* second 29 of step 37037036 */
	int64_t step = -1;
	int d;

	for (d = -2; d <= 2; d++) {
		const char *code = totp_code(a, SECRET, now + d * 30000, TOTP_DIGITS);
		enum err e = totp_check(SECRET, now, code, &step);

		is_int(e, d == -2 || d == 2 ? ERR_INVALID : ERR_OK, "a code %d steps away", d);
		if (e == ERR_OK)
			is_int(step, 37037036 + d, "its step is told");
	}
	is_int(totp_check(SECRET, now, "", &step), ERR_INVALID, "no code");
	is_int(totp_check(SECRET, now, "00000000", &step), ERR_INVALID, "eight digits");
	is_int(totp_check(SECRET, 0, "755224", &step), ERR_INVALID, "before there was a step");
}

static void
texts(void)
{
	/* RFC 4648 section 10. */
	is_str(totp_text(a, (const uint8_t *)"f", 1), "MY", "base32 of f");
	is_str(totp_text(a, (const uint8_t *)"foo", 3), "MZXW6", "base32 of foo");
	is_str(totp_text(a, (const uint8_t *)"foobar", 6), "MZXW6YTBOI", "base32 of foobar");
	is_str(totp_url(a, "A 市", "sato", (const uint8_t *)"foobar", 6),
	    "otpauth://totp/A%20%E5%B8%82:sato?secret=MZXW6YTBOI&issuer=A%20%E5%B8%82",
	    "what the QR code says");
}

int
main(void)
{
	a = arena_new();
	json_setup();
	vectors();
	samples();
	window();
	texts();
	arena_free(a);
	return done();
}
