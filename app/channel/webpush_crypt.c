/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies and tokens of Web Push; see webpush_crypt.h.
 *
 * The device gave us a point and sixteen bytes.  With each message we make a pair of
 * our own, agree with the point, mix in the sixteen bytes and both points, and from
 * that and a salt take one key and one nonce, which are used once.  The head carries
 * salt and our point, so the device comes to the same.
 */
#include "channel/webpush_crypt.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"

enum { TAG = 16, RECORD = 4096 };

void
webpush_derive(const uint8_t shared[P256_SHARED], const struct webpush_receiver *to,
    const uint8_t own[P256_POINT], const uint8_t salt[WEBPUSH_SALT], struct webpush_keys *k)
{
	/* The strings' own NUL is part of what is hashed; then comes the counter of HKDF. */
	static const char cek[] = "Content-Encoding: aes128gcm\0\1", nonce[] = "Content-Encoding: nonce\0\1";
	uint8_t info[14 + 2 * P256_POINT + 1] = "WebPush: info", out[SECRET_HASH];

	memcpy(info + 14, to->point, P256_POINT);
	memcpy(info + 14 + P256_POINT, own, P256_POINT);
	info[sizeof(info) - 1] = 1;

	secret_hmac_of(to->auth, WEBPUSH_AUTH, shared, P256_SHARED, k->prk_key);
	secret_hmac_of(k->prk_key, sizeof(k->prk_key), info, sizeof(info), k->ikm);
	secret_hmac_of(salt, WEBPUSH_SALT, k->ikm, sizeof(k->ikm), k->prk);
	secret_hmac_of(k->prk, sizeof(k->prk), cek, sizeof(cek) - 1, out);
	memcpy(k->cek, out, sizeof(k->cek));
	secret_hmac_of(k->prk, sizeof(k->prk), nonce, sizeof(nonce) - 1, out);
	memcpy(k->nonce, out, sizeof(k->nonce));
	secret_wipe(out, sizeof(out));
}

void
webpush_record(const struct webpush_keys *k, const uint8_t own[P256_POINT], const uint8_t salt[WEBPUSH_SALT],
    const void *text, size_t n, struct buf *out)
{
	static const uint8_t size[4] = { 0, 0, RECORD >> 8, RECORD & 0xff };
	uint8_t plain[WEBPUSH_TEXT_MAX + 1];

	must(n <= WEBPUSH_TEXT_MAX);
	memcpy(plain, text, n);
	plain[n] = 2;		/* the last record (RFC 8188 2) */
	buf_add(out, salt, WEBPUSH_SALT);
	buf_add(out, size, sizeof(size));
	buf_addch(out, (char)P256_POINT);
	buf_add(out, own, P256_POINT);
	buf_reserve(out, n + 1 + TAG);
	secret_seal_once(k->cek, k->nonce, plain, n + 1, (uint8_t *)out->data + out->len);
	out->len += n + 1 + TAG;
	out->data[out->len] = '\0';
}

enum err
webpush_encrypt(struct p256 *p, const struct webpush_receiver *to, const void *text, size_t n, struct buf *out)
{
	uint8_t own[P256_POINT], shared[P256_SHARED], salt[WEBPUSH_SALT];
	struct webpush_keys keys;

	if (n > WEBPUSH_TEXT_MAX)
		return ERR_TOO_LARGE;
	if (p256_agree(p, to->point, own, shared) != ERR_OK)
		return ERR_INVALID;
	secret_random(salt, sizeof(salt));
	webpush_derive(shared, to, own, salt, &keys);
	webpush_record(&keys, own, salt, text, n, out);
	secret_wipe(&keys, sizeof(keys));
	secret_wipe(shared, sizeof(shared));
	return ERR_OK;
}

void
webpush_authorize(const struct p256_key *key, const char *origin, const char *subject, int64_t expires_s,
    struct buf *out)
{
	static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
	uint8_t signature[P256_SIGNATURE], point[P256_POINT];
	struct buf claims;
	size_t at;

	buf_init(&claims, out->arena);
	json_canonical(json_keep(out->arena, json_pack("{s:s, s:I, s:s}", "aud", origin,
	    "exp", (json_int_t)expires_s, "sub", subject)), &claims);
	buf_adds(out, "vapid t=");
	at = out->len;
	buf_add_base64url(out, head, sizeof(head) - 1);
	buf_addch(out, '.');
	buf_add_base64url(out, claims.data, claims.len);
	p256_sign(key, out->data + at, out->len - at, signature);
	buf_addch(out, '.');
	buf_add_base64url(out, signature, sizeof(signature));
	buf_adds(out, ", k=");
	p256_key_write(key, NULL, point);
	buf_add_base64url(out, point, sizeof(point));
}
