/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From "it is written" to "it may be sent".
 *
 *	GET, POST /desk/messages/{message}/submit	asks for approval
 *	GET, POST /desk/messages/{message}/approve	approve, return, reject
 *	GET, POST /desk/messages/{message}/withdraw	taken back to mend it
 *
 * What may follow what, and who may do it, is in domain/approval.c and in the
 * database.  Each form carries what its reader saw (revision or hash): whoever
 * comes second gets a page that says who was first.
 */
#include "web/desk/approval.h"

#include "domain/rendering.h"
#include "web/desk/preview.h"
#include "web/desk/ways.h"
#include "web/handlers.h"
#include "web/unsent.h"

enum { COMMENT_MAX = 1000 };

enum err
desk_approval_by(struct web *w, struct approval *a)
{
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	*a = (struct approval){ .db = w->db, .vault = w->vault, .templates = w->site->templates,
	    .catalogue = w->site->catalogue, .words = w->words, .arena = w->arena,
	    .origin = web_origin(w), .message = web_id(w, "message"), .staff = w->staff };
	return ERR_OK;
}

enum err
desk_approval_conflict(struct web *w, const char *why)
{
	json_t *message, *history;
	enum err e;

	json_object_clear(w->view);
	e = desk_message_open(w, &message);
	if (e != ERR_OK)
		return e;
	history = json_object_get(message, "history");
	json_object_set_new(w->view, "why", json_string(words_get(w->words, why)));
	json_object_set_new(w->view, "history", json_pack("[O*]", json_array_get(history, 0)));
	json_object_set_new(w->view, "has_history", json_boolean(json_array_size(history) > 0));
	json_object_set_new(w->view, "refused", unsent_refused(w));
	return web_page(w, HTTP_CONFLICT, "desk/approval/conflict");
}

static bool
is(const json_t *message, const char *state)
{
	return strcmp(json_text(message, "state"), state) == 0;
}

/* The number for the record; small ones stay unsaid, as on the page. */
static int64_t
count_of(const json_t *reach)
{
	return reach == NULL || json_flag(reach, "few") ? -1 : json_int(reach, "count");
}

static int64_t
seen_count(const struct web *w)
{
	int64_t n;

	return fields_int(w->fields, "recipients", 0, INT32_MAX, &n) == ERR_OK ? n : -1;
}

/* Message, reach and the rest that submit and approve show. */
static enum err
open_both(struct web *w, struct approval *a, json_t **message, json_t **shown)
{
	enum err e = desk_approval_by(w, a);

	if (e == ERR_OK)
		e = desk_message_open(w, message);
	if (e == ERR_OK)
		e = desk_message_reach(w, *message);
	if (e == ERR_OK)
		e = approval_show(a, shown);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "approval", *shown);
	json_object_set_new(w->view, "recipients", json_integer(count_of(json_object_get(w->view, "reach"))));
	return ERR_OK;
}

/* --- submit --- */

/* The steps that are not done, with their links. */
static json_t *
missing(struct web *w, const json_t *message)
{
	static const char *const parts[] = { "content", "audience", "channels", "schedule" };
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *state = message_progress(message, parts[i]);

		if (strcmp(state, "done") == 0)
			continue;
		json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:s}",
		    "task_url", json_sprintf("/desk/messages/%lld/%s", (long long)json_int(message, "id"), parts[i]),
		    "task_name", words_get(w->words, arena_printf(w->arena, "message_task_%s", parts[i])),
		    "state", state,
		    "state_text", words_get(w->words, arena_printf(w->arena, "message_task_%s", state))));
	}
	return list;
}

/* How the texts as they are now stand against the limits: rows of desk/ways.h, "fits", "cost_text". */
static enum err
measure(struct web *w, const json_t *message)
{
	json_t *renderings;
	enum err e = rendering_make(w->arena, w->site->templates, w->site->catalogue,
	    message_to_render(w->arena, message, web_origin(w)), &renderings);

	return e == ERR_OK ? desk_preview(w, message, renderings) : e;
}

/* The same once more behind the lock, of the very renderings that are kept. */
static bool
fits(void *with, const json_t *renderings)
{
	struct web *w = with;
	const json_t *message = json_object_get(w->view, "message");
	json_t *rows;

	return desk_ways(w, message, &rows) == ERR_OK && desk_ways_measure(w, rows, NULL, renderings);
}

