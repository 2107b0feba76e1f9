/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the air, and what came of it.
 *
 * A round goes over the tenants that have something held: in one transaction
 * each, verdicts are written down, finished batches ended and the next members
 * marked as begun; after its commit they are sent.
 */
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "channel/email.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/rendering.h"
#include "domain/stop_link.h"

int
deliver_room(const struct courier *c)
{
	int room = c->email->ops->room(c->email), own = COURIER_FLIGHTS - c->flying;

	return room < own ? room : own;
}

static struct flight *
free_flight(struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		struct flight *f = &c->flights[i];

		if (f->flying || f->landed)
			continue;
		if (f->arena == NULL)
			f->arena = arena_new();
		arena_reset(f->arena);
		return f;
	}
	log_panic("flights.none");
}

static const char *
filled(struct arena *a, const char *text, const char *stop_url)
{
	const char *slot;
	struct buf b;

	buf_init(&b, a);
	while ((slot = strstr(text, RENDERING_STOP_URL)) != NULL) {
		buf_add(&b, text, (size_t)(slot - text));
		buf_adds(&b, stop_url);
		text = slot + strlen(RENDERING_STOP_URL);
	}
	buf_adds(&b, text);
	return b.data;
}

static void
take_off(struct courier *c, struct flight *f, const struct buf *data)
{
	f->letter.data = data->data;
	f->letter.n = data->len;
	if (c->email->ops->start(c->email, &f->letter) == ERR_OK) {
		f->flying = true;
		c->flying++;
		return;
	}
	/* It never left: the same as a gateway that cannot be reached. */
	f->landed = true;
	f->outcome = (struct outcome){ .verdict = VERDICT_LATER, .reason = "gateway_unreachable" };
}

/* A mail that cannot be composed will not do better next time. */
static void
grounded(struct flight *f, const char *reason)
{
	f->landed = true;
	f->outcome = (struct outcome){ .verdict = VERDICT_REFUSED };
	snprintf(f->outcome.reason, sizeof f->outcome.reason, "%s", reason);
}

/* Stable over all tries of a round, and says nothing about the person. */
static const char *
message_key(struct arena *a, const struct vault *v, const char *key, int64_t citizen)
{
	uint8_t mac[SECRET_HASH];

	vault_mac(v, arena_printf(a, "message-id:%s:%" PRId64, key, citizen), mac);
	return secret_hex(a, mac, 16);
}

static void
send_member(struct courier *c, struct job *j, int64_t citizen, const char *address, const char *language)
{
	struct flight *f = free_flight(c);
	struct arena *a = f->arena;
	const json_t *content = json_object_get(j->renderings, language);
	const char *token, *stop_url;
	struct email mail;
	struct buf data;

	f->job = j;
	f->tenant = j->tenant;
	f->citizen = citizen;
	f->try = j->try;
	j->flying++;
	if (content == NULL)
		content = json_object_get(j->renderings, "ja");

	token = stop_link_token(a, c->vault, citizen, j->message);
	stop_url = arena_printf(a, "%s/unsubscribe/%s", j->tenant.origin, token);
	f->letter = (struct letter){ .to = arena_strdup(a, address),
	    .key = message_key(a, c->vault, j->key, citizen) };
	f->letter.from = arena_printf(a, "bounce+%s@%s", f->letter.key, c->conf->mail_domain);
	mail = (struct email){
		.from_name = j->tenant.name, .from = j->tenant.mail_from, .to = f->letter.to,
		.subject = json_text(content, "subject"),
		.message_id = arena_printf(a, "%s@%s", f->letter.key, c->conf->mail_domain),
		.date = clock_mail(a, clock_ms()),
		.text = filled(a, json_text(content, "text"), stop_url),
		.html = filled(a, json_text(content, "html"), stop_url),
		.list_id = arena_printf(a, "oshirase.%s", j->tenant.host),
		.unsubscribe_url = arena_printf(a, "%s/u/%s", j->tenant.origin, token),
		.language = content == json_object_get(j->renderings, language) ? language : "ja",
		.auto_submitted = 1
	};
	buf_init(&data, a);
	if (email_compose(&mail, &data) == ERR_OK)
		take_off(c, f, &data);
	else
		grounded(f, "address_unusable");
}

