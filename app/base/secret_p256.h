/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
/*
 * The curve P-256 (FIPS 186-4, X9.62): pairs of keys, what two parties agree on
 * (ECDH), signatures (ES256 of RFC 7518).  Points are uncompressed, 04 · x · y; numbers
 * are big endian.
 */
enum { P256_SCALAR = 32, P256_POINT = 65, P256_SHARED = 32, P256_SIGNATURE = 64 };

struct p256_key;

struct p256_key *p256_key_new(void);
/* ERR_INVALID: the number is 0, or not below the order of the curve. */
enum err p256_key_read(const uint8_t scalar[P256_SCALAR], struct p256_key **out) MUST_USE;
void p256_key_free(struct p256_key *);
/* Its halves; point and scalar may be NULL. */
void p256_key_write(const struct p256_key *, uint8_t scalar[P256_SCALAR], uint8_t point[P256_POINT]);

/* SHA-256 and ECDSA: r · s, 64 bytes. */
void p256_sign(const struct p256_key *, const void *, size_t n, uint8_t out[P256_SIGNATURE]);

/* Whether the holder of the number behind this point signed it. */
bool p256_verify(const uint8_t point[P256_POINT], const void *, size_t n, const uint8_t signature[P256_SIGNATURE]);

/* Whether it is a point of the curve: all that a stranger's key must be, because the
 * curve has no small subgroups. */
bool p256_is_point(const uint8_t point[P256_POINT]);

/* For many agreements: what OpenSSL would make anew each time is kept here. */
struct p256;
struct p256 *p256_open(void);
void p256_close(struct p256 *);
/* A fresh pair, whose point is own, and what it has in common with the peer.
 * ERR_INVALID: the peer is no point. */
enum err p256_agree(struct p256 *, const uint8_t peer[P256_POINT], uint8_t own[P256_POINT],
    uint8_t shared[P256_SHARED]) MUST_USE;
/* The same with a pair that is there. */
enum err p256_agree_with(struct p256 *, const struct p256_key *, const uint8_t peer[P256_POINT],
    uint8_t shared[P256_SHARED]) MUST_USE;
