/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing up, page by page; see application.h.  What is done with the link afterwards is in
 * application_link.c, what people are told in application_tell.c.
 */
#include "domain/application.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/questionnaire.h"

static const char LABEL[] = "application_draft.sealed";

/* A token of one event is none of another. */
static struct db_bytes
draft_hash(struct arena *a, const struct application_draft *d)
{
	return db_sha256(a, arena_printf(a, "apply %" PRId64 " %s", d->event, d->token));
}

/* --- the draft --- */

enum err
application_ask(struct db *db, struct arena *a, struct application_draft *d, const char *language, bool lock, json_t **event)
{
	struct db_bytes hash = draft_hash(a, d);
	enum err e = q_application_event_queue(db, (struct q_application_event){ .event = d->event, .lang = language }, event);

	if (e != ERR_OK)
		return e;
	if (lock)
		return q_application_draft_lock_queue(db, (struct q_application_draft_lock){ .hash = hash }, &d->rows);
	return q_application_draft_queue(db, (struct q_application_draft){ .hash = hash }, &d->rows);
}

enum err
application_draft_read(const struct vault *vault, struct arena *a, struct application_draft *d)
{
	const uint8_t *sealed;
	size_t n;

	if (rows_count(d->rows) > 0) {
		sealed = rows_bytes(d->rows, 0, "sealed", &n);
		if (vault_open_json(vault, a, LABEL, sealed, n, &d->what) == ERR_OK)
			return ERR_OK;	/* else of a key that is gone: they start anew */
	}
	d->what = json_keep(a, json_object());
	return ERR_OK;
}

enum err
application_draft_keep(struct db *db, const struct vault *vault, struct arena *a, const struct application_draft *d)
{
	return q_application_draft_keep_queue(db, (struct q_application_draft_keep){ .hash = draft_hash(a, d), .event = d->event,
	    .sealed = vault_seal_json(vault, a, LABEL, d->what) }, NULL);
}

enum err
application_draft_drop(struct db *db, struct arena *a, const struct application_draft *d)
{
	return q_application_draft_end_queue(db, (struct q_application_draft_end){ .hash = draft_hash(a, d) }, NULL);
}

/* --- what is asked --- */

const json_t *
application_slot(const json_t *event, int64_t slot)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(event, "slots"), i, one)
		if (json_int(one, "id") == slot)
			return one;
	return NULL;
}

void
application_say_quotas(const json_t *said, json_t *slot)
{
	const json_t *names = json_object_get(said, "quota_names");
	const char *tongue = json_text(said, "tongue");
	json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		const char *own = json_text(names, json_text(quota, "name"));

		json_object_set_new(quota, "lang", json_string(own[0] == '\0' || strncmp(tongue, "ja", 2) == 0 ? "ja" : tongue));
		if (own[0] != '\0')
			json_object_set_new(quota, "name", json_string(own));
	}
}

const json_t *
application_document(struct arena *a, const json_t *event, bool each)
{
	const json_t *document = json_object_get(event, "document"), *codes = json_object_get(event, "each");
	json_t *questions, *q, *some;
	size_t i;

	if (!json_is_object(document))
		return NULL;
	questions = json_array();
	json_array_foreach(json_object_get(document, "questions"), i, q)
		if (json_has(codes, json_text(q, "code")) == each)
			json_array_append(questions, q);
	some = json_keep(a, json_copy((json_t *)(uintptr_t)document));
	json_object_set_new(some, "questions", questions);
	return json_array_size(questions) > 0 ? some : NULL;
}

size_t
application_persons(const json_t *event, const json_t *what)
{
	return strcmp(json_text(event, "names"), "one") == 0 ? 1 : (size_t)json_int(what, "people");
}

json_t *
application_person(const json_t *what, size_t n)
{
	json_t *members = json_object_get(what, "persons");

	if (!json_is_array(members)) {
		members = json_array();
		json_object_set_new((json_t *)(uintptr_t)what, "persons", members);
	}
	while (json_array_size(members) <= n)
		json_array_append_new(members, json_pack("{s:[], s:{}}", "quotas", "answers"));
	return json_array_get(members, n);
}

