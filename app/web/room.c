/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The waiting room: when sign-up opens at nine and twenty thousand press at once, each
 * gets a number in order of arrival (base/turnstile.h), sees how far the queue is, and is
 * let in when it is their turn.
 *
 * It lives in the worker, not in nginx: nginx can turn people away (limit_req) but not
 * give out numbers, and a page of this kind costs no database and a tenth of a
 * millisecond, so that one core gives out thousands in a second.  dispatch.c asks before
 * it begins a transaction.
 *
 * No script: the turn is in the address, and the Refresh header comes back with it.  It is
 * good only with the cookie of the browser that got it, as every form is (token.c), so that
 * an address that is passed on lets nobody in; whoever refuses cookies stays at the end of
 * the queue.  Only a GET of the first page of a form waits; whoever has typed something and
 * sends it is never held up here.
 */
#include "web/room.h"
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/turnstile.h"

enum { AGAIN_MIN_S = 3, AGAIN_MAX_S = 30 };

static struct turnstile_rule
rule_of(const struct web *w)
{
	return (struct turnstile_rule){ .rate = w->conf->crowd_rate, .crowd = w->conf->crowd };
}

/* The same form of the same town is one door. */
static const char *
door_of(const struct web *w)
{
	return arena_printf(w->arena, "%s%s", w->request->host, w->request->path);
}

/* This visitor at the door. */
static const char *
holder(struct web *w, const char *door, bool make)
{
	const char *visit = web_visit(w, make);

	return visit[0] == '\0' ? NULL : arena_printf(w->arena, "%s %s", door, visit);
}

/* The address that was asked for, with the turn; but for this name. */
static const char *
address(const struct web *w, const char *turn, const char *without)
{
	struct buf out;

	buf_init(&out, w->arena);
	buf_addf(&out, "%s?turn=%s", w->request->path, turn);
	web_add_query(w, &out, (const char *const[]){ "turn", without, NULL });
	return out.data;
}

/* Often when it is soon; seldom, and not all at once, when it is long. */
static int
again_in(struct turn turn, int64_t wait)
{
	if (wait < AGAIN_MAX_S)
		return wait < AGAIN_MIN_S ? AGAIN_MIN_S : (int)wait;
	return AGAIN_MAX_S - (int)(turn.number % 10);
}

bool
room_holds(struct web *w)
{
	struct turnstile_rule rule = rule_of(w);
	const char *door = door_of(w), *mine = holder(w, door, false), *turn_text;
	int64_t now = clock_ms(), wait, served;
	struct turn turn = { 0 };

	if (mine == NULL || turn_read(w->arena, w->site->turn_key, mine, rule, fields_get(w->query, "turn"), now, &turn) != ERR_OK)
		turn = turnstile_arrive(w->site->turnstile, rule, door, now);
	wait = turn.number == 0 ? 0 : turnstile_wait_s(rule, turn, now);
	if (wait == 0)
		return false;

	served = turnstile_served(rule, turn, now);
	mine = turn_write(w->arena, w->site->turn_key, holder(w, door, true), turn);
	turn_text = address(w, mine, "");
	/* Whoever chooses another language keeps their place; it takes that of an event's own. */
	w->place = address(w, mine, "language");
	response_header(w->response, "Refresh", arena_printf(w->arena, "%d; url=%s", again_in(turn, wait), turn_text));
	json_object_set_new(w->view, "number", json_integer(turn.number));
	json_object_set_new(w->view, "served", json_integer(served));
	json_object_set_new(w->view, "ahead", json_integer(turn.number - served - 1));
	json_object_set_new(w->view, "minutes", wait >= 60 ? json_integer((wait + 59) / 60) : json_null());
	json_object_set_new(w->view, "again_url", json_string(turn_text));
	return true;
}

enum err
room_show(struct web *w)
{
	enum err e = ERR_OK;

	w->plain = true;
	if (!guard_known(w))
		e = guard_enter(w);
	if (e == ERR_OK)
		e = web_page(w, HTTP_OK, "citizen/room/wait");
	if (db_in_transaction(w->db))
		db_rollback(w->db);
	return e;
}
