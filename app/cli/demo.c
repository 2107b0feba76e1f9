/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo demo setup, chromo demo load: municipalities that do not exist, to try
 * chromo and to measure it.  Their texts are in sql/demo/; addresses are of
 * domains that RFC 2606 keeps free, postal codes begin with 000, which is
 * nowhere.
 *
 * demo_people.c makes the citizens up, demo_survey.c what they answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mustache.h"
#include "base/secret.h"
#include "cli/demo.h"
#include "cli/vapid.h"
#include "db/queries.h"
#include "domain/message.h"
#include "domain/picture.h"
#include "domain/rendering.h"

static const char *const towns[] = { "minato", "yama", "operator" };

static enum err
read_town(struct demo *d, const char *name, json_t **out)
{
	struct buf b;
	enum err e;

	buf_init(&b, d->arena);
	e = file_read(arena_printf(d->arena, "%s/demo/%s.json", d->cli->conf->sql, name), &b);
	return e != ERR_OK ? e : json_parse(d->arena, b.data, b.len, out);
}

static struct db_texts
texts(struct demo *d, const json_t *list)
{
	size_t i, n = json_array_size(list);
	const char **data = arena_alloc(d->arena, (n + 1) * sizeof *data);

	for (i = 0; i < n; i++)
		data[i] = json_string_value(json_array_get(list, i));
	return (struct db_texts){ data, n };
}

static char *
base32(struct arena *a, const uint8_t *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct buf b;
	uint32_t bits = 0;
	int have = 0;
	size_t i;

	buf_init(&b, a);
	for (i = 0; i < n; i++) {
		bits = (bits << 8) | p[i];
		for (have += 8; have >= 5; have -= 5)
			buf_addch(&b, letters[(bits >> (have - 5)) & 31]);
	}
	return b.data;
}

/* Somebody who can sign in at once: password and second factor are known. */
static enum err
add_staff(struct demo *d, const json_t *town, const json_t *person, json_t *accounts)
{
	const char *login = json_text(person, "login"), *host = json_text(town, "host");
	const char *password = secret_token(d->arena, 16);
	const char *email = arena_printf(d->arena, "%s@%s", login, strchr(json_text(town, "mail_from"), '@') + 1);
	struct secret_cost cost = { d->cli->conf->password_memory_kib, d->cli->conf->password_passes };
	uint8_t hash[SECRET_HASH], totp[20];
	struct buf sealed, sealed_totp;

	secret_random(totp, sizeof totp);
	vault_hash(d->vault, "email", email, hash);
	buf_init(&sealed, d->arena);
	vault_seal(d->vault, "staff.email", email, strlen(email), &sealed);
	buf_init(&sealed_totp, d->arena);
	vault_seal(d->vault, "staff.totp", totp, sizeof totp, &sealed_totp);
	json_array_append_new(accounts, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O}",
	    "tenant", json_text(town, "name"), "host", host, "login", login, "name", json_text(person, "name"),
	    "password", password, "totp_secret", base32(d->arena, totp, sizeof totp),
	    "roles", json_object_get(person, "roles")));
	return q_demo_staff(d->db, (struct q_demo_staff){
	    .login = login, .name = json_text(person, "name"),
	    .email = { sealed.data, sealed.len }, .email_hash = { hash, sizeof hash },
	    .password = secret_password_hash(d->arena, cost, password),
	    .totp = { sealed_totp.data, sealed_totp.len },
	    .roles = texts(d, json_object_get(person, "roles")),
	    .departments = texts(d, json_object_get(person, "departments")) }, NULL);
}

/* --- messages: the same way as at the desk, only faster --- */

static enum err
freeze(struct demo *d, int64_t message)
{
	uint8_t hash[SECRET_HASH];
	const char *channel, *language;
	json_t *shown, *made, *languages, *content;
	int revision;
	enum err e;

	e = message_show(d->db, catalogue_words(d->catalogue, "ja"), message, &shown);
	if (e != ERR_OK)
		return e;
	revision = (int)json_int(shown, "revision");
	e = rendering_make(d->arena, d->templates, d->catalogue,
	    message_to_render(d->arena, shown, d->origin), &made);
	if (e != ERR_OK)
		return e;
	json_object_foreach(made, channel, languages)
		json_object_foreach(languages, language, content) {
			e = q_demo_message_rendering(d->db, (struct q_demo_message_rendering){
			    .message = message, .revision = revision, .channel = channel,
			    .language = language, .content = content }, NULL);
			if (e != ERR_OK)
				return e;
		}
	rendering_hash(d->arena, made, message_terms(d->arena, shown), hash);
	return q_demo_message_submit(d->db, (struct q_demo_message_submit){
	    .message = message, .hash = { hash, sizeof hash } }, NULL);
}

