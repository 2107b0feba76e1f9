/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/buf.h"
#include "base/json.h"
/*
 * Signatures with RSA: RS256 of RFC 7518 (PKCS #1 v1.5, SHA-256).
 */

/* Adds the signature's bytes to out.  key: a private one as a person has it: PEM (a
 * string), a JWK (RFC 7517; an object, or its text).  ERR_INVALID: it is none. */
enum err secret_rs256(struct arena *, const json_t *key, const void *, size_t n, struct buf *out) MUST_USE;
