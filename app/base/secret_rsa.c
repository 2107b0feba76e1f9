/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA keys as gateways want them; OpenSSL 3 does the work.
 */
#include "base/secret_rsa.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

/* The numbers of an RSA key in a JWK (RFC 7518 6.3) and what OpenSSL calls them. */
static const char *const members[][2] = {
	{ "n", OSSL_PKEY_PARAM_RSA_N }, { "e", OSSL_PKEY_PARAM_RSA_E }, { "d", OSSL_PKEY_PARAM_RSA_D },
	{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 }, { "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
	{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 }, { "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
	{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
};

static void
free_number(void *n)
{
	BN_clear_free(n);
}

static EVP_PKEY *
key_of_jwk(struct arena *a, const json_t *jwk)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	bool good = build != NULL && ctx != NULL;

	for (size_t i = 0; i < sizeof(members) / sizeof(*members) && good; i++) {
		const char *text = json_text(jwk, members[i][0]);
		struct buf raw;
		BIGNUM *n;

		buf_init(&raw, a);
		good = text[0] != '\0' && secret_unbase64url(a, text, &raw) == ERR_OK &&
		    (n = BN_bin2bn((unsigned char *)raw.data, (int)raw.len, NULL)) != NULL;
		if (!good)
			break;
		arena_defer(a, free_number, n);
		good = OSSL_PARAM_BLD_push_BN(build, members[i][1], n) == 1;
		secret_wipe(raw.data, raw.len);
	}
	if (good && (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
key_of(struct arena *a, const json_t *given)
{
	const char *text = json_string_value(given);
	EVP_PKEY *key;
	json_t *jwk;
	BIO *bio;

	if (json_is_object(given))
		return key_of_jwk(a, given);
	if (text == NULL)
		return NULL;
	if (text[strspn(text, " \t\r\n")] == '{')
		return json_parse(a, text, strlen(text), &jwk) == ERR_OK ? key_of_jwk(a, jwk) : NULL;
	if ((bio = BIO_new_mem_buf(text, -1)) == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

enum err
secret_rs256(struct arena *a, const json_t *given, const void *data, size_t n, struct buf *out)
{
	EVP_PKEY *key = key_of(a, given);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = 0;
	bool good;

	good = key != NULL && ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, NULL, &size, data, n) == 1;
	if (good) {
		buf_reserve(out, size);
		good = EVP_DigestSign(ctx, (unsigned char *)out->data + out->len, &size, data, n) == 1;
		out->len += good ? size : 0;
		out->data[out->len] = '\0';
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good ? ERR_OK : ERR_INVALID;
}
