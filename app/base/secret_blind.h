/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
/*
 * Blind signatures with RSA: RFC 9474, RSABSSA-SHA384-PSS-Deterministic.
 *
 * Who signs does not see what is signed, and cannot tell later which signature he made
 * for whom: what he is shown is the message times a random number, and every message is
 * as likely behind it as any other.  The signature that comes out of it is an ordinary one
 * (RSASSA-PSS, SHA-384, salt of 48 bytes).
 *
 *	holder			signer
 *	blind_hide	──►	blind_sign
 *	blind_bare	◄──
 *	message, signature ──►	blind_verify
 *
 * A key signs one kind of thing only: whoever has a number signed chooses it freely.
 * Messages must be hard to guess (32 random bytes are), for the deterministic variant
 * adds nothing to them.  nginx/static/js/blind.js is the holder's half in a browser.
 */
enum { BLIND_BITS = 2048, BLIND_SIZE = BLIND_BITS / 8, BLIND_SALT = 48, BLIND_SIZE_MAX = 512 };

struct blind_key;

struct blind_key *blind_key_new(void);
void blind_key_free(struct blind_key *);
/* The whole key in DER (PKCS #8): to be sealed.  ERR_INVALID: it is none. */
void blind_key_write(const struct blind_key *, struct buf *out);
enum err blind_key_read(const void *, size_t n, struct blind_key **out) MUST_USE;
/* The modulus, big endian; the exponent is 65537.  ERR_INVALID: it cannot be one. */
void blind_key_modulus(const struct blind_key *, struct buf *out);
enum err blind_key_public(const void *modulus, size_t n, struct blind_key **out) MUST_USE;
/* How long its signatures are, in bytes: BLIND_SIZE for those that are made here. */
size_t blind_size(const struct blind_key *);

/* The holder: what is to be signed, and what is needed afterwards; blind_size() bytes each. */
void blind_hide(const struct blind_key *, const void *message, size_t n, uint8_t *hidden, uint8_t *inverse);
/* The same with salt and inverse given, for the test vectors; ERR_INVALID: they will not do. */
enum err blind_hide_with(const struct blind_key *, const void *message, size_t n, const uint8_t *salt, size_t salt_n,
    const uint8_t *inverse, uint8_t *hidden) MUST_USE;
/* The signer, who wants exactly blind_size() bytes.  ERR_INVALID: it is not below the
 * modulus.  Its time does not depend on key or message. */
enum err blind_sign(const struct blind_key *, const void *hidden, size_t n, uint8_t *out) MUST_USE;
/* The holder again: the signature itself.  ERR_INVALID: the signer has cheated. */
enum err blind_bare(const struct blind_key *, const void *message, size_t n, const uint8_t *signed_hidden,
    const uint8_t *inverse, uint8_t *out) MUST_USE;
/* Without looking whether it is good, for vectors of other salts. */
void blind_unhide(const struct blind_key *, const uint8_t *signed_hidden, const uint8_t *inverse, uint8_t *out);

/* Anybody. */
bool blind_verify(const struct blind_key *, const void *message, size_t n, const void *signature, size_t signature_n);
