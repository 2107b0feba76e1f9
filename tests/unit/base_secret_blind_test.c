/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blind signatures: against the vectors of RFC 9474, and what cheaters try.
 */
#include "base/secret_blind.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/secret.h"

#include "tap.h"

enum { LINE = 2048 };

struct vector { uint8_t data[BLIND_SIZE_MAX]; size_t n; };

/* The line "name hex" of the file. */
static struct vector
vector(const char *name)
{
	const char *root = getenv("CHROMO_SOURCE");
	struct vector v = { .n = 0 };
	char path[500], line[LINE];
	size_t len = strlen(name);
	unsigned byte;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/blind/rfc9474.txt", root != NULL ? root : ".");
	f = fopen(path, "r");
	while (f != NULL && fgets(line, LINE, f) != NULL) {
		if (strncmp(line, name, len) != 0 || line[len] != ' ')
			continue;
		for (const char *at = line + len + 1; sscanf(at, "%2x", &byte) == 1; at += 2)
			v.data[v.n++] = (uint8_t)byte;
	}
	if (f != NULL)
		fclose(f);
	return v;
}

/* The key of the vectors, as DER has it: from its two primes. */
static struct blind_key *
vector_key(void)
{
	struct vector p = vector("p"), q = vector("q");
	BN_CTX *c = BN_CTX_new();
	BIGNUM *number[8];			/* n e d p q dp dq qi */
	static const char *const names[8] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
	    OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
	    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *p1 = BN_new(), *q1 = BN_new(), *phi = BN_new();
	struct blind_key *key = NULL;
	unsigned char *der = NULL;
	EVP_PKEY *pair = NULL;
	OSSL_PARAM *params;
	int n;

	for (int i = 0; i < 8; i++)
		number[i] = BN_new();
	BN_bin2bn(p.data, (int)p.n, number[3]);
	BN_bin2bn(q.data, (int)q.n, number[4]);
	BN_set_word(number[1], 65537);
	BN_mul(number[0], number[3], number[4], c);
	BN_sub(p1, number[3], BN_value_one());
	BN_sub(q1, number[4], BN_value_one());
	BN_mul(phi, p1, q1, c);
	BN_mod_inverse(number[2], number[1], phi, c);
	BN_mod(number[5], number[2], p1, c);
	BN_mod(number[6], number[2], q1, c);
	BN_mod_inverse(number[7], number[4], number[3], c);
	for (int i = 0; i < 8; i++)
		OSSL_PARAM_BLD_push_BN(build, names[i], number[i]);
	EVP_PKEY_fromdata_init(context);
	params = OSSL_PARAM_BLD_to_param(build);
	if (EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, params) == 1 &&
	    (n = i2d_PrivateKey(pair, &der)) > 0 && blind_key_read(der, (size_t)n, &key) != ERR_OK)
		key = NULL;
	OPENSSL_free(der);
	EVP_PKEY_free(pair);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	for (int i = 0; i < 8; i++)
		BN_free(number[i]);
	BN_free(p1);
	BN_free(q1);
	BN_free(phi);
	BN_CTX_free(c);
	return key;
}

static void
test_variant(const struct blind_key *key, const char *name)
{
	char at[20];
	struct vector v[6];
	static const char *const parts[6] = { "input", "salt", "inv", "blinded", "blind_sig", "sig" };
	uint8_t out[BLIND_SIZE_MAX];

	for (int i = 0; i < 6; i++) {
		snprintf(at, sizeof(at), "%s.%s", name, parts[i]);
		v[i] = vector(at);
	}
	ok(blind_hide_with(key, v[0].data, v[0].n, v[1].data, v[1].n, v[2].data, out) == ERR_OK, "%s: hidden", name);
	is_mem(out, v[3].data, v[3].n, "as the RFC says");
	ok(blind_sign(key, v[3].data, v[3].n, out) == ERR_OK, "%s: signed", name);
	is_mem(out, v[4].data, v[4].n, "as the RFC says");
	blind_unhide(key, v[4].data, v[2].data, out);
	is_mem(out, v[5].data, v[5].n, "%s: the signature is the RFC's", name);
	/* Without salt it is another variant, which is none of ours. */
	ok(blind_verify(key, v[0].data, v[0].n, v[5].data, v[5].n) == (v[1].n == BLIND_SALT), "%s: verified or not", name);
}

