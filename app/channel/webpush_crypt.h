/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/secret_p256.h"
/*
 * What is secret about Web Push: a text that only one device can read (RFC 8291 over
 * RFC 8188, aes128gcm), and the town's card at the push service (VAPID, RFC 8292).
 */
enum {
	WEBPUSH_AUTH = 16,
	WEBPUSH_SALT = 16,
	WEBPUSH_HEAD = WEBPUSH_SALT + 4 + 1 + P256_POINT,
	WEBPUSH_BODY_MAX = 4096,	/* what push services must take (RFC 8030 7.2) */
	WEBPUSH_TEXT_MAX = WEBPUSH_BODY_MAX - WEBPUSH_HEAD - 16 - 1
};

/* The public half of a subscription: its p256dh and auth. */
struct webpush_receiver { uint8_t point[P256_POINT], auth[WEBPUSH_AUTH]; };

/* What is made of the agreement, step by step, as section 5 of RFC 8291 names it. */
struct webpush_keys { uint8_t prk_key[32], ikm[32], prk[32], cek[16], nonce[12]; };
void webpush_derive(const uint8_t shared[P256_SHARED], const struct webpush_receiver *,
    const uint8_t own[P256_POINT], const uint8_t salt[WEBPUSH_SALT], struct webpush_keys *out);
/* Adds the whole body: head, then the text as one record.  n: at most WEBPUSH_TEXT_MAX. */
void webpush_record(const struct webpush_keys *, const uint8_t own[P256_POINT],
    const uint8_t salt[WEBPUSH_SALT], const void *text, size_t n, struct buf *out);

/* Adds a body for this receiver, with a pair of keys and a salt of its own.
 * ERR_INVALID: the receiver's key is no point.  ERR_TOO_LARGE: the text. */
enum err webpush_encrypt(struct p256 *, const struct webpush_receiver *, const void *text, size_t n,
    struct buf *out) MUST_USE;

/* Adds "vapid t=<JWT>, k=<public key>", the value of Authorization.  origin: of the
 * endpoint.  subject: mailto: or https:, without blanks or angle brackets. */
void webpush_authorize(const struct p256_key *, const char *origin, const char *subject, int64_t expires_s,
    struct buf *out);