static enum err
deliver(struct demo *d, int64_t message, const json_t *m)
{
	int32_t hours = (int32_t)json_int(m, "hours_ago");
	struct rows *rows;
	enum err e;

	e = q_demo_message_sign(d->db, (struct q_demo_message_sign){
	    .message = message, .approver = json_text(m, "approver") }, NULL);
	if (e == ERR_OK)
		e = q_demo_message_approve(d->db, (struct q_demo_message_approve){ .message = message }, NULL);
	if (e == ERR_OK)
		e = q_demo_message_plan(d->db, (struct q_demo_message_plan){ .message = message }, &rows);
	if (e == ERR_OK)
		e = q_demo_message_deliver(d->db, (struct q_demo_message_deliver){ .message = message, .hours = hours }, NULL);
	if (e == ERR_OK)
		e = q_demo_batch_done(d->db, (struct q_demo_batch_done){ .message = message, .hours = hours }, NULL);
	if (e == ERR_OK)
		e = q_demo_message_done(d->db, (struct q_demo_message_done){ .message = message }, NULL);
	if (e == ERR_OK)
		e = q_demo_message_date(d->db, (struct q_demo_message_date){ .message = message, .hours = hours }, NULL);
	return e;
}

enum err
demo_picture(struct demo *d, const char *purpose, int64_t owner, const char *name, struct demo_picture *out)
{
	const char *ids, *small;
	struct buf b;
	enum err e;

	*out = (struct demo_picture){ 0 };
	if (name[0] == '\0' || d->cli->conf->files == NULL)
		return ERR_OK;
	buf_init(&b, d->arena);
	e = file_read(arena_printf(d->arena, "%s/demo/%s", d->cli->conf->sql, name), &b);
	if (e == ERR_OK)
		e = picture_take(d->db, d->arena, d->cli->conf->files, d->town, (struct attachment){ .purpose = purpose, .owner = owner,
		    .name = name, .data = b.data, .n = b.len }, &ids);
	if (e != ERR_OK)
		return e;
	small = strchr(ids, ' ');
	*out = (struct demo_picture){ arena_strndup(d->arena, ids, (size_t)(small - ids)), small + 1 };
	return q_demo_picture_clean(d->db, (struct q_demo_picture_clean){ out->large, out->small }, NULL);
}

static enum err
picture(struct demo *d, int64_t message, const json_t *m)
{
	struct demo_picture p;
	enum err e = demo_picture(d, "message", message, json_text(m, "picture"), &p);

	if (e != ERR_OK || p.large == NULL)
		return e;
	return q_demo_message_picture(d->db, (struct q_demo_message_picture){ .message = message, .words = json_text(m, "picture_text"),
	    .large = p.large, .small = p.small }, NULL);
}

static enum err
add_message(struct demo *d, const json_t *m)
{
	const char *state = json_text(m, "state");
	struct rows *rows;
	int64_t message;
	enum err e;

	e = q_demo_message(d->db, (struct q_demo_message){
	    .department = json_text(m, "department"), .author = json_text(m, "author") }, &rows);
	if (e != ERR_OK)
		return e;
	message = rows_int(rows, 0, "id");
	e = q_demo_message_write(d->db, (struct q_demo_message_write){ .message = message,
	    .subject = json_text(m, "subject"), .body = json_text(m, "body"),
	    .districts = texts(d, json_object_get(m, "districts")),
	    .topics = texts(d, json_object_get(m, "topics")) }, NULL);
	if (e == ERR_OK)
		e = picture(d, message, m);
	if (e != ERR_OK || strcmp(state, "draft") == 0)
		return e;
	e = freeze(d, message);
	if (e != ERR_OK || strcmp(state, "pending") == 0)
		return e;
	return deliver(d, message, m);
}