enum err
deliver_letter(struct courier *c, const struct tenant *t, const struct rows *rows, size_t row)
{
	struct flight *f = free_flight(c);
	struct arena *a = f->arena;
	const uint8_t *sealed;
	struct email mail;
	struct buf opened, data;
	json_t *doc;
	enum err e;
	size_t n;

	sealed = rows_bytes(rows, row, "sealed", &n);
	buf_init(&opened, a);
	e = vault_open(c->vault, "letter.sealed", sealed, n, &opened);
	if (e == ERR_OK)
		e = json_parse(a, opened.data, opened.len, &doc);
	f->job = NULL;
	f->tenant.id = t->id;
	f->letter_id = rows_int(rows, row, "id");
	f->fence = rows_int(rows, row, "fence");
	f->try = (int)rows_int(rows, row, "try");
	if (e != ERR_OK) {
		grounded(f, "unreadable");
		return e;
	}
	f->letter = (struct letter){ .to = json_text(doc, "to"),
	    .key = arena_strdup(a, rows_text(rows, row, "key")) };
	f->letter.from = arena_printf(a, "bounce+%s@%s", f->letter.key, c->conf->mail_domain);
	mail = (struct email){
		.from_name = t->name, .from = t->mail_from, .to = f->letter.to,
		.subject = json_text(doc, "subject"),
		.message_id = arena_printf(a, "%s@%s", f->letter.key, c->conf->mail_domain),
		.date = clock_mail(a, clock_ms()), .text = json_text(doc, "text"),
		.html = json_text(doc, "html")[0] != '\0' ? json_text(doc, "html") : NULL,
		.language = json_text(doc, "language")[0] != '\0' ? json_text(doc, "language") : "ja",
		.auto_submitted = 1
	};
	buf_init(&data, a);
	if (email_compose(&mail, &data) == ERR_OK)
		take_off(c, f, &data);
	else
		grounded(f, "address_unusable");
	return ERR_OK;
}

/* --- verdicts down --- */

static void
land(struct courier *c)
{
	struct outcome o;

	while (c->email->ops->next(c->email, &o) == ERR_OK) {
		struct letter *letter = o.letter;
		struct flight *f = (struct flight *)((char *)letter - offsetof(struct flight, letter));

		f->outcome = o;
		f->flying = false;
		f->landed = true;
		c->flying--;
		breaker_learn(&c->breaker, &o);
	}
}

static const char *
state_of(enum verdict verdict)
{
	static const char *const states[] = {
		[VERDICT_SENT] = "accepted", [VERDICT_LATER] = "later",
		[VERDICT_REFUSED] = "refused", [VERDICT_UNKNOWN] = "unknown"
	};

	return states[verdict];
}

static enum err
record_job(struct courier *c, struct job *j)
{
	int64_t citizens[COURIER_FLIGHTS];
	int32_t codes[COURIER_FLIGHTS];
	const char *states[COURIER_FLIGHTS], *reasons[COURIER_FLIGHTS], *details[COURIER_FLIGHTS];
	struct rows *rows;
	size_t n = 0;
	enum err e;
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];

		if (!f->landed || f->job != j)
			continue;
		citizens[n] = f->citizen;
		states[n] = state_of(f->outcome.verdict);
		codes[n] = f->outcome.code;
		reasons[n] = f->outcome.reason;
		details[n] = f->outcome.detail;
		if (f->outcome.wait_s > j->wait_s)
			j->wait_s = f->outcome.wait_s;
		n++;
	}
	if (n == 0)
		return ERR_OK;
	e = q_courier_record(c->db, (struct q_courier_record){ .batch = j->batch, .fence = j->fence,
	    .citizens = { citizens, n }, .states = { states, n }, .codes = { codes, n },
	    .reasons = { reasons, n }, .details = { details, n } }, &rows);
	if (e != ERR_OK)
		return e;
	if (!rows_bool(rows, 0, "mine") && !j->lost) {
		j->lost = true;
		log_warn("batch.lost tenant=%" PRId64 " batch=%" PRId64 " late=%zu", j->tenant.id, j->batch, n);
	}
	return ERR_OK;
}

static enum err
record_letter(struct courier *c, const struct flight *f)
{
	const struct outcome *o = &f->outcome;
	bool again = o->verdict == VERDICT_LATER || o->verdict == VERDICT_UNKNOWN;

	return q_courier_letter_record_queue(c->db, (struct q_courier_letter_record){
	    .letter = f->letter_id, .fence = f->fence, .state = again ? "queued" : state_of(o->verdict),
	    .code = o->code, .reason = o->reason,
	    .wait_s = again ? retry_wait_s(c->conf, f->try, o->wait_s) : 0 }, NULL);
}

/* --- next ones up --- */

static enum err
next_members(struct courier *c, struct job *j, int share, struct rows **begun)
{
	enum err e;

	*begun = NULL;
	if (j->lost || j->doubtful || j->reached >= j->size || share <= 0 || breaker_open(&c->breaker))
		return ERR_OK;
	e = q_courier_start(c->db, (struct q_courier_start){ .batch = j->batch, .fence = j->fence,
	    .most = share, .lease_s = c->conf->courier_lease_s }, begun);
	if (e != ERR_OK)
		return e;
	if (rows_count(*begun) == 0)
		j->lost = true;		/* stopped, too late, or another's */
	else
		j->reached = (int)rows_int(*begun, 0, "reached");
	return ERR_OK;
}

/* Landed flights of this job are recorded by the commit that comes. */
static int
landed_of(const struct courier *c, const struct job *j)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].landed && c->flights[i].job == j;
	return n;
}

