/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a message from submission to approval; see approval.h.
 */
#include "domain/approval.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "db/queries.h"
#include "domain/mail.h"
#include "domain/message.h"
#include "domain/picture.h"
#include "domain/rendering.h"

enum { NEWS_VALID_S = 24 * 60 * 60, NOBODY_COUNTED = -1 };

/* The message behind its lock. */
struct held {
	const char *state, *hash;
	int64_t revision;
	bool late;
};

static enum err
hold(const struct approval *a, struct held *h)
{
	struct rows *rows;
	enum err e = q_approval_lock(a->db, (struct q_approval_lock){ .message = a->message }, &rows);

	if (e != ERR_OK)
		return e;
	*h = (struct held){ .state = rows_text(rows, 0, "state"), .hash = rows_text(rows, 0, "hash"),
	    .revision = rows_int(rows, 0, "revision"), .late = rows_bool(rows, 0, "late") };
	return ERR_OK;
}

static bool
in(const char *state, const char *one, const char *other)
{
	return strcmp(state, one) == 0 || strcmp(state, other) == 0;
}

enum err
approval_lock(const struct approval *a, const char **state, int64_t *revision)
{
	struct held h;
	enum err e = hold(a, &h);

	if (e != ERR_OK)
		return e;
	*state = h.state;
	*revision = h.revision;
	return ERR_OK;
}

enum err
approval_show(const struct approval *a, json_t **out)
{
	return q_approval_show(a->db, (struct q_approval_show){
	    .staff = a->staff, .lang = words_lang(a->words), .message = a->message }, out);
}

/* --- the bytes --- */

static const char *
hash_of(const struct approval *a, const json_t *renderings, const json_t *message, uint8_t hash[SECRET_HASH])
{
	rendering_hash(a->arena, renderings, message_terms(a->arena, message), hash);
	return secret_hex(a->arena, hash, SECRET_HASH);
}

enum err
approval_renderings(const struct approval *a, const json_t *message, json_t **out)
{
	uint8_t hash[SECRET_HASH];
	enum err e = q_approval_renderings(a->db, (struct q_approval_renderings){
	    .message = a->message, .revision = (int32_t)json_int(message, "revision") }, out);

	if (e != ERR_OK)
		return e;
	if (strcmp(hash_of(a, *out, message, hash), json_text(message, "hash")) != 0) {
		log_error("approval.hash_differs message=%lld revision=%lld", (long long)a->message,
		    (long long)json_int(message, "revision"));
		return ERR_INVALID;
	}
	return ERR_OK;
}

static enum err
keep(const struct approval *a, int64_t revision, const json_t *renderings)
{
	const char *channel, *language;
	json_t *languages, *content;

	json_object_foreach((json_t *)renderings, channel, languages)
		json_object_foreach(languages, language, content) {
			enum err e = q_approval_rendering_add(a->db, (struct q_approval_rendering_add){
			    .message = a->message, .revision = (int32_t)revision, .channel = channel,
			    .language = language, .content = content }, NULL);

			if (e != ERR_OK)
				return e;
		}
	return ERR_OK;
}

/* --- news to those concerned --- */

