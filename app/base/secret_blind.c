/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blind signatures of RFC 9474 by OpenSSL 3; see secret_blind.h.
 *
 * The private operation is OpenSSL's own, with its blinding against timing and its
 * remainders; what it gives is checked before it leaves, since a fault in one of the two
 * halves would give the key away (Boneh, DeMillo, Lipton 1997).
 */
#include "base/secret_blind.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/secret.h"

enum { HASH = 48 };			/* SHA-384 */

struct blind_key {
	EVP_PKEY *pair;			/* or its public half */
	BIGNUM *n, *e;
	size_t size;
};

/* Takes the pair over; NULL: no key for us. */
static struct blind_key *
key_of(EVP_PKEY *pair)
{
	struct blind_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		log_panic("memory.out");
	key->pair = pair;
	key->size = (size_t)EVP_PKEY_get_size(pair);
	if (EVP_PKEY_get_base_id(pair) != EVP_PKEY_RSA || key->size < BLIND_SIZE || key->size > BLIND_SIZE_MAX ||
	    (size_t)EVP_PKEY_get_bits(pair) != key->size * 8) {
		blind_key_free(key);
		return NULL;
	}
	must(EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_N, &key->n) == 1);
	must(EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_E, &key->e) == 1);
	return key;
}

struct blind_key *
blind_key_new(void)
{
	EVP_PKEY *pair = EVP_RSA_gen(BLIND_BITS);
	struct blind_key *key;

	must(pair != NULL);
	key = key_of(pair);
	must(key != NULL);
	return key;
}

void
blind_key_free(struct blind_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pair);
	BN_free(key->n);
	BN_free(key->e);
	free(key);
}

void
blind_key_write(const struct blind_key *key, struct buf *out)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pair);
	unsigned char *der = NULL;
	int n;

	must(info != NULL);
	n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	must(n > 0);
	buf_add(out, (char *)der, (size_t)n);
	OPENSSL_clear_free(der, (size_t)n);
	PKCS8_PRIV_KEY_INFO_free(info);
}

enum err
blind_key_read(const void *der, size_t n, struct blind_key **out)
{
	const unsigned char *at = der;
	EVP_PKEY *pair = d2i_AutoPrivateKey(NULL, &at, (long)n);
	struct blind_key *key = pair != NULL ? key_of(pair) : NULL;

	if (key == NULL)
		return ERR_INVALID;
	*out = key;
	return ERR_OK;
}

void
blind_key_modulus(const struct blind_key *key, struct buf *out)
{
	buf_reserve(out, key->size);
	must(BN_bn2binpad(key->n, (unsigned char *)out->data + out->len, (int)key->size) == (int)key->size);
	out->len += key->size;
	out->data[out->len] = '\0';
}

enum err
blind_key_public(const void *modulus, size_t size, struct blind_key **out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, (int)size, NULL), *e = BN_new();
	struct blind_key *key = NULL;
	EVP_PKEY *pair = NULL;
	OSSL_PARAM *params;

	must(context != NULL && build != NULL && n != NULL && e != NULL && BN_set_word(e, RSA_F4) == 1);
	must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1);
	must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1);
	params = OSSL_PARAM_BLD_to_param(build);
	must(params != NULL && EVP_PKEY_fromdata_init(context) == 1);
	if (BN_is_odd(n) && EVP_PKEY_fromdata(context, &pair, EVP_PKEY_PUBLIC_KEY, params) == 1)
		key = key_of(pair);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	BN_free(e);
	if (key == NULL)
		return ERR_INVALID;
	*out = key;
	return ERR_OK;
}

size_t
blind_size(const struct blind_key *key)
{
	return key->size;
}

/* --- the encoding (RFC 8017 9.1.1) --- */

static void
sha384(const struct secret_bytes *parts, size_t n, uint8_t out[HASH])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	must(context != NULL && EVP_DigestInit_ex(context, EVP_sha384(), NULL) == 1);
	for (size_t i = 0; i < n; i++)
		must(EVP_DigestUpdate(context, parts[i].data, parts[i].n) == 1);
	must(EVP_DigestFinal_ex(context, out, NULL) == 1);
	EVP_MD_CTX_free(context);
}

/* MGF1 (RFC 8017 B.2.1), onto what is there. */
static void
mask(const uint8_t seed[HASH], uint8_t *data, size_t n)
{
	for (size_t at = 0, counter = 0; at < n; counter++) {
		uint8_t count[4] = { 0, 0, 0, (uint8_t)counter }, hash[HASH];

		sha384((struct secret_bytes[]){ { seed, HASH }, { count, 4 } }, 2, hash);
		for (size_t i = 0; i < HASH && at < n; i++, at++)
			data[at] ^= hash[i];
	}
}

static void
encode(const void *message, size_t n, const uint8_t *salt, size_t salt_n, uint8_t *out, size_t size)
{
	static const uint8_t zeros[8];
	size_t db = size - HASH - 1;
	uint8_t hash[HASH], *seed = out + db;

	must(size >= HASH + salt_n + 2);
	sha384((struct secret_bytes[]){ { message, n } }, 1, hash);
	sha384((struct secret_bytes[]){ { zeros, 8 }, { hash, HASH }, { salt, salt_n } }, 3, seed);
	memset(out, 0, db);
	out[db - salt_n - 1] = 1;
	if (salt_n > 0)
		memcpy(out + db - salt_n, salt, salt_n);
	mask(seed, out, db);
	out[0] &= 0x7f;			/* the modulus has all its bits: 8 · size − 1 of them count */
	out[size - 1] = 0xbc;
}

