/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "db/db.h"
#include "domain/login.h"
#include "domain/mail.h"
/*
 * Those who work in the portals: who they are, what they may, how they get in.
 *
 *	invited ──link──► active ──► disabled
 *	   ▲                 │           │
 *	   └──── another invitation ─────┘
 *
 * An invitation begins everything anew: password, second factor and recovery
 * codes are gone, sessions end, older links are void.  The tenant's last
 * active administrator is neither disabled nor loses the right: the database
 * keeps that (sql/functions/staff.sql).
 */

/* 起案者, 承認者, 管理者: the names in table staff_role, NULL at the end.  Forms
 * know them by their place, from 1. */
extern const char *const staff_roles[];
enum { STAFF_ROLES = 3, STAFF_LINK_HOURS = 24, STAFF_NAME_MAX = 100, STAFF_LOGIN_MIN = 2, STAFF_LOGIN_MAX = 40 };

struct staff_data {
	const char *login, *name, *email;
	const int64_t *roles;		/* places in staff_roles, from 1 */
	size_t roles_n;
	struct db_ids departments;
};

/* Letters, digits, dot, hyphen and underscore, as table staff has them. */
bool staff_login_good(const char *login);
/* Everybody, with "state_text" and "roles_text" in words. */
enum err staff_list(struct db *, const struct words *, json_t **out) MUST_USE;
/* One of them, with "email".  ERR_NOT_FOUND: none of this tenant. */
enum err staff_show(struct db *, const struct vault *, struct arena *, const struct words *, int64_t staff,
    json_t **out) MUST_USE;
/* Who has this ID; 0: nobody. */
enum err staff_named(struct db *, const char *login, int64_t *staff) MUST_USE;
/* ERR_CONFLICT: the ID is taken. */
enum err staff_add(struct db *, const struct vault *, struct arena *, const struct staff_data *,
    int64_t *staff) MUST_USE;
/* The ID stays.  ERR_CONFLICT: somebody else changed this person since version. */
enum err staff_change(struct db *, const struct vault *, struct arena *, int64_t staff, const char *version,
    const struct staff_data *) MUST_USE;
/* Sets the person back to "invited" and makes the link's token. */
enum err staff_invite(struct db *, struct arena *, int64_t staff, const char **token) MUST_USE;
/* The mail with the link: link_url is whole. */
enum err staff_invite_mail(const struct mailer *, const json_t *tenant, const json_t *staff,
    const char *link_url) MUST_USE;
enum err staff_disable(struct db *, int64_t staff) MUST_USE;

/* Whose invitation a token is: id, login and name.  ERR_GONE: used, too old, or of nobody. */
enum err staff_invited(struct db *, const char *token, struct rows **out) MUST_USE;
/* Uses it: the person is active, with this password.  Of two who come with one
 * link together, the second gets ERR_GONE. */
enum err staff_accept(const struct login *, const char *token, int64_t staff, const char *password) MUST_USE;
/* Another password; all other sessions end (R17). */
enum err staff_password(const struct login *, const char *password) MUST_USE;
