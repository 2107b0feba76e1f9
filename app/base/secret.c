/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything secret.  No file but secret*.c includes OpenSSL and libargon2.
 *
 * What these libraries refuse with arguments that we chose ourselves cannot
 * happen unless we are wrong (or memory is out): it ends the process.  Only what
 * comes from outside, a cipher text, a key file, an encoded hash, is an outcome.
 */
#include "base/secret.h"
#include "base/arena.h"
#include "base/log.h"

#include <argon2.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NONCE = 12, TAG = 16, SALT = 16, PASSWORD_HASH = 32, TOKEN_LEAST = 16, MAC_BLOCK = 64 };

void
secret_random(void *out, size_t n)
{
	must(n <= INT_MAX);
	must(RAND_bytes(out, (int)n) == 1);
}

char *
secret_token(struct arena *a, size_t n)
{
	uint8_t *bytes = arena_alloc(a, n);
	struct buf text;

	must(n >= TOKEN_LEAST);
	secret_random(bytes, n);
	buf_init(&text, a);
	buf_add_base64url(&text, bytes, n);
	return text.data;
}

char *
secret_token_again(struct arena *a, const char *was)
{
	return arena_printf(a, "%.*s%s", SECRET_TOKEN_KEPT, was, secret_token(a, 17));
}

char *
secret_uuid(struct arena *a)
{
	uint8_t u[16];

	secret_random(u, sizeof(u));
	u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);		/* version 4: random */
	u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);		/* the variant of RFC 9562 */
	return arena_printf(a, "%s-%s-%s-%s-%s", secret_hex(a, u, 4), secret_hex(a, u + 4, 2),
	    secret_hex(a, u + 6, 2), secret_hex(a, u + 8, 2), secret_hex(a, u + 10, 6));
}

