/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts on X: one for a message, read by everybody (sql/functions/post.sql).
 *
 *	claim	committed: from here on it may have been carried out
 *	fly	channel/x.c: in doubt it looks first, twice, and adopts what it finds
 *	land	the verdict is committed; until it is, the errand is not given up
 *
 * There is no idempotency key, so that nothing is sent a second time before our own
 * timeline was read.  A message that is stopped has its post taken away; the post of a
 * correction is a reply to the first one, and waits until that is known.  Posts are few:
 * they have one process, and each its own transaction.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/secret.h"
#include "channel/x.h"
#include "channel/x_oauth.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/attachment.h"
#include "domain/gateway.h"

enum {
	AT_ONCE = 8,
	LOOK_MS = 250, AWAY_MS = 1000, LAST_MS = 12000,
	LEASE_S = 300,		/* two looks, a minute between them, four pictures, 20 s each, and a post */
	LOOKS = 8,		/* so often it is looked for before somebody is asked to */
	READBACK_S = 60, WAIT_MOST_S = 300, DENIED_S = 30
};

enum place { FREE_PLACE, IN_THE_AIR, ON_THE_GROUND };

/* One post under way. */
struct errand {
	enum place place;
	struct arena *arena;
	int64_t tenant, post, fence, message;
	int try, looks;
	const json_t *account;
	struct letter letter;
	struct outcome outcome;
	int64_t not_before;	/* its verdict could not be written down: clock_monotonic_ms */
};

struct posts {
	const struct house *house;
	struct db *db;
	struct vault *vault;
	struct channel *channel;
	struct posts_tokens *tokens;
	struct arena *arena;	/* of one turn */
	struct peers peers;
	int holder;
	int64_t looked;
	struct errand errands[AT_ONCE];
};

static int
count(const struct posts *p, enum place place)
{
	int i, n = 0;

	for (i = 0; i < AT_ONCE; i++)
		n += p->errands[i].place == place;
	return n;
}