static enum err
show_submit(struct web *w, enum status status, const json_t *message, const json_t *shown)
{
	const json_t *reach = json_object_get(w->view, "reach");
	const char *obstacle = approval_obstacle(message, shown, json_is_object(reach) ? reach : NULL);
	bool incomplete = obstacle != NULL && strcmp(obstacle, "approval_incomplete") == 0;
	enum err e = measure(w, message);

	if (e != ERR_OK)
		return e;
	if (obstacle == NULL && !json_flag(w->view, "fits"))
		obstacle = "approval_too_long";

	json_object_set_new(w->view, "obstacle", obstacle == NULL ? json_null()
	    : json_string(words_get(w->words, obstacle)));
	json_object_set_new(w->view, "nobody", json_boolean(obstacle != NULL && strcmp(obstacle, "approval_nobody") == 0));
	json_object_set_new(w->view, "incomplete", json_boolean(incomplete));
	json_object_set_new(w->view, "missing", missing(w, message));
	/* The form is not there then, so nothing can be wrong in it. */
	if (obstacle != NULL)
		json_object_set_new(w->view, "form", json_null());
	return web_page(w, status, "desk/approval/submit");
}

enum err
desk_approval_submit(struct web *w)
{
	struct approval a;
	json_t *message, *shown;
	enum err e = open_both(w, &a, &message, &shown);

	if (e != ERR_OK)
		return e;
	if (!json_flag(message, "editable"))
		return web_see_other(w, "/desk/messages/%" PRId64, a.message);
	form_set(web_form(w), "comment", "");
	return show_submit(w, HTTP_OK, message, shown);
}

enum err
desk_approval_submit_do(struct web *w)
{
	const char *comment;
	struct approval a;
	json_t *message, *shown;
	struct form *f;
	int64_t seen = 0;
	enum err e = open_both(w, &a, &message, &shown);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	comment = form_lines(f, "comment", FORM_OPTIONAL, COMMENT_MAX);
	if (!form_ok(f))
		return show_submit(w, HTTP_UNPROCESSABLE, message, shown);
	e = fields_int(w->fields, "revision", 1, INT32_MAX, &seen);
	a.fits = fits;
	a.fits_with = w;
	if (e == ERR_OK)
		e = approval_submit(&a, seen, comment, seen_count(w));
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, "approval_conflict_submit");
	if (e == ERR_INVALID && !db_failed(w->db))
		return show_submit(w, HTTP_UNPROCESSABLE, message, shown);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_approval_submitted");
	return web_see_other(w, "/desk/messages/%" PRId64, a.message);
}

/* --- approve --- */

static enum err
show_approve(struct web *w, enum status status, const struct approval *a, json_t *message, const json_t *shown)
{
	const char *own = json_text(shown, "own"), *why = NULL;
	json_t *renderings, *diff, *changes;
	enum err e;

	e = approval_renderings(a, message, &renderings);
	/* Nobody signs what is not known to be what was submitted. */
	if (e == ERR_INVALID)
		return desk_approval_conflict(w, "approval_conflict_bytes");
	if (e == ERR_OK)
		e = approval_diff(a, shown, renderings, &diff);
	if (e == ERR_OK)
		e = approval_changes(a, shown, message, &changes);
	if (e == ERR_OK)
		e = desk_preview(w, message, renderings);
	if (e != ERR_OK)
		return e;
	if (own[0] != '\0')
		why = arena_printf(w->arena, "approval_own_%s", own);
	else if (!web_may(w, RIGHT_APPROVE))
		why = "approval_not_approver";
	json_object_set_new(w->view, "why_not", why == NULL ? json_null() : json_string(words_get(w->words, why)));
	json_object_set_new(w->view, "may_approve", json_boolean(why == NULL));
	json_object_set_new(w->view, "may_withdraw", json_boolean(web_may(w, RIGHT_WRITE)));
	json_object_set_new(w->view, "diff", json_pack("O?", diff));
	json_object_set_new(w->view, "has_diff", json_boolean(diff != NULL));
	json_object_set(w->view, "changes", changes);
	json_object_set_new(w->view, "has_changes", json_boolean(json_array_size(changes) > 0));
	json_object_set(w->view, "history", json_object_get(message, "history"));
	return web_page(w, status, "desk/approval/approve");
}

