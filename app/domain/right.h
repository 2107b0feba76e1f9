/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Rights to answer a survey once, and unknown: 無記名・1人1回 (docs/secrecy.md).
 *
 * A right is a random token of 32 bytes with the survey's signature, "token.signature" in
 * base64url.  Whoever the town knows draws one, once a survey: the survey's key signs a
 * number in which the token is hidden (base/secret_blind.h), and the table right_drawn says
 * that this person has drawn.  Whoever shows a right may answer; the response carries its
 * hash, once.  Between the two there is nothing that could be joined.
 */

/* The survey as the page of rights shows it: query right_survey. */
enum err right_survey(struct db *, int64_t survey, int64_t citizen, const char *lang, json_t **out) MUST_USE;

/* Makes the survey's key, when it is published; a second time does nothing. */
enum err right_found(struct db *, const struct vault *, struct arena *, int64_t survey) MUST_USE;
/* The modulus in base64url, for the browser that hides a token; "": no key yet. */
enum err right_modulus(struct db *, struct arena *, int64_t survey, const char **out) MUST_USE;

/* This person draws.  hidden: in base64url, as nginx/static/js/blind.js makes it; *out is
 * what it signs.  ERR_CONFLICT: has drawn.  ERR_NOT_FOUND: not here, not now.  ERR_INVALID:
 * not a number of this key. */
enum err right_draw(struct db *, const struct vault *, struct arena *, int64_t survey, int64_t citizen,
    const char *hidden, const char **out) MUST_USE;
/* The same for a browser without script: the token is made and hidden here, for the page with the form, which holds
 * it until the button is pressed; "" where there is no key yet.  It is in this process's memory for that long, and
 * nowhere else of ours. */
enum err right_make(struct arena *, const char *modulus, const char **out) MUST_USE;
/* *out is the whole right, and of the same page the same.  made: of right_make; "": made now.  ERR_INVALID: it is none. */
enum err right_draw_here(struct db *, const struct vault *, struct arena *, int64_t survey, int64_t citizen, const char *made,
    const char **out) MUST_USE;
/* This person has drawn with what this page holds; ERR_NOT_FOUND: with another one, or not. */
enum err right_again(struct db *, struct arena *, int64_t survey, int64_t citizen, const char *made) MUST_USE;

/* A numbered form on paper (domain/paper.h) is a right, too, in every mode: "paper.123456789012". */
const char *right_of_paper(struct arena *, const char *number);
bool right_is_paper(const char *right);

/* What response.right_hash is for this right.  ERR_FORBIDDEN: it is none of this survey.
 * ERR_CONFLICT: the form came in on paper. */
enum err right_spend(struct db *, struct arena *, int64_t survey, const char *right, struct db_bytes *hash) MUST_USE;
/* Whether this is a right of this survey by which nobody has answered yet. */
enum err right_waits(struct db *, struct arena *, int64_t survey, const char *right, bool *waits) MUST_USE;