static enum err
tell(const struct approval *a, const struct rows *readers, const char *kind, const char *page, const char *reason)
{
	const struct words *words = catalogue_words(a->catalogue, "ja");
	const struct mailer mailer = { a->db, a->vault, a->templates, words, a->arena };
	json_t *message, *view, *last;
	enum err e;
	size_t i;

	if (rows_count(readers) == 0)
		return ERR_OK;
	e = message_show(a->db, words, a->message, &message);
	if (e != ERR_OK)
		return e;
	last = json_array_get(json_object_get(message, "history"), 0);
	view = json_keep(a->arena, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s?, s:s}", "who", json_text(last, "who"),
	    "tenant_name", json_text(json_object_get(message, "tenant"), "name"),
	    "subject", json_text(message, "subject"),
	    "department", json_text(json_object_get(message, "department"), "name"),
	    "rejected", strcmp(json_text(message, "state"), "rejected") == 0,
	    "reason", reason, "page_url", arena_printf(a->arena, "%s/desk/messages/%lld%s", a->origin,
	    (long long)a->message, page)));
	for (i = 0; i < rows_count(readers); i++) {
		struct buf address;
		const uint8_t *sealed;
		size_t n;

		buf_init(&address, a->arena);
		sealed = rows_bytes(readers, i, "email", &n);
		e = vault_open(a->vault, "staff.email", sealed, n, &address);
		if (e == ERR_OK)
			e = mail_queue(&mailer, kind, address.data, view, NEWS_VALID_S);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* --- the acts --- */

static enum err
note(const struct approval *a, const char *act, struct db_bytes hash, const char *comment, int64_t recipients)
{
	return q_approval_add(a->db, (struct q_approval_add){
	    .act = act, .staff = a->staff, .hash = hash, .comment = comment,
	    .recipients = recipients > INT32_MAX ? INT32_MAX : (int32_t)recipients, .message = a->message }, NULL);
}

enum err
approval_note(const struct approval *a, const char *act, const char *comment)
{
	return note(a, act, (struct db_bytes){ NULL, 0 }, comment, NOBODY_COUNTED);
}

const char *
approval_obstacle(const json_t *message, const json_t *shown, const json_t *reach)
{
	if (!json_flag(message, "editable"))
		return "approval_not_editable";
	if (json_flag(shown, "returner"))
		return "approval_returner";
	if (strcmp(picture_state(message), "infected") == 0)
		return "approval_picture_infected";
	if (strcmp(picture_state(message), "waiting") == 0)
		return "approval_picture_waits";
	if (!message_complete(message))
		return "approval_incomplete";
	if (message_personal(message) && (reach == NULL || json_flag(reach, "none")))
		return "approval_nobody";
	if (json_array_size(json_object_get(shown, "approvers")) == 0)
		return "approval_no_approver";
	return NULL;
}

static enum err
submittable(const struct approval *a, json_t **message)
{
	json_t *shown, *reach = NULL;
	enum err e = message_show(a->db, a->words, a->message, message);

	if (e == ERR_OK)
		e = approval_show(a, &shown);
	if (e == ERR_OK && message_personal(*message))
		e = message_reach_of(a->db, a->words, *message, &reach);
	if (e != ERR_OK)
		return e;
	return approval_obstacle(*message, shown, reach) == NULL ? ERR_OK : ERR_INVALID;
}

enum err
approval_submit(const struct approval *a, int64_t seen, const char *comment, int64_t recipients)
{
	json_t *message, *renderings;
	uint8_t hash[SECRET_HASH];
	struct rows *readers;
	struct held h;
	enum err e;

	e = hold(a, &h);
	if (e != ERR_OK)
		return e;
	if (!in(h.state, "draft", "returned") || h.revision != seen)
		return ERR_CONFLICT;
	e = q_message_follow(a->db, (struct q_message_follow){ a->message }, NULL);
	if (e == ERR_OK)
		e = hold(a, &h);
	if (e == ERR_OK)
		e = submittable(a, &message);
	if (e == ERR_OK)
		e = rendering_make(a->arena, a->templates, a->catalogue,
		    message_to_render(a->arena, message, a->origin), &renderings);
	if (e != ERR_OK)
		return e;
	if (a->fits != NULL && !a->fits(a->fits_with, renderings))
		return ERR_INVALID;

	(void)hash_of(a, renderings, message, hash);
	e = keep(a, h.revision, renderings);
	if (e == ERR_OK)
		e = approval_keep_terms(a, message);
	if (e == ERR_OK)
		e = note(a, "submit", (struct db_bytes){ hash, sizeof hash }, comment, recipients);
	if (e == ERR_OK)
		e = q_approval_submit(a->db, (struct q_approval_submit){
		    .staff = a->staff, .hash = { hash, sizeof hash }, .message = a->message }, NULL);
	if (e == ERR_OK)
		e = q_approval_approvers(a->db, (struct q_approval_approvers){
		    .message = a->message, .staff = a->staff }, &readers);
	if (e != ERR_OK)
		return e;
	return tell(a, readers, "approval_request", "/approve", NULL);
}

/* Waiting, and with the bytes that this person saw. */
static enum err
still_pending(const struct approval *a, const char *hash, struct held *h)
{
	enum err e = hold(a, h);

	if (e != ERR_OK)
		return e;
	return strcmp(h->state, "pending") == 0 && strcmp(h->hash, hash) == 0 ? ERR_OK : ERR_CONFLICT;
}

static enum err
move(const struct approval *a, const char *state)
{
	return q_approval_move(a->db, (struct q_approval_move){ .state = state, .message = a->message }, NULL);
}

enum err
approval_approve(const struct approval *a, const char *hash, const char *comment, int64_t recipients)
{
	json_t *shown, *message, *renderings;
	struct held h;
	enum err e;

	e = still_pending(a, hash, &h);
	if (e == ERR_OK)
		e = approval_show(a, &shown);
	if (e == ERR_OK)
		e = message_show(a->db, a->words, a->message, &message);
	if (e != ERR_OK)
		return e;
	if (json_is_string(json_object_get(shown, "own")))
		return ERR_FORBIDDEN;
	if (h.late)
		return ERR_GONE;
	e = approval_renderings(a, message, &renderings);
	if (e == ERR_OK)
		e = note(a, "approve", (struct db_bytes){ NULL, 0 }, comment, recipients);
	return e == ERR_OK ? move(a, "approved") : e;
}

static enum err
give_back(const struct approval *a, const char *hash, const char *act, const char *state, const char *reason)
{
	struct rows *readers;
	struct held h;
	json_t *shown;
	enum err e;

	e = still_pending(a, hash, &h);
	if (e == ERR_OK)
		e = approval_show(a, &shown);
	if (e != ERR_OK)
		return e;
	if (json_is_string(json_object_get(shown, "own")))
		return ERR_FORBIDDEN;
	/* The readers first: a message that was given back forgets who submitted it. */
	e = q_approval_writers(a->db, (struct q_approval_writers){
	    .message = a->message, .staff = a->staff }, &readers);
	if (e == ERR_OK)
		e = note(a, act, (struct db_bytes){ NULL, 0 }, reason, NOBODY_COUNTED);
	if (e == ERR_OK)
		e = move(a, state);
	return e == ERR_OK ? tell(a, readers, "approval_returned", "", reason) : e;
}

enum err
approval_return(const struct approval *a, const char *hash, const char *reason)
{
	return give_back(a, hash, "return", "returned", reason);
}

enum err
approval_reject(const struct approval *a, const char *hash, const char *reason)
{
	return give_back(a, hash, "reject", "rejected", reason);
}

enum err
approval_withdraw(const struct approval *a, int64_t seen)
{
	struct held h;
	enum err e = hold(a, &h);

	if (e != ERR_OK)
		return e;
	if (!in(h.state, "pending", "approved") || h.revision != seen)
		return ERR_CONFLICT;
	e = approval_note(a, "withdraw", "");
	return e == ERR_OK ? move(a, "draft") : e;
}

enum err
approval_tell_stopped(const struct approval *a, const char *comment)
{
	struct rows *readers;
	enum err e = q_approval_concerned(a->db, (struct q_approval_concerned){
	    .message = a->message, .staff = a->staff }, &readers);

	return e == ERR_OK ? tell(a, readers, "message_stopped", "/status", comment[0] != '\0' ? comment : NULL) : e;
}

enum err
approval_stranded(struct db *db, json_t **out)
{
	return q_approval_stranded(db, out);
}
