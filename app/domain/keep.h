/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "domain/mail.h"
/*
 * Numbers of phones pass to other people: a year after it was proved each is asked by SMS
 * whether it still wants messages (sql/functions/keep.sql says when, and what becomes of
 * those that do not answer).
 */

/* Asks as many as most who are due in the tenant that is entered, and ends what was not
 * answered; *n: how many. */
enum err keep_ask(struct mailer *, const struct catalogue *, const char *origin, const char *name, const char *name_en,
    int most, int *n) MUST_USE;

/* ERR_NOT_FOUND: the link is none of ours, whether or not it still answers anything. */
enum err keep_known(const struct vault *, struct arena *, const char *token) MUST_USE;
/* The number behind a link, partly hidden.  ERR_NOT_FOUND: it is none of ours; ERR_GONE: it
 * was answered, or the number is another's by now. */
enum err keep_open(const struct mailer *, const char *token, const char **phone) MUST_USE;
enum err keep_answer(const struct mailer *, const char *token, bool keep) MUST_USE;