void
application_asked(struct arena *a, const json_t *document, json_t *holder)
{
	const json_t *path, *q;
	json_t *codes = json_array();
	bool all;
	size_t i;

	path = document != NULL ? questionnaire_path(a, document, json_object_get(holder, "answers"), &all) : NULL;
	json_array_foreach(path, i, q)
		json_array_append(codes, json_object_get(q, "code"));
	json_object_set_new(holder, "asked", codes);
}

/* Answered, and shown: what need not be answered is asked all the same. */
static bool
whole(struct arena *a, const json_t *document, const json_t *holder)
{
	const json_t *answers = json_object_get(holder, "answers"), *asked = json_object_get(holder, "asked"), *path, *q;
	const char *problem;
	bool all;
	size_t i;

	if (document == NULL)
		return true;
	if (questionnaire_accept(a, document, answers, &problem) != ERR_OK)
		return false;
	path = questionnaire_path(a, document, answers, &all);
	json_array_foreach(path, i, q)
		if (!json_has(asked, json_text(q, "code")))
			return false;
	return true;
}

/* How often this quota is claimed here: once, or by so many of a group that gives one name. */
static int32_t
times(const json_t *member, int64_t quota)
{
	const json_t *id;
	int32_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(member, "quotas"), i, id)
		n += json_integer_value(id) == quota;
	return n;
}

/* Whether all that this person claims is still there to be claimed, and by no more than come. */
static bool
claimable(const json_t *slot, const json_t *member, int64_t people)
{
	const json_t *id, *quota;
	bool there = true;
	size_t i, k;

	json_array_foreach(json_object_get(member, "quotas"), i, id) {
		bool one = false;

		json_array_foreach(json_object_get(slot, "quotas"), k, quota)
			one = one || json_int(quota, "id") == json_integer_value(id);
		there = there && one && times(member, json_integer_value(id)) <= people;
	}
	return there;
}

const char *
application_next(struct arena *a, const json_t *event, const json_t *what)
{
	const json_t *each = application_document(a, event, true), *slot = application_slot(event, json_int(what, "slot"));
	size_t n = application_persons(event, what), i;

	if (slot == NULL || json_int(what, "people") < 1 ||
	    json_int(what, "people") > json_int(event, "group_max"))
		return "start";
	for (i = 0; i < n; i++) {
		const json_t *member = application_person(what, i);

		if (json_text(member, "name")[0] == '\0' || !claimable(slot, member, json_int(what, "people")) ||
		    !whole(a, each, member))
			return arena_printf(a, "person/%zu", i + 1);
	}
	if (json_text(what, "email")[0] == '\0' && json_text(what, "phone")[0] == '\0' && !json_flag(what, "unreachable"))
		return "contact";
	if (application_unproved(event, what))
		return "code";
	return whole(a, application_document(a, event, false), what) ? "check" : "q";
}

/* --- the proof of an address --- */

bool
application_unproved(const json_t *event, const json_t *what)
{
	const char *email = json_text(what, "email");

	/* Staff know whom they have before them. */
	return json_flag(event, "once") && json_int(what, "staff") == 0 &&
	    (email[0] == '\0' || strcmp(json_text(what, "verified"), email) != 0);
}

enum err
application_code_send(const struct mailer *m, const struct citizen_asker *who, json_t *what)
{
	const char *code = arena_printf(m->arena, "%06" PRIu32, secret_below(1000000)), *to = json_text(what, "email");
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	uint8_t *hash = arena_alloc(m->arena, SECRET_HASH);
	struct db_bytes letter;
	enum err e;

	vault_hash(m->vault, "email", to, hash);
	e = mail_seal(m, "application_code", to, json_keep(m->arena, json_pack("{s:s, s:i, s:{s:s, s:s}}", "code", code,
	    "minutes", APPLICATION_CODE_MIN, "tenant", "name", json_text(who->tenant, name),
	    "contact", json_text(who->tenant, "contact"))), &letter);
	if (e != ERR_OK)
		return e;
	json_object_set_new(what, "code", json_string(code));
	json_object_set_new(what, "code_to", json_string(to));
	json_object_set_new(what, "code_ends", json_integer(clock_ms() + APPLICATION_CODE_MIN * 60000));
	json_object_set_new(what, "tries", json_integer(0));
	return q_application_code(m->db, (struct q_application_code){ .contact = { hash, SECRET_HASH },
	    .remote = citizen_remote_key(m, who->remote), .kind = "application_code", .channel = "email",
	    .key = secret_uuid(m->arena), .letter = letter }, NULL);
}