static void
test_round(const struct blind_key *key, const struct blind_key *public)
{
	uint8_t token[32], hidden[BLIND_SIZE], again[BLIND_SIZE], inverse[BLIND_SIZE], other[BLIND_SIZE],
	    signature[BLIND_SIZE], bare[BLIND_SIZE], zero[BLIND_SIZE] = { 0 };

	secret_random(token, sizeof(token));
	blind_hide(public, token, sizeof(token), hidden, inverse);
	blind_hide(public, token, sizeof(token), again, other);
	ok(!secret_equal(hidden, again, BLIND_SIZE), "the same thing hidden twice does not look the same");
	ok(blind_sign(key, hidden, BLIND_SIZE, signature) == ERR_OK, "signed");
	ok(blind_bare(public, token, sizeof(token), signature, inverse, bare) == ERR_OK, "and bared");
	ok(blind_verify(public, token, sizeof(token), bare, BLIND_SIZE), "the public half says that it is good");
	ok(!secret_equal(bare, signature, BLIND_SIZE), "the signer has not seen it");

	ok(blind_bare(public, token, sizeof(token), signature, other, bare) == ERR_INVALID, "another inverse does not bare it");
	signature[BLIND_SIZE - 1] ^= 1;
	ok(blind_bare(public, token, sizeof(token), signature, inverse, bare) == ERR_INVALID, "a signer who cheats is found out");
	signature[BLIND_SIZE - 1] ^= 1;
	ok(blind_bare(public, token, sizeof(token), signature, inverse, bare) == ERR_OK, "the honest one is believed again");
	token[0] ^= 1;
	ok(!blind_verify(public, token, sizeof(token), bare, BLIND_SIZE), "it is for no other message");
	token[0] ^= 1;
	ok(!blind_verify(public, token, sizeof(token), bare, BLIND_SIZE - 1), "a cut one is none");
	ok(!blind_verify(public, token, sizeof(token), bare, 0), "an empty one is none");
	ok(!blind_verify(public, token, sizeof(token), zero, BLIND_SIZE), "zero is none");
}

static void
test_refused(const struct blind_key *key)
{
	struct arena *a = arena_new();
	struct buf n, der;
	uint8_t out[BLIND_SIZE];
	struct blind_key *other;

	buf_init(&n, a);
	blind_key_modulus(key, &n);
	ok(n.len == BLIND_SIZE, "a modulus of %d bytes", BLIND_SIZE);
	ok(blind_sign(key, n.data, n.len, out) == ERR_INVALID, "the modulus itself is not signed");
	ok(blind_sign(key, n.data, n.len - 1, out) == ERR_INVALID, "nor what is too short");
	ok(blind_key_public(n.data, n.len - 1, &other) == ERR_INVALID, "a modulus too short is no key");
	ok(blind_key_public("", 0, &other) == ERR_INVALID, "nothing is no key");
	ok(blind_key_read("x", 1, &other) == ERR_INVALID, "rubbish is no key");

	buf_init(&der, a);
	blind_key_write(key, &der);
	if (ok(blind_key_read(der.data, der.len, &other) == ERR_OK, "written and read again")) {
		struct buf m;

		buf_init(&m, a);
		blind_key_modulus(other, &m);
		is_mem(m.data, n.data, n.len, "it is the same key");
		blind_key_free(other);
	}
	arena_free(a);
}

int
main(void)
{
	struct blind_key *key = vector_key(), *public;
	struct arena *a = arena_new();
	struct buf n;

	if (ok(key != NULL && blind_size(key) == 512, "the key of the vectors")) {
		test_variant(key, "a1");
		test_variant(key, "a4");
	}
	blind_key_free(key);

	key = blind_key_new();
	buf_init(&n, a);
	blind_key_modulus(key, &n);
	ok(blind_key_public(n.data, n.len, &public) == ERR_OK, "its public half");
	test_round(key, public);
	test_refused(key);
	blind_key_free(key);
	blind_key_free(public);
	arena_free(a);
	return done();
}
