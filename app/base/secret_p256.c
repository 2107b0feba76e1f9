/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P-256 by OpenSSL 3; see secret_p256.h.
 *
 * An agreement costs two multiplications on the curve, about 55 µs; all the rest
 * that OpenSSL can be asked to do (fetching algorithms, making a key object for the
 * peer, checking its order once more) costs as much again, and is left out or kept.
 */
#include "base/secret_p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#include "base/log.h"

struct p256_key { EVP_PKEY *pair; };

struct p256 {
	EVP_PKEY_CTX *maker;
	EVP_PKEY *peer;			/* takes one point after another */
};

static EVP_PKEY_CTX *
maker_new(void)
{
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

	must(maker != NULL);
	must(EVP_PKEY_keygen_init(maker) == 1);
	must(EVP_PKEY_CTX_set_group_name(maker, "P-256") == 1);
	return maker;
}

static struct p256_key *
key_of(EVP_PKEY *pair)
{
	struct p256_key *key = malloc(sizeof(*key));

	if (key == NULL)
		log_panic("memory.out");
	key->pair = pair;
	return key;
}

struct p256_key *
p256_key_new(void)
{
	EVP_PKEY_CTX *maker = maker_new();
	EVP_PKEY *pair = NULL;

	must(EVP_PKEY_generate(maker, &pair) == 1);
	EVP_PKEY_CTX_free(maker);
	return key_of(pair);
}

/* The point that belongs to a number. */
static bool
point_of(const uint8_t scalar[P256_SCALAR], uint8_t point[P256_POINT])
{
	EC_GROUP *curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *number = BN_bin2bn(scalar, P256_SCALAR, NULL);
	EC_POINT *at;
	bool good;

	must(curve != NULL && number != NULL);
	BN_set_flags(number, BN_FLG_CONSTTIME);
	at = EC_POINT_new(curve);
	must(at != NULL);
	good = !BN_is_zero(number) && BN_cmp(number, EC_GROUP_get0_order(curve)) < 0;
	if (good) {
		must(EC_POINT_mul(curve, at, number, NULL, NULL, NULL) == 1);
		must(EC_POINT_point2oct(curve, at, POINT_CONVERSION_UNCOMPRESSED, point, P256_POINT, NULL)
		    == P256_POINT);
	}
	EC_POINT_free(at);
	BN_clear_free(number);
	EC_GROUP_free(curve);
	return good;
}

/* NULL: the point is none.  Without a number it is a public key. */
static EVP_PKEY *
key_from(const uint8_t point[P256_POINT], const BIGNUM *number)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	must(context != NULL && build != NULL);
	must(OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1);
	must(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT) == 1);
	if (number != NULL)
		must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
	params = OSSL_PARAM_BLD_to_param(build);
	must(params != NULL);
	must(EVP_PKEY_fromdata_init(context) == 1);
	if (EVP_PKEY_fromdata(context, &key, number != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(context);
	return key;
}

enum err
p256_key_read(const uint8_t scalar[P256_SCALAR], struct p256_key **out)
{
	uint8_t point[P256_POINT];
	BIGNUM *number;
	EVP_PKEY *pair;

	if (!point_of(scalar, point))
		return ERR_INVALID;
	number = BN_secure_new();
	must(number != NULL && BN_bin2bn(scalar, P256_SCALAR, number) != NULL);
	pair = key_from(point, number);
	BN_clear_free(number);
	must(pair != NULL);
	*out = key_of(pair);
	return ERR_OK;
}

void
p256_key_free(struct p256_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pair);
	free(key);
}

static void
write_point(EVP_PKEY *key, uint8_t point[P256_POINT])
{
	size_t n = 0;

	must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT, &n) == 1);
	must(n == P256_POINT && point[0] == POINT_CONVERSION_UNCOMPRESSED);
}

