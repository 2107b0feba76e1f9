/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who come, as one of the pages of signing up (event_apply.c).
 *
 *	GET, POST /events/{event}/apply/person/{number}	one page each
 *
 * Where a group gives one name, its page says how many of them claim a seat of a quota.
 */
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/handlers.h"

enum { NAME_MAX_LENGTH = 60 };

/* One name stands for a whole group: of each claim it says how many of them make it. */
static bool
for_group(const struct applying *a)
{
	return application_persons(a->event, a->draft.what) == 1 && json_int(a->draft.what, "people") > 1;
}

static const char *
claim_name(struct web *w, const json_t *quota)
{
	return arena_printf(w->arena, "quota_%" PRId64, json_int(quota, "id"));
}

/* Their fields, once they are set or read. */
static void
say_claims(struct web *w, const struct applying *a, const json_t *slot)
{
	json_t *list = json_array(), *field;
	const json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		field = json_copy(json_object_get(form_json(a->form), claim_name(w, quota)));
		json_object_set(field, "label", json_object_get(quota, "name"));
		json_object_set(field, "lang", json_object_get(quota, "lang"));
		json_array_append_new(list, field);
	}
	json_object_set_new(w->view, "claims", list);
}

/* The claims that can be made on this date, and whether this is one of several people. */
static enum err
person_page(struct web *w, enum status status, const struct applying *a, size_t n)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota;
	json_t *options = json_array();
	size_t i, members = application_persons(a->event, a->draft.what);

	json_array_foreach(json_object_get(slot, "quotas"), i, quota)
		json_array_append_new(options, json_pack("{s:o, s:O, s:O, s:O}", "value",
		    json_sprintf("%" PRId64, json_int(quota, "id")), "label", json_object_get(quota, "name"),
		    "lang", json_object_get(quota, "lang"), "left", json_object_get(quota, "left")));
	form_options(a->form, "quota", options);
	json_object_set_new(w->view, "quotas", json_boolean(!for_group(a) && json_array_size(options) > 0));
	if (for_group(a))
		say_claims(w, a, slot);
	else
		json_object_set_new(w->view, "claims", json_array());
	json_decref(options);
	json_object_set_new(w->view, "nth", json_integer((json_int_t)n));
	json_object_set_new(w->view, "people", json_integer((json_int_t)members));
	json_object_set_new(w->view, "of_several", json_boolean(members > 1));
	json_object_set_new(w->view, "yourself", json_boolean(n == 1));
	json_object_set_new(w->view, "for_all", json_boolean(for_group(a)));
	return web_page(w, status, "citizen/event/person");
}

static enum err
person_open(struct web *w, struct applying *a, bool lock, size_t *n, json_t **member, bool *ready)
{
	int64_t number = web_id(w, "number");
	enum err e = citizen_apply_page(w, a, lock, arena_printf(w->arena, "person/%" PRId64, number), ready);

	if (e != ERR_OK || !*ready)
		return e;
	if (number < 1 || (size_t)number > application_persons(a->event, a->draft.what)) {
		*ready = false;
		return citizen_apply_go(w, a, application_next(w->arena, a->event, a->draft.what));
	}
	*n = (size_t)number;
	*member = application_person(a->draft.what, *n - 1);
	return ERR_OK;
}

static void
claims_set(struct web *w, const struct applying *a, const json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota, *id;
	size_t i, k, n;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		n = 0;
		json_array_foreach(json_object_get(member, "quotas"), k, id)
			n += json_integer_value(id) == json_int(quota, "id");
		form_set(a->form, claim_name(w, quota), n == 0 ? "" : arena_printf(w->arena, "%zu", n));
	}
}

/* More seats of a quota than it has in all would be waited for for ever. */
static void
claims_check(const struct applying *a, const json_t *quota, const char *field, int64_t n)
{
	if (n <= json_int(quota, "capacity") || a->changing)
		return;
	form_detail(a->form, field, "max", json_int(quota, "capacity"));
	form_problem(a->form, field, "apply_claims_many");
}

static void
claims_read(struct web *w, const struct applying *a, json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota;
	json_t *claimed = json_array();
	int64_t n;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		n = form_number(a->form, claim_name(w, quota), FORM_OPTIONAL, 0, json_int(a->draft.what, "people"));
		claims_check(a, quota, claim_name(w, quota), n);
		for (; n > 0; n--)
			json_array_append(claimed, json_object_get(quota, "id"));
	}
	json_object_set_new(member, "quotas", claimed);
}

enum err
citizen_apply_person(struct web *w)
{
	struct applying a;
	json_t *member;
	struct db_ids ids;
	size_t n;
	bool ready;
	enum err e = person_open(w, &a, false, &n, &member, &ready);

	if (e != ERR_OK || !ready)
		return e;
	form_set(a.form, "name", json_text(member, "name"));
	form_set(a.form, "kana", json_text(member, "kana"));
	ids = citizen_ids(w->arena, json_object_get(member, "quotas"));
	form_set_ids(a.form, "quota", ids.data, ids.n);
	if (for_group(&a))
		claims_set(w, &a, member);
	e = citizen_apply_questions(w, a.form, a.chosen, application_document(w->arena, a.event, true), member, false);
	return e != ERR_OK ? e : person_page(w, HTTP_OK, &a, n);
}

static bool
has_id(const json_t *ids, int64_t wanted)
{
	const json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
		if (json_integer_value(id) == wanted)
			return true;
	return false;
}

static void
quotas_read(struct web *w, const struct applying *a, json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *claims, *quota, *claim;
	json_t *claimed = json_array();
	int64_t *ids;
	size_t n = form_ids(a->form, "quota", FORM_OPTIONAL, &ids), i, k;

	for (k = 0; k < n; k++)
		json_array_foreach(json_object_get(slot, "quotas"), i, quota)
			if (json_int(quota, "id") == ids[k])
				json_array_append_new(claimed, json_integer(ids[k]));
	if (json_array_size(claimed) < n)
		form_problem(a->form, "quota", "apply_quota_gone");
	json_object_set_new(member, "quotas", claimed);
	claims = application_claims(w->arena, slot, json_object_get(a->draft.what, "persons"),
	    application_persons(a->event, a->draft.what));
	json_array_foreach(claims, k, claim)
		json_array_foreach(json_object_get(slot, "quotas"), i, quota)
			if (json_int(quota, "id") == json_int(claim, "id") && has_id(claimed, json_int(quota, "id")))
				claims_check(a, quota, "quota", json_int(claim, "n"));
}

enum err
citizen_apply_person_keep(struct web *w)
{
	struct applying a;
	json_t *member;
	size_t n;
	bool ready;
	enum err e = person_open(w, &a, true, &n, &member, &ready);

	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(member, "name", json_string(form_name(a.form, "name", FORM_REQUIRED, NAME_MAX_LENGTH)));
	json_object_set_new(member, "kana", json_string(form_name(a.form, "kana", FORM_OPTIONAL, NAME_MAX_LENGTH)));
	if (for_group(&a))
		claims_read(w, &a, member);
	else
		quotas_read(w, &a, member);
	e = citizen_apply_questions(w, a.form, a.chosen, application_document(w->arena, a.event, true), member, true);
	if (e != ERR_OK)
		return e;
	return form_ok(a.form) ? citizen_apply_on(w, &a) : person_page(w, HTTP_UNPROCESSABLE, &a, n);
}