static enum err
add_town(struct demo *d, const json_t *town, json_t *accounts)
{
	const json_t *messages = json_object_get(town, "messages"), *item;
	struct rows *rows;
	const char *key;
	enum err e;
	size_t i;

	e = db_begin(d->db, DB_WRITE);
	if (e != ERR_OK)
		return e;
	e = q_demo_tenant(d->db, (struct q_demo_tenant){ .kind = json_text(town, "kind"),
	    .name = json_text(town, "name"), .name_en = json_text(town, "name_en"), .host = json_text(town, "host"),
	    .mail_from = json_text(town, "mail_from"), .contact = json_text(town, "contact") }, &rows);
	if (e != ERR_OK)
		return e;
	d->town = rows_int(rows, 0, "id");
	d->origin = arena_printf(d->arena, "https://%s%s", json_text(town, "host"), d->cli->conf->public_port);
	e = vault_found(d->vault, d->db, d->town);
	if (e == ERR_OK && strcmp(json_text(town, "kind"), "operator") != 0)
		e = vapid_found(d->db, d->vault, d->arena, json_text(town, "host"), &key);
	if (e == ERR_OK)
		e = q_demo_places(d->db, (struct q_demo_places){ .doc = town }, NULL);
	json_array_foreach(json_object_get(town, "staff"), i, item)
		if (e == ERR_OK)
			e = add_staff(d, town, item, accounts);
	if (e == ERR_OK)
		e = q_demo_population(d->db, (struct q_demo_population){ .doc = town }, NULL);
	if (e == ERR_OK)
		e = demo_people(d, json_int(town, "citizens"), NULL);
	/* The oldest first, so that ids grow with time. */
	for (i = json_array_size(messages); e == ERR_OK && i-- > 0;)
		e = add_message(d, json_array_get(messages, i));
	json_array_foreach(json_object_get(town, "surveys"), i, item)
		if (e == ERR_OK)
			e = demo_survey(d, town, item);
	if (e == ERR_OK)
		e = demo_events(d, json_text(town, "host"));
	return e != ERR_OK ? e : db_commit(d->db);
}

static bool
open_demo(struct demo *d, struct cli *c)
{
	char *problem;

	*d = (struct demo){ .cli = c, .arena = c->arena, .db = cli_db(c), .vault = cli_vault(c) };
	if (d->db == NULL || d->vault == NULL)
		return false;
	if (catalogue_open(arena_printf(c->arena, "%s/po", c->conf->templates), &d->catalogue, &problem) != ERR_OK ||
	    templates_open(c->conf->templates, d->catalogue, 0, &d->templates, &problem) != ERR_OK) {
		fprintf(stderr, "chromo: %s\n", problem);
		return false;
	}
	return true;
}

/* What stands there stays. */
static bool
writable(const char *path)
{
	FILE *f = fopen(path, "a");

	return f != NULL && fclose(f) == 0;
}

int
cli_demo_setup(struct cli *c)
{
	const char *path = cli_option(c, "accounts");
	json_t *accounts = json_keep(c->arena, json_array());
	struct demo d;
	size_t i;

	/* Once the towns are there, nobody gets into them without it. */
	if (path != NULL && !writable(path)) {
		fprintf(stderr, "chromo: demo setup: %s cannot be written\n", path);
		return CLI_FAILED;
	}
	if (!open_demo(&d, c))
		return CLI_FAILED;
	for (i = 0; i < sizeof towns / sizeof *towns; i++) {
		json_t *town;
		enum err e = read_town(&d, towns[i], &town);

		if (e == ERR_OK)
			e = add_town(&d, town, accounts);
		if (e != ERR_OK) {
			db_rollback(d.db);
			fprintf(stderr, "chromo: demo setup: %s: %s\n", towns[i], e == ERR_CONFLICT ? "is there already" : cli_why(e));
			return CLI_FAILED;
		}
	}
	if (path != NULL && json_dump_file(accounts, path, JSON_INDENT(1) | JSON_ENSURE_ASCII) != 0) {
		fprintf(stderr, "chromo: demo setup: %s cannot be written\n", path);
		return CLI_FAILED;
	}
	return CLI_OK;
}

int
cli_demo_load(struct cli *c)
{
	const char *host = cli_option(c, "host");
	int64_t n = cli_number(c, "citizens", 1000);
	struct progress p;
	struct rows *rows;
	struct demo d;
	enum err e;

	if (!open_demo(&d, c))
		return CLI_FAILED;
	progress_begin(&p, "citizens", n);
	e = db_begin(d.db, DB_READ);
	if (e == ERR_OK)
		e = q_demo_tenant_of(d.db, (struct q_demo_tenant_of){ .host = host != NULL ? host : "minato.localhost" }, &rows);
	if (e == ERR_OK)
		e = db_commit(d.db);
	d.tenant = e == ERR_OK ? rows_int(rows, 0, "id") : 0;
	if (d.tenant == 0) {
		fprintf(stderr, "chromo: demo load: no such host: chromo demo setup makes minato.localhost\n");
		return CLI_FAILED;
	}
	e = demo_people(&d, n, &p);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: demo load: %s\n", cli_why(e));
		return CLI_FAILED;
	}
	progress_end(&p);
	printf("%" PRId64 " citizens\n", n);
	return CLI_OK;
}
