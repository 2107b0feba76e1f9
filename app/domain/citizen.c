/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Citizens: from the request to be registered to the day they leave.  What may
 * happen is decided in sql/functions/citizen.sql; here are links, letters and
 * seals.  See citizen.h.
 */
#include "domain/citizen.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/stop_link.h"

enum { DAY_S = 24 * 3600 };

static const char ADDRESS[] = "contact.address", CHOICE[] = "link.choice";

static struct db_bytes
seal(const struct mailer *m, const char *label, const char *text, size_t n)
{
	struct buf sealed;

	buf_init(&sealed, m->arena);
	vault_seal(m->vault, label, text, n, &sealed);
	return (struct db_bytes){ sealed.data, sealed.len };
}

/* Whoever has one IPv6 address has 2^64 of them: their network counts. */
struct db_bytes
citizen_remote_key(const struct mailer *m, const char *remote)
{
	struct in6_addr address;
	const char *who = remote;

	if (inet_pton(AF_INET6, remote, &address) == 1)
		who = secret_hex(m->arena, &address, 8);
	return vault_mac_bytes(m->vault, m->arena, arena_printf(m->arena, "remote:%s", who));
}

json_t *
citizen_mail_view(const struct mailer *m, const struct citizen_asker *who, const char *path, const char *token)
{
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	const char *contact = json_text(who->tenant, "contact");

	return json_keep(m->arena, json_pack("{s:{s:s, s:s?}, s:s, s:s++, s:i, s:i}",
	    "tenant", "name", json_text(who->tenant, name), "contact", contact[0] != '\0' ? contact : NULL, "site_url", who->origin,
	    "link_url", who->origin, path, token,
	    "hours", CITIZEN_CONFIRM_H, "minutes", CITIZEN_LINK_MIN));
}

enum err
citizen_ask(const struct mailer *m, const struct citizen_asker *who, const json_t *choice)
{
	const char *token = secret_token(m->arena, 32);
	struct db_bytes known, unknown;
	uint8_t *contact = arena_alloc(m->arena, SECRET_HASH);
	struct buf text;
	enum err e;

	buf_init(&text, m->arena);
	if (choice != NULL)
		json_canonical(choice, &text);
	vault_hash(m->vault, "email", who->email, contact);

	/* Both letters are written; the database keeps the one that is true. */
	e = mail_seal(m, choice != NULL ? "already_registered" : "sign_in_link", who->email,
	    citizen_mail_view(m, who, "/my/open/", token), &known);
	if (e == ERR_OK)
		e = mail_seal(m, choice != NULL ? "confirm_address" : "not_registered", who->email,
		    citizen_mail_view(m, who, "/subscribe/confirm/", token), &unknown);
	if (e != ERR_OK)
		return e;
	return q_citizen_ask_queue(m->db, (struct q_citizen_ask){
	    .purpose = choice != NULL ? "confirm" : "my", .contact = { contact, SECRET_HASH },
	    .remote = citizen_remote_key(m, who->remote), .link = db_sha256(m->arena, token),
	    .choice = seal(m, CHOICE, text.data, text.len), .key = secret_uuid(m->arena),
	    .known_kind = choice != NULL ? "already_registered" : "sign_in_link", .known = known,
	    .unknown_kind = choice != NULL ? "confirm_address" : "not_registered", .unknown = unknown }, NULL);
}

enum err
citizen_link_state(struct db *db, struct arena *a, const char *purpose, const char *token, const char **state)
{
	struct rows *rows;
	enum err e;

	e = q_citizen_link(db, (struct q_citizen_link){ .link = db_sha256(a, token), .purpose = purpose }, &rows);
	if (e == ERR_OK)
		*state = rows_text(rows, 0, "state");
	else if (e == ERR_NOT_FOUND)
		*state = "none";
	else
		return e;
	return ERR_OK;
}

struct mailer
citizen_mailer_in(const struct mailer *m, const struct catalogue *catalogue, const char *language)
{
	struct mailer mine = *m;

	mine.words = catalogue_words(catalogue, language);
	return mine;
}

