/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is here, and may they: the first round trip of every request.
 *
 * BEGIN, enter() and the claim of a form's token go out together.  enter() finds the tenant by the host and
 * the person by the hash of the cookie's token, and sets both for the
 * transaction, behind which row level security does the rest.  What the route
 * asks for is checked here, once, and in no handler.
 *
 * Most people are nobody here: they carry no cookie of a session, or open a page that is
 * the same for all.  What enter() would say to them a worker remembers (domain/tenant.h).
 */
#include <string.h>

#include "base/log.h"
#include "db/queries.h"
#include "domain/citizen.h"
#include "web/citizen/survey.h"
#include "web/web.h"

/* The token in a cookie is looked up by its SHA-256; nothing else is stored. */
static struct db_bytes
token_hash(struct web *w, const char *cookie)
{
	const char *token = fields_get(w->request->cookies, cookie);

	return token[0] == '\0' || strlen(token) > 100 ? (struct db_bytes){ NULL, 0 } : db_sha256(w->arena, token);
}

static uint32_t
rights_of(const json_t *staff)
{
	uint32_t rights = 0;
	const json_t *role;
	size_t i;

	json_array_foreach(json_object_get(staff, "roles"), i, role) {
		const char *name = json_string_value(role);

		if (strcmp(name, "writer") == 0)
			rights |= RIGHT_WRITE;
		else if (strcmp(name, "approver") == 0)
			rights |= RIGHT_APPROVE;
		else if (strcmp(name, "admin") == 0)
			rights |= RIGHT_ADMIN;
	}
	return rights;
}

static enum err
check(const struct web *w)
{
	const json_t *tenant = json_object_get(w->entered, "tenant");
	bool operator = strcmp(json_text(tenant, "kind"), "operator") == 0;
	uint32_t asks = w->route->flags;

	/* Each portal has its host; the other one's pages do not exist there. */
	if (!(asks & ANY_HOST) && operator != ((asks & (OPERATOR | OPERATOR_DOOR)) != 0))
		return ERR_NOT_FOUND;
	if (asks & CITIZEN && w->citizen == 0)
		return ERR_SIGNED_OUT;
	if (asks & STAFF_STEP && w->stage[0] == '\0')
		return ERR_SIGNED_OUT;
	if (asks & (STAFF_ANY | OPERATOR)) {
		if (strcmp(w->stage, "full") != 0)
			return ERR_SIGNED_OUT;
		if (asks & RIGHTS && !(w->rights & asks & RIGHTS))
			return ERR_FORBIDDEN;
	}
	return ERR_OK;
}

/* Who the route is for; a route for nobody in particular cannot ask for a fresh proof. */
static bool
proved(const struct web *w, const json_t *staff, const json_t *citizen)
{
	uint32_t asks = w->route->flags;

	must(!(asks & FRESH) || asks & (CITIZEN | STAFF_ANY | OPERATOR));
	return json_flag(asks & CITIZEN ? citizen : staff, "proved");
}

/* What is remembered is no longer so, says its version. */
static bool
outdated(const struct web *w)
{
	return rows_count(w->version) != 1 || rows_int(w->version, 0, "version") != w->met->version;
}

static enum err
forget(struct web *w)
{
	tenants_forget(w->site->tenants, w->request->host);
	w->met = NULL;
	return ERR_BUSY;
}

static json_t *
entered_again(struct web *w)
{
	return json_keep(w->arena, json_incref(w->met->entered));
}

bool
guard_known(struct web *w)
{
	if (fields_has(w->request->cookies, "__Host-staff") || fields_has(w->request->cookies, "__Host-citizen"))
		return false;
	w->met = tenants_find(w->site->tenants, w->request->host);
	if (w->met == NULL)
		return false;
	w->entered = entered_again(w);
	w->met = NULL;
	return true;
}

/* A handler that misses a name in what is remembered says ERR_BUSY. */
enum err
guard_failed(struct web *w, enum err outcome)
{
	if (w->met == NULL || w->version == NULL)
		return outcome;
	if (outcome == ERR_BUSY || outdated(w))
		return forget(w);
	w->entered = entered_again(w);
	return outcome;
}