uint32_t
secret_below(uint32_t below)
{
	uint32_t r, partial;

	must(below > 0);
	/* The first 2^32 mod below numbers would be one too many of some. */
	partial = (UINT32_MAX - below + 1) % below;
	do
		secret_random(&r, sizeof(r));
	while (r < partial);
	return r % below;
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
secret_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

/* Looking an algorithm up costs OpenSSL 3 more than a short text costs the algorithm: it is
 * done once in a process, and one context goes from hash to hash. */
static EVP_MD_CTX *
hash_begin(void)
{
	static EVP_MD_CTX *c;
	static EVP_MD *sha256;

	if (c == NULL) {
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
		c = EVP_MD_CTX_new();
		must(sha256 != NULL && c != NULL);
	}
	must(EVP_DigestInit_ex2(c, sha256, NULL) == 1);
	return c;
}

static void
hash_two(struct secret_bytes one, struct secret_bytes two, uint8_t out[SECRET_HASH])
{
	EVP_MD_CTX *c = hash_begin();

	must(EVP_DigestUpdate(c, one.data, one.n) == 1 && EVP_DigestUpdate(c, two.data, two.n) == 1 &&
	    EVP_DigestFinal_ex(c, out, NULL) == 1);
}

void
secret_sha256(const void *data, size_t n, uint8_t out[SECRET_HASH])
{
	hash_two((struct secret_bytes){ data, n }, (struct secret_bytes){ "", 0 }, out);
}

void
secret_hmac(const uint8_t key[SECRET_KEY], const void *data, size_t n, uint8_t out[SECRET_HASH])
{
	secret_hmac_of(key, SECRET_KEY, data, n, out);
}

/* RFC 2104. */
void
secret_hmac_of(const void *key, size_t key_n, const void *data, size_t n, uint8_t out[SECRET_HASH])
{
	uint8_t inner[MAC_BLOCK] = { 0 }, outer[MAC_BLOCK];

	if (key_n <= MAC_BLOCK)
		memcpy(inner, key, key_n);
	else
		secret_sha256(key, key_n, inner);
	for (size_t i = 0; i < MAC_BLOCK; i++) {
		outer[i] = (uint8_t)(inner[i] ^ 0x5c);
		inner[i] = (uint8_t)(inner[i] ^ 0x36);
	}
	hash_two((struct secret_bytes){ inner, MAC_BLOCK }, (struct secret_bytes){ data, n }, out);
	hash_two((struct secret_bytes){ outer, MAC_BLOCK }, (struct secret_bytes){ out, SECRET_HASH }, out);
	secret_wipe(inner, sizeof(inner));
	secret_wipe(outer, sizeof(outer));
}

void
secret_sha1(const void *data, size_t n, uint8_t out[SECRET_SHA1])
{
	must(EVP_Digest(data, n, out, NULL, EVP_sha1(), NULL) == 1);
}

void
secret_hmac_sha1(const void *key, size_t key_n, const void *data, size_t n, uint8_t out[SECRET_SHA1])
{
	must(key_n <= INT_MAX);
	must(HMAC(EVP_sha1(), key, (int)key_n, data, n, out, NULL) != NULL);
}

void
secret_hkdf(struct secret_bytes key, struct secret_bytes salt, struct secret_bytes info,
    void *out, size_t n)
{
	OSSL_PARAM params[5], *p = params;
	EVP_KDF_CTX *context;
	EVP_KDF *kdf;

	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA256" }, 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key.data, key.n);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.data, info.n);
	if (salt.n > 0)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
		    (void *)(uintptr_t)salt.data, salt.n);
	*p = OSSL_PARAM_construct_end();

	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	context = EVP_KDF_CTX_new(kdf);
	must(context != NULL);
	must(EVP_KDF_derive(context, out, n, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

void
secret_derive(const uint8_t key[SECRET_KEY], const char *label, uint8_t out[SECRET_KEY])
{
	secret_hkdf((struct secret_bytes){ key, SECRET_KEY }, (struct secret_bytes){ NULL, 0 },
	    (struct secret_bytes){ label, strlen(label) }, out, SECRET_KEY);
}

static const EVP_CIPHER *
aes_256_gcm(void)
{
	static EVP_CIPHER *aes;

	if (aes == NULL)
		aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	must(aes != NULL);
	return aes;
}

/* The nonce is random: with up to 2^32 sealings under one key, which no tenant
 * reaches, the chance that two are alike stays under 2^-32 (SP 800-38D, 8.3). */
void
secret_seal(const uint8_t key[SECRET_KEY], const char *label, const void *data, size_t n,
    struct buf *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t *nonce, *cipher;
	size_t label_len = strlen(label);
	int len;

	must(c != NULL);
	must(n < INT_MAX && label_len < INT_MAX);
	buf_reserve(out, NONCE + n + TAG);
	nonce = (uint8_t *)out->data + out->len;
	cipher = nonce + NONCE;

	secret_random(nonce, NONCE);
	must(EVP_EncryptInit_ex2(c, aes_256_gcm(), key, nonce, NULL) == 1);
	must(EVP_EncryptUpdate(c, NULL, &len, (const uint8_t *)label, (int)label_len) == 1);
	if (n > 0)
		must(EVP_EncryptUpdate(c, cipher, &len, data, (int)n) == 1);
	must(EVP_EncryptFinal_ex(c, cipher + n, &len) == 1);
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, cipher + n) == 1);
	EVP_CIPHER_CTX_free(c);

	out->len += NONCE + n + TAG;
	out->data[out->len] = '\0';
}

/* The context is OpenSSL's own: it holds the cipher and the key's schedule. */
struct secret_opener *
secret_opener_new(const uint8_t key[SECRET_KEY])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

	must(c != NULL);
	must(EVP_DecryptInit_ex2(c, aes_256_gcm(), key, NULL, NULL) == 1);
	return (struct secret_opener *)c;
}

void
secret_opener_free(struct secret_opener *o)
{
	EVP_CIPHER_CTX_free((EVP_CIPHER_CTX *)o);
}

enum err
secret_opener_open(struct secret_opener *o, const char *label, const void *sealed, size_t n, struct buf *out)
{
	EVP_CIPHER_CTX *c = (EVP_CIPHER_CTX *)o;
	const uint8_t *nonce = sealed, *cipher = nonce + NONCE;
	size_t label_len = strlen(label), plain_n;
	uint8_t tag[TAG], *plain;
	bool good;
	int len;

	if (n < NONCE + TAG || n >= INT_MAX)
		return ERR_INVALID;
	plain_n = n - NONCE - TAG;
	memcpy(tag, cipher + plain_n, TAG);
	buf_reserve(out, plain_n);
	plain = (uint8_t *)out->data + out->len;

	must(EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1);
	must(EVP_DecryptUpdate(c, NULL, &len, (const uint8_t *)label, (int)label_len) == 1);
	if (plain_n > 0)
		must(EVP_DecryptUpdate(c, plain, &len, cipher, (int)plain_n) == 1);
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1);
	good = EVP_DecryptFinal_ex(c, plain + plain_n, &len) == 1;

	if (!good) {
		/* Nobody may read what was not authentic. */
		secret_wipe(plain, plain_n);
		*plain = '\0';
		return ERR_INVALID;
	}
	out->len += plain_n;
	out->data[out->len] = '\0';
	return ERR_OK;
}

