/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
/*
 * One-time codes of an authenticator app (RFC 6238): HMAC-SHA-1, steps of 30 s,
 * six digits, which is what every app can do.  The code of the step before and
 * of the one after count too.
 */
enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30 };

/* The step of the code; ERR_INVALID: it belongs to none of the three.  That a
 * step counts only once is the caller's to keep. */
enum err totp_check(const uint8_t *secret, size_t n, int64_t now_ms, const char *code,
    int64_t *step) MUST_USE;
/* The code of a moment, for tests and the demonstration data: digits 6 to 8. */
char *totp_code(struct arena *, const uint8_t *secret, size_t n, int64_t now_ms, unsigned digits);

/* The secret as apps take it by hand: base32 (RFC 4648 6) without padding. */
char *totp_text(struct arena *, const uint8_t *secret, size_t n);
/* What the QR code says: otpauth://totp/issuer:account?secret=…  Algorithm, digits and
 * step are what apps take by themselves; the shorter, the larger its squares. */
char *totp_url(struct arena *, const char *issuer, const char *account, const uint8_t *secret, size_t n);
