/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
struct arena;
/*
 * Everything secret: randomness, hashes, sealed fields, passwords.  OpenSSL 3
 * does all of it but Argon2id, which is libargon2's.
 */
enum { SECRET_KEY = 32, SECRET_HASH = 32 };

void secret_random(void *, size_t n);
/* n random bytes as base64url: tokens, nonces.  16 bytes are the least. */
char *secret_token(struct arena *, size_t n);
/* A login's token in the place of another one, for the same browser (R16).  So many letters of
 * the old one stay, to which open forms are bound; 17 bytes behind them are new. */
enum { SECRET_TOKEN_KEPT = 21 };
char *secret_token_again(struct arena *, const char *was);
/* A random UUID, version 4 (RFC 9562), 36 characters. */
char *secret_uuid(struct arena *);
/* Uniform in 0 … below-1, without modulo bias. */
uint32_t secret_below(uint32_t below);

bool secret_equal(const void *, const void *, size_t n);	/* constant time */
void secret_wipe(void *, size_t n);

struct secret_bytes { const void *data; size_t n; };
void secret_sha256(const void *, size_t n, uint8_t out[SECRET_HASH]);
void secret_hmac(const uint8_t key[SECRET_KEY], const void *, size_t n,
    uint8_t out[SECRET_HASH]);
/* The same with a key of any length, as other people's protocols have them. */
void secret_hmac_of(const void *key, size_t key_n, const void *, size_t n, uint8_t out[SECRET_HASH]);
/* SHA-1, only where a standard has no other (CAP). */
enum { SECRET_SHA1 = 20 };
void secret_sha1(const void *, size_t n, uint8_t out[SECRET_SHA1]);
/* HMAC-SHA1, only to check what others sign so (Twilio). */
void secret_hmac_sha1(const void *key, size_t key_n, const void *, size_t n, uint8_t out[SECRET_SHA1]);
/* HKDF-SHA256 (RFC 5869): key is the input keying material; an empty salt is
 * the RFC's default, 32 zero bytes. */
void secret_hkdf(struct secret_bytes key, struct secret_bytes salt,
    struct secret_bytes info, void *out, size_t n);
/* The same without salt and with the label as info: one key a purpose. */
void secret_derive(const uint8_t key[SECRET_KEY], const char *label,
    uint8_t out[SECRET_KEY]);

/* AES-256-GCM (NIST SP 800-38D): nonce 12, cipher text, tag 16.  The label is
 * authenticated and not stored: a cipher text moved to another column or row
 * does not open.  ERR_INVALID: it does not open. */
void secret_seal(const uint8_t key[SECRET_KEY], const char *label,
    const void *, size_t n, struct buf *out);
enum err secret_open(const uint8_t key[SECRET_KEY], const char *label,
    const void *, size_t n, struct buf *out) MUST_USE;

/* The same for many under one key, whose cost is paid once: a third of it each. */
struct secret_opener;
struct secret_opener *secret_opener_new(const uint8_t key[SECRET_KEY]);
void secret_opener_free(struct secret_opener *);	/* NULL: nothing */
enum err secret_opener_open(struct secret_opener *, const char *label,
    const void *, size_t n, struct buf *out) MUST_USE;

/* AES-128-GCM under a key that is used once (RFC 8188): n bytes and a tag of 16 go to out. */
void secret_seal_once(const uint8_t key[16], const uint8_t nonce[12], const void *, size_t n, uint8_t *out);

/* Reads a key file of exactly 32 bytes, closed to group and others.  ERR_NOT_FOUND:
 * there is none.  ERR_INVALID: it is another thing.  The log says which. */
enum err secret_read_key(const char *path, uint8_t key[SECRET_KEY]) MUST_USE;

/* Argon2id in its encoded form ($argon2id$v=19$m=…).  verify: whether it is the
 * password; only then stale is set: it was made with other costs and should be
 * made again. */
struct secret_cost { int memory_kib; int passes; };
char *secret_password_hash(struct arena *, struct secret_cost, const char *password);
bool secret_password_verify(struct secret_cost, const char *encoded,
    const char *password, bool *stale);

/* Text forms. */
char *secret_hex(struct arena *, const void *, size_t n);
/* Adds to out.  ERR_INVALID: not the one spelling of any bytes. */
enum err secret_unbase64url(struct arena *, const char *, struct buf *out) MUST_USE;
