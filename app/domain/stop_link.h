/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "domain/vault.h"
/*
 * The token in stop links and List-Unsubscribe: which address, from which message, and a
 * code under the tenant's key that only we can make.  Nothing is stored for
 * it; it dies with the tenant's key.
 *
 *	base64url( contact, 8 bytes · message, 8 bytes · code, 16 bytes )
 *
 * It names the address and not the person: it follows the address into another entry of
 * the same person (sql/functions/contact.sql), and whoever reads an old mailbox that was
 * given up can stop nothing any more.
 */

/* message 0: from a mail that is no message. */
char *stop_link_token(struct arena *, const struct vault *, int64_t contact, int64_t message);
/* ERR_NOT_FOUND: not one of ours. */
enum err stop_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *contact, int64_t *message) MUST_USE;
/* Mails that were sent before links named addresses name the person; they go on working. */
enum err stop_link_read_person(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *message) MUST_USE;

/* Of a person, for 「見ました」: a code of another kind, so that neither link is the other. */
char *seen_link_token(struct arena *, const struct vault *, int64_t citizen, int64_t message);
enum err seen_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *message) MUST_USE;

/* And for a personal link to a survey: /surveys/{survey}/for/{token}. */
char *survey_link_token(struct arena *, const struct vault *, int64_t citizen, int64_t survey);
enum err survey_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *citizen, int64_t *survey) MUST_USE;

/* And for a phone that is asked whether it still wants messages: /keep/{token}.  proved: when
 * it was proved last, in seconds since 1970, so that a link answers one question. */
char *keep_link_token(struct arena *, const struct vault *, int64_t contact, int64_t proved);
enum err keep_link_read(struct arena *, const struct vault *, const char *token,
    int64_t *contact, int64_t *proved) MUST_USE;