/* --- the holder --- */

static BIGNUM *
number_of(const uint8_t *bytes, size_t n)
{
	BIGNUM *number = BN_bin2bn(bytes, (int)n, NULL);

	must(number != NULL);
	BN_set_flags(number, BN_FLG_CONSTTIME);
	return number;
}

enum err
blind_hide_with(const struct blind_key *key, const void *message, size_t n, const uint8_t *salt, size_t salt_n,
    const uint8_t *inverse, uint8_t *hidden)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *inv = number_of(inverse, key->size), *r, *m, *z = BN_new(), *common = BN_new();
	uint8_t encoded[BLIND_SIZE_MAX];
	enum err e = ERR_INVALID;

	must(context != NULL && z != NULL && common != NULL);
	encode(message, n, salt, salt_n, encoded, key->size);
	m = number_of(encoded, key->size);
	r = BN_mod_inverse(NULL, inv, key->n, context);
	must(BN_gcd(common, m, key->n, context) == 1);
	/* Neither happens but to one who can factor the modulus. */
	if (r != NULL && BN_is_one(common)) {
		must(BN_mod_exp_mont(z, r, key->e, key->n, context, NULL) == 1);
		must(BN_mod_mul(z, z, m, key->n, context) == 1);
		must(BN_bn2binpad(z, hidden, (int)key->size) == (int)key->size);
		e = ERR_OK;
	}
	BN_clear_free(inv);
	BN_clear_free(r);
	BN_clear_free(m);
	BN_clear_free(z);
	BN_clear_free(common);
	BN_CTX_free(context);
	secret_wipe(encoded, sizeof(encoded));
	return e;
}

void
blind_hide(const struct blind_key *key, const void *message, size_t n, uint8_t *hidden, uint8_t *inverse)
{
	uint8_t salt[BLIND_SALT];
	BIGNUM *r = BN_new();

	must(r != NULL);
	secret_random(salt, sizeof(salt));
	/* The inverse of a uniform number is one too, so it is the inverse that is drawn. */
	do
		must(BN_priv_rand_range(r, key->n) == 1);
	while (BN_is_zero(r));
	must(BN_bn2binpad(r, inverse, (int)key->size) == (int)key->size);
	BN_clear_free(r);
	must(blind_hide_with(key, message, n, salt, sizeof(salt), inverse, hidden) == ERR_OK);
}

void
blind_unhide(const struct blind_key *key, const uint8_t *signed_hidden, const uint8_t *inverse, uint8_t *out)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *s = number_of(signed_hidden, key->size), *inv = number_of(inverse, key->size);

	must(context != NULL);
	must(BN_mod_mul(s, s, inv, key->n, context) == 1);
	must(BN_bn2binpad(s, out, (int)key->size) == (int)key->size);
	BN_clear_free(s);
	BN_clear_free(inv);
	BN_CTX_free(context);
}

enum err
blind_bare(const struct blind_key *key, const void *message, size_t n, const uint8_t *signed_hidden,
    const uint8_t *inverse, uint8_t *out)
{
	blind_unhide(key, signed_hidden, inverse, out);
	return blind_verify(key, message, n, out, key->size) ? ERR_OK : ERR_INVALID;
}

/* --- the signer --- */

/* Whether number to the public exponent is what it was made of. */
static bool
is_root(const struct blind_key *key, const uint8_t *root, const uint8_t *of)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *s = number_of(root, key->size);
	uint8_t back[BLIND_SIZE_MAX];

	must(context != NULL);
	must(BN_mod_exp_mont(s, s, key->e, key->n, context, NULL) == 1);
	must(BN_bn2binpad(s, back, (int)key->size) == (int)key->size);
	BN_clear_free(s);
	BN_CTX_free(context);
	return secret_equal(back, of, key->size);
}

enum err
blind_sign(const struct blind_key *key, const void *hidden, size_t n, uint8_t *out)
{
	EVP_PKEY_CTX *context;
	size_t size = key->size;
	BIGNUM *z;
	bool below;

	if (n != key->size)
		return ERR_INVALID;
	z = BN_bin2bn(hidden, (int)n, NULL);
	must(z != NULL);
	below = BN_cmp(z, key->n) < 0;
	BN_free(z);
	if (!below)
		return ERR_INVALID;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, key->pair, NULL);
	must(context != NULL && EVP_PKEY_decrypt_init(context) == 1);
	must(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1);
	must(EVP_PKEY_decrypt(context, out, &size, hidden, n) == 1 && size == key->size);
	EVP_PKEY_CTX_free(context);
	must(is_root(key, out, hidden));
	return ERR_OK;
}

bool
blind_verify(const struct blind_key *key, const void *message, size_t n, const void *signature, size_t signature_n)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;
	bool good;

	must(context != NULL && EVP_DigestVerifyInit(context, &how, EVP_sha384(), NULL, key->pair) == 1);
	must(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1);
	must(EVP_PKEY_CTX_set_rsa_pss_saltlen(how, BLIND_SALT) == 1);
	must(EVP_PKEY_CTX_set_rsa_mgf1_md(how, EVP_sha384()) == 1);
	good = EVP_DigestVerify(context, signature, signature_n, message, n) == 1;
	EVP_MD_CTX_free(context);
	return good;
}
