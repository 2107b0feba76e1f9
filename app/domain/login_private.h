/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/login.h"
/* Between login.c and login_factor.c only. */

/* A keyed hash for the table of tries. */
void login_key(const struct login *, const char *what, const char *who, const char *where,
    uint8_t out[SECRET_HASH]);
/* Counts one; ERR_TOO_MANY: more than most within the window. */
enum err login_try(const struct login *, const char *bucket, const uint8_t key[SECRET_HASH], int most,
    int window_s) MUST_USE;
/* Writes that it was too many, and says ERR_TOO_MANY. */
enum err login_refused(const struct login *, const char *act) MUST_USE;
enum err login_audit(const struct login *, const char *act, int64_t staff) MUST_USE;
/* This ID has signed in from this address. */
enum err login_known(const struct login *, const char *login) MUST_USE;
/* A new secret, sealed as a session holds it. */
struct db_bytes login_factor_new(const struct login *);
