/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web Push, against the example of RFC 8291 with all that lies between (its
 * appendix A), and against points that are none.  That a stranger's decryptor reads
 * what we write is tests/courier/webpush_crypt.test.mjs.
 */
#include "channel/webpush_crypt.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/secret.h"
#include "tap.h"

/* RFC 8291 section 5 and appendix A; the sample of the same name says it once more. */
static const char *const rfc[][2] = {
	{ "plaintext", "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24" },
	{ "as_public", "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8" },
	{ "as_private", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw" },
	{ "ua_public", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4" },
	{ "ua_private", "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94" },
	{ "salt", "DGv6ra1nlYgDCS1FRnbzlw" },
	{ "auth_secret", "BTBZMqHH6r4Tts7J_aSIgg" },
	{ "ecdh_secret", "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs" },
	{ "PRK_key", "Snr3JMxaHVDXHWJn5wdC52WjpCtd2EIEGBykDcZW32k" },
	{ "IKM", "S4lYMb_L0FxCeq0WhDx813KgSYqU26kOyzWUdsXYyrg" },
	{ "PRK", "09_eUZGrsvxChDCGRCdkLiDXrReGOEVeSCdCcPBSJSc" },
	{ "CEK", "oIhVW04MRdy2XN9CiKLxTg" },
	{ "NONCE", "4h_95klXJ5E_qnoN" },
	{ "body", "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
	    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN" },
};

static struct arena *a;

/* A member of the example as bytes. */
static struct buf
part(const char *name)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < sizeof(rfc) / sizeof(*rfc); i++)
		if (strcmp(rfc[i][0], name) == 0 && secret_unbase64url(a, rfc[i][1], &b) != ERR_OK)
			diag("%s does not read", name);
	return b;
}

static const uint8_t *
bytes(const char *name)
{
	return (const uint8_t *)part(name).data;
}

static void
test_sample(void)
{
	const char *folder = getenv("CHROMO_SAMPLES");
	json_t *sample;

	if (folder == NULL) {
		diag("CHROMO_SAMPLES is not set: the example was taken from this file only");
		return;
	}
	sample = json_load_file(arena_printf(a, "%s/webpush/rfc8291-vector.json", folder), 0, NULL);
	if (!ok(sample != NULL, "the sample is read"))
		return;
	for (size_t i = 0; i < sizeof(rfc) / sizeof(*rfc); i++)
		is_str(json_text(sample, rfc[i][0]), rfc[i][1], "the sample has the same %s", rfc[i][0]);
	json_decref(sample);
}

static void
test_example(void)
{
	struct p256 *p = p256_open();
	struct p256_key *own, *ua;
	struct webpush_receiver to;
	struct webpush_keys keys;
	uint8_t point[P256_POINT], scalar[P256_SCALAR], shared[P256_SHARED];
	struct buf body, wanted = part("body"), text = part("plaintext");

	memcpy(to.point, bytes("ua_public"), P256_POINT);
	memcpy(to.auth, bytes("auth_secret"), WEBPUSH_AUTH);
	is_int(p256_key_read(bytes("as_private"), &own), ERR_OK, "our number is read");
	p256_key_write(own, scalar, point);
	is_mem(point, bytes("as_public"), P256_POINT, "as_public");
	is_mem(scalar, bytes("as_private"), P256_SCALAR, "as_private");
	is_int(p256_agree_with(p, own, to.point, shared), ERR_OK, "they agree");
	is_mem(shared, bytes("ecdh_secret"), P256_SHARED, "ecdh_secret");
	is_int(p256_key_read(bytes("ua_private"), &ua), ERR_OK, "the device's number is read");
	is_int(p256_agree_with(p, ua, point, shared), ERR_OK, "and the other way round");
	is_mem(shared, bytes("ecdh_secret"), P256_SHARED, "ecdh_secret once more");

	webpush_derive(shared, &to, point, bytes("salt"), &keys);
	is_mem(keys.prk_key, bytes("PRK_key"), 32, "PRK_key");
	is_mem(keys.ikm, bytes("IKM"), 32, "IKM");
	is_mem(keys.prk, bytes("PRK"), 32, "PRK");
	is_mem(keys.cek, bytes("CEK"), 16, "CEK");
	is_mem(keys.nonce, bytes("NONCE"), 12, "NONCE");
	buf_init(&body, a);
	webpush_record(&keys, point, bytes("salt"), text.data, text.len, &body);
	is_int(body.len, wanted.len, "length of the body");
	is_mem(body.data, wanted.data, wanted.len, "the body");
	p256_key_free(ua);
	p256_key_free(own);
	p256_close(p);
}

static void
test_points(void)
{
	struct p256 *p = p256_open();
	struct webpush_receiver to;
	uint8_t scalar[P256_SCALAR] = { 0 }, *point = to.point;
	struct p256_key *key;
	struct buf body;

	memcpy(&to.auth, bytes("auth_secret"), WEBPUSH_AUTH);
	memcpy(point, bytes("ua_public"), P256_POINT);
	buf_init(&body, a);
	ok(p256_is_point(point), "a point of the curve");
	point[64] ^= 1;
	ok(!p256_is_point(point), "beside the curve");
	is_int(webpush_encrypt(p, &to, "x", 1, &body), ERR_INVALID, "nothing is written to a point beside the curve");
	memset(point, 0, P256_POINT);
	ok(!p256_is_point(point), "zeros");
	point[0] = 4;
	ok(!p256_is_point(point), "the origin");
	memset(point + 1, 0xff, P256_POINT - 1);
	ok(!p256_is_point(point), "beyond the field");
	memcpy(point, bytes("ua_public"), P256_POINT);
	point[0] = 2 + (point[64] & 1);
	ok(!p256_is_point(point), "a compressed point with something behind it");
	point[0] = 6 + (point[64] & 1);
	ok(!p256_is_point(point), "a hybrid one");
	is_int(webpush_encrypt(p, &to, "x", 1, &body), ERR_INVALID, "nor written to");
	is_int(body.len, 0, "nothing was written");
	point[0] = 4;
	is_int(webpush_encrypt(p, &to, "x", 1, &body), ERR_OK, "after all these the right one works");
	is_int(body.len, WEBPUSH_HEAD + 1 + 1 + 16, "and is as long as it must be");

	is_int(p256_key_read(scalar, &key), ERR_INVALID, "the number 0");
	memset(scalar, 0xff, sizeof(scalar));
	is_int(p256_key_read(scalar, &key), ERR_INVALID, "a number beyond the order");
	p256_close(p);
}

static void
test_sizes(void)
{
	static char text[WEBPUSH_TEXT_MAX + 1];
	struct p256 *p = p256_open();
	struct webpush_receiver to;
	struct buf one, other;

	memcpy(to.point, bytes("ua_public"), P256_POINT);
	memcpy(to.auth, bytes("auth_secret"), WEBPUSH_AUTH);
	buf_init(&one, a);
	buf_init(&other, a);
	is_int(webpush_encrypt(p, &to, text, sizeof(text) - 1, &one), ERR_OK, "the longest text");
	is_int(one.len, WEBPUSH_BODY_MAX, "makes the longest body");
	is_int(webpush_encrypt(p, &to, text, sizeof(text), &one), ERR_TOO_LARGE, "one more is too much");
	is_int(webpush_encrypt(p, &to, text, sizeof(text) - 1, &other), ERR_OK, "the same again");
	ok(memcmp(one.data, other.data, WEBPUSH_SALT) != 0, "has another salt");
	ok(memcmp(one.data + 21, other.data + 21, P256_POINT) != 0, "and another key");
	p256_close(p);
}

static void
test_token(void)
{
	struct p256_key *key;
	struct buf token, head, claims;
	char *t, *dot;

	if (p256_key_read(bytes("as_private"), &key) != ERR_OK)
		return;
	buf_init(&token, a);
	webpush_authorize(key, "https://push.example", "mailto:kouhou@minato.example", 1764072000, &token);
	t = token.data + strlen("vapid t=");
	ok(strncmp(token.data, "vapid t=", 8) == 0, "its scheme");
	is_str(strstr(t, ", k="), arena_printf(a, ", k=%s", rfc[1][1]), "the public key is there");
	*strstr(t, ", k=") = '\0';
	dot = strchr(t, '.');
	*dot = '\0';
	buf_init(&head, a);
	is_int(secret_unbase64url(a, t, &head), ERR_OK, "the head");
	is_str(head.data, "{\"typ\":\"JWT\",\"alg\":\"ES256\"}", "says what it is");
	t = dot + 1;
	dot = strchr(t, '.');
	*dot = '\0';
	buf_init(&claims, a);
	is_int(secret_unbase64url(a, t, &claims), ERR_OK, "the claims");
	is_str(claims.data, "{\"aud\":\"https://push.example\",\"exp\":1764072000,\"sub\":\"mailto:kouhou@minato.example\"}",
	    "are those of RFC 8292");
	is_int(strlen(dot + 1), 86, "the signature is r and s, 64 bytes");
	p256_key_free(key);
}

int
main(void)
{
	json_setup();
	a = arena_new();
	test_sample();
	test_example();
	test_points();
	test_sizes();
	test_token();
	arena_free(a);
	return done();
}