enum application_code
application_code_try(json_t *what, const char *code)
{
	int64_t tries = json_int(what, "tries") + 1;

	if (json_text(what, "code")[0] == '\0' || tries > APPLICATION_TRIES || json_int(what, "code_ends") <= clock_ms() ||
	    strcmp(json_text(what, "code_to"), json_text(what, "email")) != 0)
		return APPLICATION_CODE_ENDED;
	json_object_set_new(what, "tries", json_integer(tries));
	if (!secret_equal(code, json_text(what, "code"), APPLICATION_CODE_DIGITS))
		return tries < APPLICATION_TRIES ? APPLICATION_CODE_WRONG : APPLICATION_CODE_ENDED;
	json_object_set_new(what, "verified", json_string(json_text(what, "email")));
	json_object_del(what, "code");
	return APPLICATION_CODE_RIGHT;
}

/* --- sending --- */

/* How many of the people claim this quota. */
static int32_t
claimed(const json_t *members, size_t many, int64_t quota)
{
	const json_t *member;
	int32_t n = 0;
	size_t i;

	json_array_foreach(members, i, member)
		n += i < many ? times(member, quota) : 0;
	return n;
}

json_t *
application_claims(struct arena *a, const json_t *slot, const json_t *members, size_t many)
{
	json_t *list = json_keep(a, json_array()), *quota;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		int32_t n = claimed(members, many, json_int(quota, "id"));

		if (n > 0)
			json_array_append_new(list, json_pack("{s:I, s:s, s:i}", "id", json_int(quota, "id"),
			    "name", json_text(quota, "name"), "n", (int)n));
	}
	return list;
}

/* Those who come, cut to their number; the first one is who signs up. */
static json_t *
person_of(struct arena *a, const json_t *event, const json_t *what)
{
	const json_t *first = application_person(what, 0);
	json_t *people = json_array();
	size_t n = application_persons(event, what), i;

	for (i = 0; i < n; i++)
		json_array_append(people, application_person(what, i));
	return json_keep(a, json_pack("{s:s, s:s, s:o}", "name", json_text(first, "name"), "kana", json_text(first, "kana"),
	    "people", people));
}

struct claims {
	struct db_ids quotas;
	struct db_ints claims;
};

static struct claims
claims_of(struct arena *a, const json_t *slot, const json_t *person)
{
	const json_t *people = json_object_get(person, "people"), *one;
	const json_t *list = application_claims(a, slot, people, json_array_size(people));
	int64_t *quotas = arena_alloc(a, json_array_size(list) * sizeof *quotas);
	int32_t *claims = arena_alloc(a, json_array_size(list) * sizeof *claims);
	size_t i;

	json_array_foreach(list, i, one) {
		quotas[i] = json_int(one, "id");
		claims[i] = (int32_t)json_int(one, "n");
	}
	return (struct claims){ { quotas, i }, { claims, i } };
}

const char *
application_address(const json_t *contact, const char **channel)
{
	const char *email = json_text(contact, "email");

	*channel = email[0] != '\0' ? "email" : "sms";
	return email[0] != '\0' ? email : json_text(contact, "phone");
}

static enum application_fate
fate_of(const char *outcome)
{
	static const char *const names[] = {
		[APPLICATION_KEPT] = "kept", [APPLICATION_CLOSED] = "closed", [APPLICATION_FULL] = "full",
		[APPLICATION_MANY] = "many", [APPLICATION_GONE] = "gone", [APPLICATION_AGAIN] = "again",
	};
	enum application_fate i = APPLICATION_KEPT;

	while (i < APPLICATION_AGAIN && strcmp(names[i], outcome) != 0)
		i++;
	return i;
}