static enum err
tell_registered(const struct mailer *m, const struct citizen_asker *who, int64_t citizen, const json_t *choice)
{
	json_t *document, *names;
	struct rows *rows;
	enum err e;

	e = q_citizen_contact(m->db, (struct q_citizen_contact){ .citizen = citizen }, &rows);
	if (e == ERR_OK)
		e = citizen_names(m->db, m->arena, choice, &names);
	if (e != ERR_OK)
		return e;
	document = citizen_mail_view(m, who, "/unsubscribe/", stop_link_token(m->arena, m->vault, rows_int(rows, 0, "id"), 0));
	json_object_set(document, "names", names);
	json_object_set_new(document, "vital", json_boolean(json_flag(choice, "vital")));
	return mail_queue(m, "registered", who->email, document, DAY_S);
}

/* The choice that the link carries; ERR_GONE: it is used, has ended, or is none. */
static enum err
link_choice(const struct mailer *m, struct db_bytes link, json_t **choice)
{
	struct rows *rows;
	const uint8_t *sealed;
	struct buf text;
	size_t n;
	enum err e;

	e = q_citizen_link(m->db, (struct q_citizen_link){ .link = link, .purpose = "confirm" }, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_GONE : e;
	if (strcmp(rows_text(rows, 0, "state"), "open") != 0)
		return ERR_GONE;
	sealed = rows_bytes(rows, 0, "choice", &n);
	buf_init(&text, m->arena);
	if (vault_open(m->vault, CHOICE, sealed, n, &text) != ERR_OK)
		return ERR_GONE;
	return json_parse(m->arena, text.data, text.len, choice);
}

enum err
citizen_confirm(const struct mailer *m, const struct catalogue *catalogue, const struct citizen_asker *asker,
    const char *token, int64_t *citizen, const char **session)
{
	struct db_bytes link = db_sha256(m->arena, token);
	const char *fresh = secret_token(m->arena, 32);
	struct citizen_asker who = *asker;
	struct mailer mine;
	struct rows *rows;
	json_t *choice;
	enum err e;

	e = link_choice(m, link, &choice);
	if (e != ERR_OK)
		return e;
	who.email = json_text(choice, "email");
	e = q_citizen_confirm(m->db, (struct q_citizen_confirm){
	    .link = link, .address = seal(m, ADDRESS, who.email, strlen(who.email)),
	    .districts = citizen_ids(m->arena, json_object_get(choice, "districts")),
	    .topics = citizen_ids(m->arena, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital"), .language = json_text(choice, "language"),
	    .version = json_text(choice, "consent"), .read_in = json_text(choice, "read_in"),
	    .session = db_sha256(m->arena, fresh) }, &rows);
	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "id");
	*session = fresh;
	mine = citizen_mailer_in(m, catalogue, json_text(choice, "language"));
	return tell_registered(&mine, &who, *citizen, choice);
}

enum err
citizen_open(struct db *db, struct arena *a, const char *token, int64_t *citizen, const char **session)
{
	const char *fresh = secret_token(a, 32);
	struct rows *rows;
	enum err e;

	e = q_citizen_open(db, (struct q_citizen_open){
	    .link = db_sha256(a, token), .session = db_sha256(a, fresh) }, &rows);
	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "id");
	*session = fresh;
	return ERR_OK;
}

enum err
citizen_again(struct db *db, struct arena *a, int64_t citizen, const char *was, const char **session)
{
	const char *made = secret_token_again(a, was);
	struct rows *rows;
	enum err e = q_citizen_again(db, (struct q_citizen_again){ .citizen = citizen, .was = db_sha256(a, was),
	    .session = db_sha256(a, made) }, &rows);

	if (e != ERR_OK)
		return e;
	if (!rows_bool(rows, 0, "done"))
		return ERR_SIGNED_OUT;
	*session = made;
	return ERR_OK;
}

enum err
citizen_sign_out(struct db *db, struct arena *a, const char *session)
{
	return q_citizen_sign_out(db, (struct q_citizen_sign_out){ .session = db_sha256(a, session) }, NULL);
}

