/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "base/form.h"
#include "domain/mail.h"
/*
 * Citizens: they subscribe without a password, change what they get, pause,
 * and leave.
 *
 * What somebody chose is handed about as JSON, whole or growing page by page:
 *
 *	{"email": "…", "districts": [1, 3], "topics": [2], "vital": false,
 *	 "language": "ja"}
 *
 * way, if it is there, is the channel by which somebody is registered without mail
 * ("line"); then there may be no email.  vital is 「命を守る情報だけ」; then topics is empty.  On the way through 登録 it lies
 * sealed in table subscribe_draft; from there it goes into the mailed link,
 * and only who follows that becomes a citizen.  So an address that is known and one
 * that is not cost the same, and look the same (R14).
 */
enum {
	CITIZEN_CONFIRM_H = 24,		/* how long the link of a confirmation opens */
	CITIZEN_LINK_MIN = 15,		/* and that to マイページ */
	CITIZEN_SESSION_S = 3600
};

/* --- on the way: citizen_draft.c --- */

/* Asks for it by the token of the browser's cookie.  Queued: it comes along with
 * whatever is asked next. */
enum err citizen_draft_ask(struct db *, struct arena *, const char *token, struct rows **out) MUST_USE;
/* What came.  consent: the version of the text to agree to.  ERR_NOT_FOUND: none, or
 * older than a day. */
enum err citizen_draft(const struct vault *, struct arena *, const struct rows *, json_t **out,
    const char **consent) MUST_USE;
/* Queued: goes out with what follows it. */
enum err citizen_draft_keep(struct db *, const struct vault *, struct arena *, const char *token,
    const json_t *choice) MUST_USE;
/* Queued, too. */
enum err citizen_draft_drop(struct db *, struct arena *, const char *token) MUST_USE;
/* The first page that is not answered: "email", "district", "topics",
 * "language", or "check". */
const char *citizen_draft_next(const json_t *choice);
/* mi***@example.jp */
const char *citizen_masked(struct arena *, const char *email);

/* --- pages of choices: citizen_read.c --- */

/* {"districts": [{value, label, hint, found}], "topics": […], "vital": {label, hint}}; the
 * districts of the postal code come first, found.  citizen: what they have stays to be chosen; 0: nobody yet. */
enum err citizen_options(struct db *, int64_t citizen, const char *postcode, json_t **out) MUST_USE;
/* Puts the choice into the form as it is now. */
void citizen_show_districts(struct form *, json_t *options, struct db_ids chosen);
void citizen_show_topics(struct form *, json_t *options, struct db_ids chosen);
/* Read a page into the choice.  False: the form says what is wrong.  A postal
 * code that leads to one district is an answer, too. */
bool citizen_read_districts(struct form *, const json_t *options, struct arena *, json_t *choice);
bool citizen_read_topics(struct form *, const json_t *options, json_t *choice);
/* What was ticked, and the districts of the code; false: there is none such. */
bool citizen_find_districts(struct form *, const json_t *options, json_t *choice);
struct db_ids citizen_ids(struct arena *, const json_t *list);
/* {"districts": ["中央"], "topics": ["ごみ"], "vital": "命を守る情報"} */
enum err citizen_names(struct db *, struct arena *, const json_t *choice, json_t **out) MUST_USE;

/* --- the person: citizen.c --- */

/* Who asks, from where: for the mails and the throttle. */
struct citizen_asker {
	const char *email;
	const char *remote;		/* address of the browser */
	const char *origin;		/* https://minato.localhost:8443 */
	const json_t *tenant;		/* {name, name_en, contact} */
};

/* Where somebody asks from, as throttles count it. */
struct db_bytes citizen_remote_key(const struct mailer *, const char *remote);

/* What every mail to a citizen names; link_url is path and token behind the origin. */
json_t *citizen_mail_view(const struct mailer *, const struct citizen_asker *, const char *path, const char *token);
/* The mail address and the language that this person reads.  ERR_NOT_FOUND: there is no address (any more). */
enum err citizen_address(struct db *, const struct vault *, struct arena *, int64_t citizen, const char **email,
    const char **language) MUST_USE;
/* The same mailer in the person's own language, whatever page they were on. */
struct mailer citizen_mailer_in(const struct mailer *, const struct catalogue *, const char *language);

/* Queues what a request for registration writes: a link and a letter.  The
 * answer never tells whether the address is known or asked too often.  choice
 * NULL: a link to マイページ is asked for. */
enum err citizen_ask(const struct mailer *, const struct citizen_asker *, const json_t *choice) MUST_USE;
/* state: "open", "used", "ended" or "none". */
enum err citizen_link_state(struct db *, struct arena *, const char *purpose, const char *token,
    const char **state) MUST_USE;
/* Follows the link of a confirmation: the person is registered, and マイページ is
 * open to whoever holds *session.  ERR_GONE: the link is used or has ended. */
enum err citizen_confirm(const struct mailer *, const struct catalogue *, const struct citizen_asker *,
    const char *token, int64_t *citizen, const char **session) MUST_USE;
enum err citizen_open(struct db *, struct arena *, const char *token, int64_t *citizen,
    const char **session) MUST_USE;
/* It is still this person: *session is the token in the place of was.  ERR_SIGNED_OUT: マイページ
 * was closed meanwhile. */
enum err citizen_again(struct db *, struct arena *, int64_t citizen, const char *was, const char **session) MUST_USE;
enum err citizen_sign_out(struct db *, struct arena *, const char *session) MUST_USE;

/* What マイページ shows; see query citizen_my.  With "email". */
enum err citizen_my(struct db *, const struct vault *, struct arena *, int64_t citizen, const char *lang,
    json_t **out) MUST_USE;
enum err citizen_set_districts(struct db *, struct arena *, int64_t citizen, const json_t *choice) MUST_USE;
enum err citizen_set_topics(struct db *, struct arena *, int64_t citizen, const json_t *choice) MUST_USE;
enum err citizen_set_language(struct db *, int64_t citizen, const char *language) MUST_USE;
enum err citizen_pause(struct db *, int64_t citizen, bool pause) MUST_USE;
/* Whose address it is.  ERR_NOT_FOUND: nobody's any more, so that nothing goes there. */
enum err citizen_of_contact(struct db *, int64_t contact, int64_t *citizen) MUST_USE;
/* What a stop link can stop; see query citizen_stop_choices. */
enum err citizen_stop_choices(struct db *, int64_t citizen, int64_t message, json_t **out) MUST_USE;
/* what: "topics", "email" or "all" (退会).  The last two are confirmed by a mail. */
enum err citizen_stop(const struct mailer *, const struct catalogue *, const struct citizen_asker *,
    int64_t citizen, int64_t message, const char *what) MUST_USE;
/* RFC 8058: no more mail, and no mail that says so. */
enum err citizen_stop_at_once(struct db *, int64_t citizen) MUST_USE;