/* What is sealed of the address, and the hash by which somebody is known again; mail goes first. */
static struct db_bytes
contact_of(const struct vault *vault, struct arena *a, const json_t *what, struct db_bytes *hash)
{
	const char *channel, *address = application_address(what, &channel);
	uint8_t *h = arena_alloc(a, SECRET_HASH);

	*hash = (struct db_bytes){ NULL, 0 };
	if (address[0] == '\0')
		return (struct db_bytes){ NULL, 0 };
	vault_hash(vault, channel, address, h);
	*hash = (struct db_bytes){ h, SECRET_HASH };
	return vault_seal_json(vault, a, "application.contact", json_keep(a, json_pack("{s:s, s:s}",
	    "email", json_text(what, "email"), "phone", json_text(what, "phone"))));
}

enum err
application_send(struct db *db, const struct vault *vault, struct arena *a, const struct application_draft *d, const json_t *event,
    struct application_by by, enum application_fate *fate, const char **number, const char **state)
{
	const json_t *slot = application_slot(event, json_int(d->what, "slot"));
	int32_t edition = (int32_t)json_int(event, "edition");
	const json_t *person = person_of(a, event, d->what);
	struct claims c = claims_of(a, slot, person);
	struct db_bytes hash, contact;
	struct rows *rows;
	enum err e = ERR_OK;

	contact = contact_of(vault, a, d->what, &hash);
	if (d->token != NULL)
		e = application_draft_drop(db, a, d);
	/* Last, for it holds the date until the commit. */
	if (e == ERR_OK)
		e = q_application_add(db, (struct q_application_add){ .event = d->event, .slot = json_int(d->what, "slot"),
		    .people = (int32_t)json_int(d->what, "people"), .quotas = c.quotas, .claims = c.claims,
		    .person = vault_seal_json(vault, a, "application.person", person), .contact = contact, .hash = hash,
		    .answers = json_object_get(d->what, "answers"), .edition = edition > 0 ? &edition : NULL,
		    .citizen = by.citizen != 0 ? &by.citizen : NULL, .language = by.language, .channel = by.channel,
		    .staff = by.staff != 0 ? &by.staff : NULL }, &rows);
	if (e != ERR_OK)
		return e;
	*fate = fate_of(rows_text(rows, 0, "outcome"));
	*number = rows_text(rows, 0, "number");
	*state = rows_text(rows, 0, "state");
	return ERR_OK;
}

enum err
application_change(struct db *db, const struct vault *vault, struct arena *a, const struct application *old,
    const struct application_draft *d, const json_t *event, enum application_change *out)
{
	const json_t *slot = application_slot(event, old->slot), *person = person_of(a, event, d->what);
	int32_t edition = (int32_t)json_int(event, "edition");
	struct claims c;
	struct rows *rows;
	const char *outcome;
	enum err e;

	*out = APPLICATION_OVER;
	if (slot == NULL)
		return ERR_OK;
	c = claims_of(a, slot, person);
	e = application_draft_drop(db, a, d);
	if (e == ERR_OK)
		e = q_application_change(db, (struct q_application_change){ .application = old->id,
		    .people = (int32_t)json_int(d->what, "people"), .quotas = c.quotas, .claims = c.claims,
		    .person = vault_seal_json(vault, a, "application.person", person),
		    .answers = json_object_get(d->what, "answers"), .edition = edition > 0 ? &edition : NULL }, &rows);
	if (e != ERR_OK)
		return e;
	outcome = rows_text(rows, 0, "outcome");
	if (strcmp(outcome, "changed") == 0)
		*out = APPLICATION_CHANGED;
	else if (strcmp(outcome, "full") == 0 || strcmp(outcome, "many") == 0)
		*out = APPLICATION_NO_SEATS;
	else if (strcmp(outcome, "gone") == 0)
		*out = APPLICATION_NO_QUOTA;
	return ERR_OK;
}
