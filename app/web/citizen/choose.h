/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
#include "web/web.h"
/*
 * What 登録, マイページ and stop links share: who writes the mails, the cookie of
 * the session, and the pages on which districts and topics are chosen.
 */

/* The vault must be entered. */
struct mailer citizen_mailer(struct web *, const char *language);
struct citizen_asker citizen_asker(const struct web *, const char *email);

/* マイページ is open to this browser from now on. */
void citizen_session_cookie(struct web *, const char *session);
/* Who came to a page of a survey that asks for マイページ gets back to it, in this browser, once it is open.  Only those
 * pages are named in the cookie, and no address. */
void citizen_door_asked(struct web *);
/* … it is open: a 303 to there, else to マイページ. */
enum err citizen_door_opened(struct web *, const char *session) MUST_USE;
/* What was typed on the way to a registration or a sign-up is forgotten with it: the browser may be
 * that of a library. */
void citizen_session_end(struct web *);
/* They have left, and this browser is nobody's. */
enum err citizen_left(struct web *) MUST_USE;

/* "used", "ended" or "none": why this link opens nothing, and what to do now. */
enum err citizen_link_dead(struct web *, const char *purpose, const char *state) MUST_USE;

/* Show a page of choices with what is chosen now.  The page of districts reads
 * from its query what a postal code led to. */
enum err citizen_districts_page(struct web *, const json_t *chosen, const char *page) MUST_USE;
enum err citizen_topics_page(struct web *, const json_t *chosen, bool vital, const char *page) MUST_USE;
/* Read it into the choice.  *answered: go on; else the answer is made already: the
 * page with what is wrong, or a 303 to it with the districts found. */
enum err citizen_districts_read(struct web *, json_t *choice, const char *page, const char *path,
    bool *answered) MUST_USE;
enum err citizen_topics_read(struct web *, json_t *choice, const char *page, bool *answered) MUST_USE;
/* 日本語 or English, in their own words. */
enum err citizen_language_page(struct web *, const char *chosen, const char *page) MUST_USE;
enum err citizen_language_read(struct web *, const char *page, const char **language) MUST_USE;