enum err
citizen_address(struct db *db, const struct vault *vault, struct arena *a, int64_t citizen, const char **email,
    const char **language)
{
	struct rows *rows;
	const uint8_t *sealed;
	struct buf address;
	size_t n;
	enum err e;

	e = q_citizen_contact(db, (struct q_citizen_contact){ .citizen = citizen }, &rows);
	if (e != ERR_OK)
		return e;
	sealed = rows_bytes(rows, 0, "address", &n);
	buf_init(&address, a);
	if (vault_open(vault, ADDRESS, sealed, n, &address) != ERR_OK)
		return ERR_NOT_FOUND;
	*email = address.data;
	*language = rows_text(rows, 0, "language");
	return ERR_OK;
}

enum err
citizen_my(struct db *db, const struct vault *vault, struct arena *a, int64_t citizen, const char *lang,
    json_t **out)
{
	const char *email, *language;
	enum err e;

	e = q_citizen_my(db, (struct q_citizen_my){ .citizen = citizen, .lang = lang }, out);
	if (e != ERR_OK)
		return e;
	e = citizen_address(db, vault, a, citizen, &email, &language);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(*out, "email", e == ERR_OK ? json_string(email) : json_null());
	return ERR_OK;
}

/* The database refuses ids of another tenant (citizen_guard). */
enum err
citizen_set_districts(struct db *db, struct arena *a, int64_t citizen, const json_t *choice)
{
	return q_citizen_set_districts(db, (struct q_citizen_set_districts){
	    .citizen = citizen, .districts = citizen_ids(a, json_object_get(choice, "districts")) }, NULL);
}

enum err
citizen_set_topics(struct db *db, struct arena *a, int64_t citizen, const json_t *choice)
{
	return q_citizen_set_topics(db, (struct q_citizen_set_topics){
	    .citizen = citizen, .topics = citizen_ids(a, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital") }, NULL);
}

enum err
citizen_set_language(struct db *db, int64_t citizen, const char *language)
{
	return q_citizen_set_language(db, (struct q_citizen_set_language){
	    .citizen = citizen, .language = language }, NULL);
}

enum err
citizen_pause(struct db *db, int64_t citizen, bool pause)
{
	return q_citizen_pause(db, (struct q_citizen_pause){ .citizen = citizen, .pause = pause }, NULL);
}

enum err
citizen_of_contact(struct db *db, int64_t contact, int64_t *citizen)
{
	struct rows *rows;
	enum err e = q_citizen_of_contact(db, (struct q_citizen_of_contact){ .contact = contact }, &rows);

	if (e == ERR_OK)
		*citizen = rows_int(rows, 0, "citizen_id");
	return e;
}

enum err
citizen_stop_choices(struct db *db, int64_t citizen, int64_t message, json_t **out)
{
	return q_citizen_stop_choices(db, (struct q_citizen_stop_choices){
	    .citizen = citizen, .message = message }, out);
}

enum err
citizen_stop(const struct mailer *m, const struct catalogue *catalogue, const struct citizen_asker *asker,
    int64_t citizen, int64_t message, const char *what)
{
	const struct q_citizen_stop stop = { .citizen = citizen, .message = message, .what = what };
	const char *language = "";
	struct citizen_asker who = *asker;
	struct mailer mine;
	json_t *document;
	enum err e;

	/* Read before it is erased. */
	e = citizen_address(m->db, m->vault, m->arena, citizen, &who.email, &language);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND || strcmp(what, "topics") == 0)
		return q_citizen_stop(m->db, stop, NULL);
	e = q_citizen_stop(m->db, stop, NULL);
	if (e != ERR_OK)
		return e;
	mine = citizen_mailer_in(m, catalogue, language);
	/* The way back: whoever left begins anew, the others have their マイページ. */
	document = citizen_mail_view(&mine, &who, strcmp(what, "all") == 0 ? "/subscribe" : "/my", "");
	json_object_set_new(document, "left", json_boolean(strcmp(what, "all") == 0));
	return mail_queue(&mine, "unsubscribed", who.email, document, DAY_S);
}

enum err
citizen_stop_at_once(struct db *db, int64_t citizen)
{
	return q_citizen_stop(db, (struct q_citizen_stop){ .citizen = citizen, .what = "email" }, NULL);
}