enum err
secret_open(const uint8_t key[SECRET_KEY], const char *label, const void *sealed, size_t n,
    struct buf *out)
{
	struct secret_opener *o = secret_opener_new(key);
	enum err e = secret_opener_open(o, label, sealed, n, out);

	secret_opener_free(o);
	return e;
}

void
secret_seal_once(const uint8_t key[16], const uint8_t nonce[12], const void *data, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len;

	must(c != NULL);
	must(n < INT_MAX);
	must(EVP_EncryptInit_ex2(c, EVP_aes_128_gcm(), key, nonce, NULL) == 1);
	if (n > 0)
		must(EVP_EncryptUpdate(c, out, &len, data, (int)n) == 1);
	must(EVP_EncryptFinal_ex(c, out + n, &len) == 1);
	must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, out + n) == 1);
	EVP_CIPHER_CTX_free(c);
}

/* Why this open file is no key file of ours, or NULL. */
static const char *
key_file_problem(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "not-a-file";
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "open-to-others";
	if (st.st_size != SECRET_KEY)
		return "not-32-bytes";
	return NULL;
}

enum err
secret_read_key(const char *path, uint8_t key[SECRET_KEY])
{
	/* Not to hang on a FIFO that somebody put there. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t bytes[SECRET_KEY];
	const char *problem;

	if (fd < 0) {
		log_error("key.refused file=%s reason=\"%s\"", path, strerror(errno));
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID;
	}
	problem = key_file_problem(fd);
	if (problem == NULL && read(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		problem = "not-readable";
	close(fd);

	if (problem != NULL) {
		log_error("key.refused file=%s reason=%s", path, problem);
		return ERR_INVALID;
	}
	memcpy(key, bytes, SECRET_KEY);
	secret_wipe(bytes, sizeof(bytes));
	return ERR_OK;
}

char *
secret_password_hash(struct arena *a, struct secret_cost cost, const char *password)
{
	uint8_t salt[SALT];
	uint32_t memory, passes;
	size_t size;
	char *encoded;

	must(cost.memory_kib >= 8 && cost.passes >= 1);
	memory = (uint32_t)cost.memory_kib;
	passes = (uint32_t)cost.passes;
	size = argon2_encodedlen(passes, memory, 1, SALT, PASSWORD_HASH, Argon2_id);
	encoded = arena_alloc(a, size);
	secret_random(salt, sizeof(salt));
	must(argon2id_hash_encoded(passes, memory, 1, password, strlen(password), salt, SALT,
	    PASSWORD_HASH, encoded, size) == ARGON2_OK);
	return encoded;
}

bool
secret_password_verify(struct secret_cost cost, const char *encoded, const char *password,
    bool *stale)
{
	int verdict = argon2id_verify(encoded, password, strlen(password));
	char current[64];
	int n;

	/* Out of memory must not look like a wrong password. */
	must(verdict != ARGON2_MEMORY_ALLOCATION_ERROR);
	if (verdict != ARGON2_OK) {
		if (verdict != ARGON2_VERIFY_MISMATCH)
			log_warn("password.unreadable argon2=%d", verdict);
		return false;
	}
	n = snprintf(current, sizeof(current), "$argon2id$v=%d$m=%d,t=%d,p=1$",
	    (int)ARGON2_VERSION_NUMBER, cost.memory_kib, cost.passes);
	*stale = strncmp(encoded, current, (size_t)n) != 0;
	return true;
}

char *
secret_hex(struct arena *a, const void *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	char *out = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	return out;
}

static int
base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* One text for one value: padding, other letters and left-over bits that are
 * not zero are refused, or a token would have several spellings. */
static bool
decode_base64url(const char *text, struct buf *out)
{
	uint32_t bits = 0;
	int held = 0, d;

	for (; *text != '\0'; text++) {
		if ((d = base64url_digit(*text)) < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		buf_addch(out, (char)(bits >> held & 0xff));
	}
	/* Six bits over: a letter too many. */
	return held < 6 && (bits & ((1u << held) - 1)) == 0;
}

enum err
secret_unbase64url(struct arena *a, const char *text, struct buf *out)
{
	size_t had = out->len;

	(void)a;			/* out has its own */
	if (decode_base64url(text, out))
		return ERR_OK;
	out->len = had;
	out->data[had] = '\0';
	return ERR_INVALID;
}
