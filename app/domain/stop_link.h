/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "domain/vault.h"
/*
 * The token in stop links and List-Unsubscribe: who, from which message, and a
 * code under the tenant's key that only we can make.  Nothing is stored for
 * it; it dies with the tenant's key.
 *
 *	base64url( citizen, 8 bytes · message, 8 bytes · code, 16 bytes )
 */

/* message 0: from a mail that is no message. */
char *stop_link_token(struct arena *, const struct vault *, int64_t citizen, int64_t message);
/* ERR_NOT_FOUND: not one of ours. */
enum err stop_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *message) MUST_USE;

/* The same for 「見ました」: a code of another kind, so that neither link is the other. */
char *seen_link_token(struct arena *, const struct vault *, int64_t citizen, int64_t message);
enum err seen_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *message) MUST_USE;

/* And for a personal link to a survey: /surveys/{survey}/for/{token}. */
char *survey_link_token(struct arena *, const struct vault *, int64_t citizen, int64_t survey);
enum err survey_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *survey) MUST_USE;