enum err
desk_approval_approve(struct web *w)
{
	struct approval a;
	json_t *message, *shown;
	struct form *f;
	enum err e = open_both(w, &a, &message, &shown);

	if (e != ERR_OK)
		return e;
	if (!is(message, "pending"))
		return web_see_other(w, "/desk/messages/%" PRId64, a.message);
	f = web_form(w);
	form_set(f, "act", "");
	form_set(f, "comment", "");
	form_set_flag(f, "confirm", false);
	return show_approve(w, HTTP_OK, &a, message, shown);
}

/* Has the count moved by more than people come and go while a page is read? */
static bool
moved(int64_t seen, int64_t now)
{
	int64_t away = seen > now ? seen - now : now - seen;

	return (seen < 0) != (now < 0) || away > 5 + now / 50;
}

static enum err
decide(struct web *w, const struct approval *a, const char *act, const char *comment)
{
	const char *hash = fields_get(w->fields, "hash");

	if (strcmp(act, "approve") == 0)
		return approval_approve(a, hash, comment, seen_count(w));
	return strcmp(act, "return") == 0 ? approval_return(a, hash, comment) : approval_reject(a, hash, comment);
}

static enum err
decided(struct web *w, const struct approval *a, const char *act)
{
	if (strcmp(act, "approve") == 0) {
		web_tell(w, "success", "tell_approval_approved");
		return web_see_other(w, "/desk/messages/%" PRId64 "/status", a->message);
	}
	web_tell(w, "success", strcmp(act, "return") == 0 ? "tell_approval_returned" : "tell_approval_rejected");
	return web_see_other(w, "/desk/messages/%" PRId64, a->message);
}

enum err
desk_approval_decide(struct web *w)
{
	static const char *const acts[] = { "approve", "return", "reject", NULL };
	const char *act, *comment;
	struct approval a;
	json_t *message, *shown;
	struct form *f;
	bool approves;
	enum err e = open_both(w, &a, &message, &shown);

	if (e != ERR_OK)
		return e;
	if (!is(message, "pending") || strcmp(json_text(message, "hash"), fields_get(w->fields, "hash")) != 0)
		return desk_approval_conflict(w, "approval_conflict_decide");

	f = web_form(w);
	act = form_choice(f, "act", FORM_REQUIRED, acts);
	approves = strcmp(act, "approve") == 0;
	comment = form_lines(f, "comment", approves ? FORM_OPTIONAL : FORM_REQUIRED, COMMENT_MAX);
	if (!form_flag(f, "confirm") && approves)
		form_problem(f, "confirm", "form_required");
	if (approves && moved(seen_count(w), json_int(w->view, "recipients"))) {
		form_problem(f, "confirm", "approval_moved");
		form_set_flag(f, "confirm", false);
	}
	if (!form_ok(f))
		return show_approve(w, HTTP_UNPROCESSABLE, &a, message, shown);

	e = decide(w, &a, act, comment);
	if (e == ERR_GONE && !db_failed(w->db)) {
		form_problem(f, "act", "approval_late");
		return show_approve(w, HTTP_UNPROCESSABLE, &a, message, shown);
	}
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, "approval_conflict_decide");
	if (e == ERR_INVALID && !db_failed(w->db))
		return desk_approval_conflict(w, "approval_conflict_bytes");
	return e == ERR_OK ? decided(w, &a, act) : e;
}

/* --- withdraw --- */

enum err
desk_approval_withdraw(struct web *w)
{
	json_t *message;
	enum err e = desk_message_open(w, &message);

	if (e != ERR_OK)
		return e;
	if (!is(message, "pending") && !is(message, "approved"))
		return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
	json_object_set_new(w->view, "approved", json_boolean(is(message, "approved")));
	return web_page(w, HTTP_OK, "desk/approval/withdraw");
}

enum err
desk_approval_withdraw_do(struct web *w)
{
	struct approval a;
	int64_t seen = 0;
	enum err e = desk_approval_by(w, &a);

	if (e == ERR_OK)
		e = fields_int(w->fields, "revision", 1, INT32_MAX, &seen);
	if (e == ERR_OK)
		e = approval_withdraw(&a, seen);
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, "approval_conflict_withdraw");
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_approval_withdrawn");
	return web_see_other(w, "/desk/messages/%" PRId64, a.message);
}