void
p256_key_write(const struct p256_key *key, uint8_t scalar[P256_SCALAR], uint8_t point[P256_POINT])
{
	BIGNUM *number = NULL;

	if (point != NULL)
		write_point(key->pair, point);
	if (scalar == NULL)
		return;
	must(EVP_PKEY_get_bn_param(key->pair, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
	must(BN_bn2binpad(number, scalar, P256_SCALAR) == P256_SCALAR);
	BN_clear_free(number);
}

/* OpenSSL signs in DER; JOSE wants the two numbers side by side. */
void
p256_sign(const struct p256_key *key, const void *data, size_t n, uint8_t out[P256_SIGNATURE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[80];
	const uint8_t *at = der;
	size_t len = sizeof(der);
	ECDSA_SIG *signature;

	must(context != NULL);
	must(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1);
	must(EVP_DigestSign(context, der, &len, data, n) == 1);
	EVP_MD_CTX_free(context);
	signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
	must(signature != NULL);
	must(BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32) == 32);
	must(BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32) == 32);
	ECDSA_SIG_free(signature);
}

/* The other way round; numbers that are no signature have no DER, or one that fails. */
static int
signature_der(const uint8_t signature[P256_SIGNATURE], uint8_t **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
	int n;

	must(sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1);
	n = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	must(n > 0);
	return n;
}

bool
p256_verify(const uint8_t point[P256_POINT], const void *data, size_t n, const uint8_t signature[P256_SIGNATURE])
{
	EVP_PKEY *key = point[0] == POINT_CONVERSION_UNCOMPRESSED ? key_from(point, NULL) : NULL;
	EVP_MD_CTX *context;
	uint8_t *der = NULL;
	int len;
	bool good;

	if (key == NULL)
		return false;
	context = EVP_MD_CTX_new();
	must(context != NULL);
	must(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1);
	len = signature_der(signature, &der);
	good = EVP_DigestVerify(context, der, (size_t)len, data, n) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

bool
p256_is_point(const uint8_t point[P256_POINT])
{
	EVP_PKEY *key = point[0] == POINT_CONVERSION_UNCOMPRESSED ? key_from(point, NULL) : NULL;

	EVP_PKEY_free(key);
	return key != NULL;
}

struct p256 *
p256_open(void)
{
	struct p256 *p = malloc(sizeof(*p));

	if (p == NULL)
		log_panic("memory.out");
	p->maker = maker_new();
	p->peer = NULL;
	must(EVP_PKEY_generate(p->maker, &p->peer) == 1);
	return p;
}

void
p256_close(struct p256 *p)
{
	if (p == NULL)
		return;
	EVP_PKEY_free(p->peer);
	EVP_PKEY_CTX_free(p->maker);
	free(p);
}

static enum err
agree(struct p256 *p, EVP_PKEY *own, const uint8_t peer[P256_POINT], uint8_t shared[P256_SHARED])
{
	EVP_PKEY_CTX *context;
	size_t n = P256_SHARED;

	/* Looks whether it lies on the curve. */
	if (peer[0] != POINT_CONVERSION_UNCOMPRESSED ||
	    EVP_PKEY_set1_encoded_public_key(p->peer, peer, P256_POINT) != 1)
		return ERR_INVALID;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	must(context != NULL);
	must(EVP_PKEY_derive_init(context) == 1);
	/* 0: not once more, with a multiplication by the order of the curve. */
	must(EVP_PKEY_derive_set_peer_ex(context, p->peer, 0) == 1);
	must(EVP_PKEY_derive(context, shared, &n) == 1 && n == P256_SHARED);
	EVP_PKEY_CTX_free(context);
	return ERR_OK;
}

enum err
p256_agree(struct p256 *p, const uint8_t peer[P256_POINT], uint8_t own[P256_POINT], uint8_t shared[P256_SHARED])
{
	EVP_PKEY *pair = NULL;
	enum err e;

	must(EVP_PKEY_generate(p->maker, &pair) == 1);
	write_point(pair, own);
	e = agree(p, pair, peer, shared);
	EVP_PKEY_free(pair);
	return e;
}

enum err
p256_agree_with(struct p256 *p, const struct p256_key *own, const uint8_t peer[P256_POINT],
    uint8_t shared[P256_SHARED])
{
	return agree(p, own->pair, peer, shared);
}