static enum err
enter(struct posts *p, enum db_mode mode, int64_t tenant)
{
	enum err e = db_begin(p->db, mode);

	if (e == ERR_OK)
		e = q_enter_tenant_queue(p->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	return e == ERR_OK ? vault_enter(p->vault, p->db, tenant) : e;
}

static enum err
end(struct posts *p, enum err e)
{
	if (e == ERR_OK)
		return db_commit(p->db);
	db_rollback(p->db);
	return e;
}

/* --- the verdict --- */

/* In doubt half a minute, doubled: X may show it late. */
static int
wait_s(const struct posts *p, const struct errand *r)
{
	int64_t rest = json_int(json_object_get(r->account, "settings"), "readback_s"), wait = (rest > 0 ? rest : READBACK_S) / 2;
	bool denied;
	int i;

	switch (r->outcome.verdict) {
	case VERDICT_UNKNOWN:
		for (i = 0; i < r->looks && wait < WAIT_MOST_S; i++)
			wait = wait * 2 + 1;
		if (wait > WAIT_MOST_S)
			wait = WAIT_MOST_S;
		return wait > r->outcome.wait_s ? (int)wait : r->outcome.wait_s;
	case VERDICT_LATER:
		/* Credentials that are not taken: a person has to look. */
		denied = r->outcome.wait_s == 0 && (r->outcome.code == 401 || r->outcome.code == 403);
		return retry_wait_s(&p->house->conf, r->try, denied ? DENIED_S : r->outcome.wait_s);
	default:
		return 0;
	}
}

static enum err
write_down(struct posts *p, struct errand *r)
{
	const struct outcome *o = &r->outcome;
	struct rows *rows;
	enum err e = enter(p, DB_WRITE, r->tenant);

	if (e == ERR_OK)
		e = q_post_record(p->db, (struct q_post_record){ .post = r->post, .fence = r->fence,
		    .state = deliver_state(o->verdict), .code = o->code, .reason = o->reason, .detail = o->detail, .id = o->id,
		    .wait_s = wait_s(p, r), .looks = LOOKS }, &rows);
	return end(p, e);
}

static void
land(struct posts *p)
{
	int64_t now = clock_monotonic_ms();
	struct outcome o;
	int i;

	while (p->channel->ops->next(p->channel, &o) == ERR_OK)
		for (i = 0; i < AT_ONCE; i++)
			if (p->errands[i].place == IN_THE_AIR && &p->errands[i].letter == o.letter) {
				p->errands[i].outcome = o;
				p->errands[i].place = ON_THE_GROUND;
			}
	for (i = 0; i < AT_ONCE; i++) {
		struct errand *r = &p->errands[i];

		if (r->place != ON_THE_GROUND || r->not_before > now)
			continue;
		if (r->outcome.verdict == VERDICT_LATER && r->outcome.code == 401)
			posts_token_denied(p->tokens, r->account);
		if (write_down(p, r) != ERR_OK) {
			r->not_before = now + AWAY_MS;
			continue;
		}
		log_info("post.%s tenant=%" PRId64 " message=%" PRId64 " try=%d code=%d reason=%s", deliver_state(r->outcome.verdict),
		    r->tenant, r->message, r->try, r->outcome.code, r->outcome.reason);
		r->place = FREE_PLACE;
		r->not_before = 0;
		arena_reset(r->arena);
	}
}

/* --- the next ones --- */

/* With the places of their files. */
static json_t *
pictures_of(struct posts *p, struct errand *r, const json_t *content)
{
	json_t *list = json_keep(r->arena, json_array()), *made;
	const json_t *picture;
	size_t i;

	json_array_foreach(json_object_get(content, "pictures"), i, picture) {
		made = json_copy((json_t *)(uintptr_t)picture);
		json_object_set_new(made, "path", json_sprintf("%s/%s", p->house->conf.files != NULL ? p->house->conf.files : "",
		    attachment_place(r->arena, r->tenant, json_text(picture, "id"))));
		json_array_append_new(list, made);
	}
	return list;
}

static void
fly(struct posts *p, struct errand *r, const struct rows *rows, size_t i, const json_t *account)
{
	const char *id = rows_text(rows, i, "provider_id");
	json_t *content;
	const char *text;

	r->account = json_keep(r->arena, json_deep_copy(account));
	r->letter = (struct letter){ .account = r->account, .to = "", .key = arena_printf(r->arena, "post-%" PRId64, r->post),
	    .doubt = rows_bool(rows, i, "doubt"), .urgent = rows_int(rows, i, "lane") == 0,
	    .valid_until_ms = rows_int(rows, i, "valid_until_ms") };
	r->outcome = (struct outcome){ .verdict = VERDICT_REFUSED, .reason = "message_invalid" };
	r->place = ON_THE_GROUND;
	if (id[0] != '\0') {
		x_write_deletion(r->arena, id, &r->letter);
	} else {
		if (json_parse(r->arena, rows_text(rows, i, "content"), strlen(rows_text(rows, i, "content")), &content) != ERR_OK)
			return;
		text = json_text(content, "text");
		if (x_write(r->arena, &(struct x_post){ .text = text, .link = x_link_in(r->arena, text, r->message),
		    .card = json_object_get(content, "card"), .pictures = pictures_of(p, r, content),
		    .since_ms = rows_int(rows, i, "first_try_ms"),
		    .reply_to = rows_text(rows, i, "reply_to"), .look_only = rows_bool(rows, i, "withdraw") }, &r->letter) != ERR_OK)
			return;
	}
	/* There is a place for each: AT_ONCE is less than the channel takes. */
	must(p->channel->ops->start(p->channel, &r->letter) == ERR_OK);
	r->place = IN_THE_AIR;
}

static void
begin(struct posts *p, int64_t tenant, const struct rows *rows, const json_t *account)
{
	size_t i, k = 0;

	for (i = 0; i < rows_count(rows); i++, k++) {
		struct errand *r;

		while (p->errands[k].place != FREE_PLACE)
			k++;
		r = &p->errands[k];
		*r = (struct errand){ .arena = r->arena, .tenant = tenant, .post = rows_int(rows, i, "id"),
		    .fence = rows_int(rows, i, "fence"), .message = rows_int(rows, i, "message_id"),
		    .try = (int)rows_int(rows, i, "try"), .looks = (int)rows_int(rows, i, "looks") };
		fly(p, r, rows, i, account);
	}
}

/* The account in use; what has none is ended by the claim. */
static enum err
find(struct posts *p, int64_t tenant, json_t **account)
{
	enum err e = enter(p, DB_READ, tenant);

	if (e == ERR_OK)
		e = gateway_find(p->db, p->vault, p->arena, "x", "", account);
	if (e == ERR_NOT_FOUND) {
		*account = json_keep(p->arena, json_object());
		e = ERR_OK;
	}
	return end(p, e);
}

static void
claim(struct posts *p, int64_t tenant, struct db_ints dead)
{
	struct rows *rows;
	json_t *account;
	enum err e = find(p, tenant, &account);

	if (e == ERR_OK)
		e = posts_token_ready(p->tokens, p->arena, tenant, account);
	if (e != ERR_OK)
		return;
	e = enter(p, DB_WRITE, tenant);
	if (e == ERR_OK)
		e = q_post_claim(p->db, (struct q_post_claim){ .most = count(p, FREE_PLACE), .lease_s = LEASE_S,
		    .holder = p->holder, .dead = dead }, &rows);
	if (end(p, e) == ERR_OK)
		begin(p, tenant, rows, account);
}

static void
look(struct posts *p)
{
	int64_t now = clock_monotonic_ms();
	int32_t dead[COURIER_DEAD];
	struct rows *work;
	size_t n, i;
	enum err e;

	if (now < p->looked + LOOK_MS || count(p, FREE_PLACE) == 0)
		return;
	p->looked = now;
	e = db_begin(p->db, DB_READ);
	if (e == ERR_OK)
		e = peers_look(p->db, p->holder, &p->peers, dead, &n);
	if (e == ERR_OK)
		e = q_post_work(p->db, (struct q_post_work){ .dead = { dead, n } }, &work);
	if (end(p, e) != ERR_OK) {
		p->looked = now + AWAY_MS;
		return;
	}
	for (i = 0; i < rows_count(work) && count(p, FREE_PLACE) > 0 && !proc_stopping(); i++)
		claim(p, rows_int(work, i, "tenant_id"), (struct db_ints){ dead, n });
}

/* --- the process --- */

static void
turn(struct posts *p, bool ending)
{
	arena_reset(p->arena);
	db_use(p->db, p->arena);
	land(p);
	if (!ending)
		look(p);
	if (count(p, IN_THE_AIR) > 0)
		p->channel->ops->wait(p->channel, LOOK_MS, -1);
	else
		proc_sleep_ms(LOOK_MS);
}

/* What is in the air after this is in doubt, and whoever comes next will look. */
static void
finish(struct posts *p)
{
	int64_t until = clock_monotonic_ms() + LAST_MS;

	while (count(p, FREE_PLACE) < AT_ONCE && clock_monotonic_ms() < until)
		turn(p, true);
}

int
posts_work(void *context, int slot)
{
	struct posts *p = calloc(1, sizeof *p);
	int i;

	(void)slot;
	must(p != NULL);
	p->house = context;
	if (x_kind.open(&p->house->conf, &p->channel) != ERR_OK)
		return 1;
	p->arena = arena_new();
	p->vault = vault_new(p->house->master);
	p->db = db_new(p->house->conf.database, "chromo_courier", "chromo-posts");
	p->tokens = posts_tokens_new(p->house, p->db, p->vault);
	p->holder = (int)secret_below(INT32_MAX - 1) + 1;
	for (i = 0; i < AT_ONCE; i++)
		p->errands[i].arena = arena_new();
	while (!proc_stopping())
		turn(p, false);
	finish(p);
	p->channel->ops->close(p->channel);
	for (i = 0; i < AT_ONCE; i++)
		arena_free(p->errands[i].arena);
	posts_tokens_free(p->tokens);
	db_free(p->db);
	vault_free(p->vault);
	arena_free(p->arena);
	free(p);
	return 0;
}