static enum err
end_job(struct courier *c, struct job *j, bool *ended)
{
	*ended = false;
	if (j->flying > landed_of(c, j) || (!j->lost && !j->doubtful && j->reached < j->size))
		return ERR_OK;
	*ended = true;
	if (j->lost)
		return ERR_OK;
	if (j->doubtful)
		return q_courier_release_queue(c->db, (struct q_courier_release){
		    .batch = j->batch, .fence = j->fence }, NULL);
	return q_courier_finish_queue(c->db, (struct q_courier_finish){ .batch = j->batch, .fence = j->fence,
	    .wait_s = retry_wait_s(c->conf, j->try, j->wait_s) }, NULL);
}

static void
send_members(struct courier *c, struct job *j, const struct rows *begun)
{
	size_t i;

	for (i = 0; begun != NULL && i < rows_count(begun); i++) {
		struct buf address;
		const uint8_t *sealed;
		size_t n;

		if (rows_null(begun, i, "citizen_id"))
			continue;
		sealed = rows_bytes(begun, i, "address", &n);
		buf_init(&address, c->arena);
		if (vault_open(c->vault, "contact.address", sealed, n, &address) != ERR_OK)
			buf_reset(&address);	/* "" does not compose: refused, and said */
		send_member(c, j, rows_int(begun, i, "citizen_id"), address.data, rows_text(begun, i, "language"));
	}
}

struct step {
	struct job *job;
	struct rows *begun;
	bool ended;
};

/* The transaction of one tenant. */
static enum err
step_tenant(struct courier *c, int64_t tenant, struct step *steps, int n, int share)
{
	enum err e;
	int i;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = vault_enter(c->vault, c->db, tenant);
	for (i = 0; e == ERR_OK && i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];

		if (f->landed && f->job == NULL && f->tenant.id == tenant)
			e = record_letter(c, f);
	}
	for (i = 0; e == ERR_OK && i < n; i++) {
		e = record_job(c, steps[i].job);
		if (e == ERR_OK)
			e = end_job(c, steps[i].job, &steps[i].ended);
		if (e == ERR_OK && !steps[i].ended)
			e = next_members(c, steps[i].job, share, &steps[i].begun);
	}
	if (e == ERR_OK)
		e = db_commit(c->db);
	return e;
}

/* What was landed is down now. */
static void
cleared(struct courier *c, int64_t tenant)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		struct flight *f = &c->flights[i];

		if (!f->landed || f->tenant.id != tenant)
			continue;
		f->landed = false;
		if (f->job != NULL)
			f->job->flying--;
	}
}

static void
round_of(struct courier *c, int64_t tenant, int share)
{
	struct step steps[COURIER_JOBS];
	enum err e;
	int i, n = 0;

	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].held && c->jobs[i].tenant.id == tenant)
			steps[n++] = (struct step){ .job = &c->jobs[i] };
	e = step_tenant(c, tenant, steps, n, share);
	if (e != ERR_OK) {
		/* Perhaps it was committed and only the answer was lost.  The
		 * verdicts stay landed and are written again, which changes
		 * nothing if they were; members that may have been marked as
		 * begun are found again when the batch has been given back. */
		db_rollback(c->db);
		for (i = 0; i < n; i++)
			steps[i].job->doubtful = true;
		log_warn("round.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
		return;
	}
	cleared(c, tenant);
	for (i = 0; i < n; i++) {
		struct job *j = steps[i].job;

		if (steps[i].ended) {
			log_info("batch.done tenant=%" PRId64 " batch=%" PRId64 " lost=%d", tenant, j->batch, j->lost);
			j->held = false;
		} else
			send_members(c, j, steps[i].begun);
	}
}

void
deliver_round(struct courier *c)
{
	int64_t tenants[COURIER_JOBS + COURIER_FLIGHTS];
	int i, k, n = 0, jobs = 0, room;

	land(c);
	for (i = 0; i < COURIER_JOBS + COURIER_FLIGHTS; i++) {
		bool job = i < COURIER_JOBS;
		int64_t id;

		if (job ? !c->jobs[i].held : !c->flights[i - COURIER_JOBS].landed)
			continue;
		id = job ? c->jobs[i].tenant.id : c->flights[i - COURIER_JOBS].tenant.id;
		jobs += job;
		for (k = 0; k < n && tenants[k] != id; k++)
			;
		if (k == n)
			tenants[n++] = id;
	}
	room = deliver_room(c);
	for (i = 0; i < n; i++)
		round_of(c, tenants[i], jobs > 0 ? (room + jobs - 1) / jobs : 0);
}

void
deliver_release(struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_JOBS; i++) {
		const struct job *j = &c->jobs[i];

		if (!j->held || j->lost)
			continue;
		if (db_begin(c->db, DB_WRITE) != ERR_OK ||
		    q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = j->tenant.id, .actor = "courier" }, NULL) != ERR_OK ||
		    q_courier_release(c->db, (struct q_courier_release){ .batch = j->batch, .fence = j->fence }, NULL) != ERR_OK ||
		    db_commit(c->db) != ERR_OK)
			db_rollback(c->db);
	}
}