/* To one who is nobody: what enter() said, or would have said. */
static enum err
remember(struct web *w)
{
	bool met = w->met != NULL;

	if (met && outdated(w))
		return forget(w);
	if (met)
		w->entered = entered_again(w);
	if (w->entered == NULL || json_is_null(w->entered))
		return ERR_NOT_FOUND;
	if (!met || w->met->names.departments != w->names.departments)
		tenants_keep(w->site->tenants, w->request->host, w->entered, w->names);
	w->met = NULL;
	return ERR_OK;
}

enum err
guard_arrive(struct web *w)
{
	const json_t *staff, *citizen;
	enum err e;

	if (w->tenant != 0)
		return ERR_OK;
	e = db_flush(w->db);
	if (e == ERR_OK && w->nobody)
		e = remember(w);
	if (e != ERR_OK)
		return e;
	if (w->entered == NULL || json_is_null(w->entered))
		return ERR_NOT_FOUND;

	w->tenant = json_int(json_object_get(w->entered, "tenant"), "id");
	staff = json_object_get(w->entered, "staff");
	if (json_is_object(staff)) {
		w->staff = json_int(staff, "id");
		w->stage = json_text(staff, "stage");
		w->rights = rights_of(staff);
	}
	citizen = json_object_get(w->entered, "citizen");
	if (json_is_object(citizen))
		w->citizen = json_int(citizen, "id");
	w->fresh = proved(w, staff, citizen);
	return check(w);
}

/* Nobody, in a tenant that this worker has met. */
static enum err
enter_again(struct web *w)
{
	enum err e;

	w->names = w->met->names;
	if (w->route->flags & CACHED)
		e = q_enter_again_queue(w->db, (struct q_enter_again){ .tenant = w->met->id }, NULL);
	else
		e = q_enter_nobody_queue(w->db, (struct q_enter_nobody){ .tenant = w->met->id,
		    .remote = w->request->remote, .request = w->request->id }, NULL);
	if (e == ERR_OK)
		e = q_enter_version_queue(w->db, (struct q_enter_version){ .host = w->request->host }, &w->version);
	return e;
}

static enum err
enter(struct web *w)
{
	struct db_bytes staff = { NULL, 0 }, citizen = { NULL, 0 };

	if (!(w->route->flags & (CACHED | SIGNED | UNKNOWN))) {
		staff = token_hash(w, "__Host-staff");
		citizen = token_hash(w, "__Host-citizen");
	}
	w->nobody = staff.data == NULL && citizen.data == NULL;
	w->met = w->nobody ? tenants_find(w->site->tenants, w->request->host) : NULL;
	if (w->met != NULL)
		return enter_again(w);
	return q_enter_queue(w->db, (struct q_enter){ .host = w->request->host, .staff = staff, .citizen = citizen,
	    .remote = w->request->remote, .request = w->request->id }, &w->entered);
}

enum err
guard_again(struct web *w)
{
	w->tenant = w->staff = w->citizen = 0;
	w->rights = 0;
	w->stage = "";
	w->fresh = false;
	w->entered = NULL;
	return guard_enter(w);
}

enum err
guard_enter(struct web *w)
{
	bool looks = (w->request->method == METHOD_GET || w->request->method == METHOD_HEAD) && !(w->route->flags & WRITES);
	bool cached = w->route->flags & CACHED;
	enum err e;

	/* Who looks at a page of people is marked as seen. */
	e = db_begin(w->db, cached ? DB_ONCE : !looks ? DB_WRITE : w->route->flags & ANYONE ? DB_READ : DB_VISIT);
	if (e == ERR_OK)
		e = enter(w);
	if (e == ERR_OK && w->claims)
		e = token_claim(w);
	if (e == ERR_OK && w->route->flags & DRAFT)
		e = citizen_draft_ask(w->db, w->arena, fields_get(w->request->cookies, DRAFT_COOKIE), &w->draft);
	/* A form that is not ours is refused before anything is looked for. */
	if (e == ERR_OK && w->route->flags & ANSWER && (w->claims || w->request->method != METHOD_POST || w->request->knocks))
		e = citizen_answering_ask(w);
	return e != ERR_OK || cached ? e : guard_arrive(w);
}
