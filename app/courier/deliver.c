/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flights: one letter to one person each, from its bytes to its outcome.
 *
 *	FREE ─► WAITING ─► FLYING ─► LANDED ─► WRITING ─► FREE
 *
 * Members of batches are composed once they are marked as begun, and take off at
 * once; letters are composed when they are claimed, and wait for a connection.
 * ledger.c brings flights from LANDED to FREE.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "channel/email.h"
#include "courier/courier.h"
#include "domain/bounce.h"
#include "domain/stop_link.h"

enum { OURS_TRIES = 3 };

static int
count(const struct courier *c, enum stage from, enum stage to)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].stage >= from && c->flights[i].stage <= to;
	return n;
}

/* Members that wait for the account's turn are begun, too. */
int
deliver_open(const struct courier *c)
{
	int i, n = count(c, FLYING, WRITING);

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].stage == WAITING && c->flights[i].job != NULL;
	return n;
}

int
deliver_n_waiting(const struct courier *c)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].stage == WAITING && c->flights[i].job == NULL;
	return n;
}

int
deliver_room(const struct courier *c, int freed)
{
	int i, room = c->capacity - (deliver_open(c) - freed);

	if (c->ending)
		return 0;
	for (i = 0; i < COURIER_ROUNDS; i++)
		room -= c->rounds[i].away ? c->rounds[i].promised : 0;
	return room > 0 ? room : 0;
}

static struct flight *
free_flight(struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		struct flight *f = &c->flights[i];
		struct arena *a = f->arena;

		if (f->stage != FREE)
			continue;
		if (a == NULL)
			a = arena_new();
		arena_reset(a);
		*f = (struct flight){ .arena = a };
		return f;
	}
	log_panic("flights.none");
}

/* --- up --- */

static void
landed(struct courier *c, struct flight *f)
{
	f->stage = LANDED;
	if (c->landed == 0)
		c->landed = clock_monotonic_ms();
}

/* It never left, and will not do better next time. */
static void
grounded(struct courier *c, struct flight *f, enum verdict verdict, const char *reason)
{
	f->outcome = (struct outcome){ .verdict = verdict };
	snprintf(f->outcome.reason, sizeof f->outcome.reason, "%s", reason);
	landed(c, f);
}

static bool
to_outbox(const struct courier *c, const struct flight *f)
{
	return f->account == &c->own[0] && c->outbox != NULL;
}

static void
take_off(struct courier *c, struct flight *f)
{
	struct channel *channel = to_outbox(c, f) ? c->outbox : c->channel;

	f->stage = FLYING;
	f->up = clock_monotonic_ms();
	f->letter.place = f->account->place;
	if (channel->ops->start(channel, &f->letter) != ERR_OK)
		grounded(c, f, VERDICT_LATER, "gateway_unreachable");
	else if (channel == c->outbox && channel->ops->next(channel, &f->outcome) == ERR_OK)
		landed(c, f);	/* at once */
}

static int
lane_of(const struct flight *f)
{
	return f->job != NULL ? f->job->lane : 0;
}

static enum probe
probe_of(const struct job *j)
{
	return j == NULL ? PROBE_LATE : j->lane == 0 ? PROBE_NEVER : PROBE_READILY;
}

/* Now, or when the account's turn has come. */
static void
line_up(struct courier *c, struct flight *f)
{
	if (account_take(c, f->account, f->tenant, lane_of(f), clock_monotonic_ms(), &f->turn))
		take_off(c, f);
	else
		f->stage = WAITING;
}

/* Stable over all tries of a round, and says nothing about the person. */
static const char *
message_key(struct arena *a, const struct vault *v, const char *key, int64_t citizen)
{
	uint8_t mac[SECRET_HASH];

	vault_mac(v, arena_printf(a, "message-id:%s:%" PRId64, key, citizen), mac);
	return secret_hex(a, mac, 16);
}

/* An account as it is now: it may be read again while the letter is under way. */
static const json_t *
held(struct arena *a, const json_t *doc)
{
	return doc == NULL ? NULL : json_keep(a, json_incref((json_t *)(uintptr_t)doc));
}

static const json_t *
content_for(const struct job *j, const char **language)
{
	const json_t *content = json_object_get(j->renderings, *language);

	if (content == NULL) {
		*language = "ja";
		content = json_object_get(j->renderings, *language);
	}
	return content;
}

/* The words with the open link of a survey made into the person's own. */
static const char *
own_link(struct arena *a, const char *text, const char *open, const char *own)
{
	const char *at = text, *found;
	struct buf b;

	buf_init(&b, a);
	while ((found = strstr(at, open)) != NULL) {
		const char *end = found + strlen(open);

		buf_add(&b, at, (size_t)(end - at));
		/* /surveys/12 in /surveys/123 and /surveys/12/result is another address. */
		if ((*end < '0' || *end > '9') && *end != '/')
			buf_adds(&b, own);
		at = end;
	}
	buf_adds(&b, at);
	return b.data;
}

static json_t *
with_own_link(struct arena *a, const json_t *content, const char *open, const char *own)
{
	json_t *copy = json_keep(a, json_copy((json_t *)(uintptr_t)content)), *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)content, name, value)
		if (json_is_string(value))
			json_object_set_new(copy, name, json_string(own_link(a, json_string_value(value), open, own)));
	return copy;
}

/* What is the person's own; of a call that many share, nothing. */
static void
make_personal(const struct courier *c, const struct job *j, struct arena *a, const struct addressee *to, struct envelope *v)
{
	int64_t citizen = to->citizen;
	const char *token;

	if (citizen == 0)
		return;
	if (c->kind == &email_kind)
		v->mail_return = bounce_local(a, c->vault, j->tenant.id, j->message, citizen);
	token = stop_link_token(a, c->vault, to->contacts[0], j->message);
	v->stop_url = arena_printf(a, "%s/unsubscribe/%s", j->tenant.origin, token);
	v->one_click_url = arena_printf(a, "%s/u/%s", j->tenant.origin, token);
	if (j->seen)
		v->seen_url = arena_printf(a, "%s/seen/%s", j->tenant.origin, seen_link_token(a, c->vault, citizen, j->message));
	if (j->survey != 0)
		v->content = with_own_link(a, v->content, arena_printf(a, "%s/surveys/%" PRId64, j->tenant.origin, j->survey),
		    arena_printf(a, "/for/%s", survey_link_token(a, c->vault, citizen, j->survey)));
}

/* Addresses and what belongs to them, in the flight's own memory. */
static void
board(struct flight *f, const struct addressee *to)
{
	const char **many = arena_alloc(f->arena, to->n * sizeof *many);
	size_t i;

	for (i = 0; i < to->n; i++)
		many[i] = arena_strdup(f->arena, to->many[i]);
	f->letter.to = many[0];
	f->letter.many = many;
	f->letter.n_many = to->n;
	f->letter.doubt = to->doubt;
	for (i = 0; i < to->n && i < COURIER_DEVICES && to->citizen != 0; i++)
		f->contacts[f->n_contacts++] = to->contacts[i];
}

void
deliver_member(struct courier *c, struct job *j, const struct addressee *to)
{
	int64_t now = clock_monotonic_ms();
	struct flight *f = free_flight(c);
	struct arena *a = f->arena;
	const char *language = to->citizen == 0 ? j->language : to->language;
	const json_t *content = content_for(j, &language);
	struct envelope v;

	f->job = j;
	f->tenant = j->tenant.id;
	f->citizen = to->citizen;
	f->try = j->try;
	f->account = account_pick(c, f->tenant, probe_of(j), now);
	if (f->account == NULL) {
		f->account = &c->own[0];
		grounded(c, f, VERDICT_LATER, "gateway_missing");
		return;
	}
	if (content == NULL) {
		grounded(c, f, VERDICT_REFUSED, "message_invalid");
		return;
	}
	f->letter = (struct letter){ .key = to->citizen == 0 ? j->key : message_key(a, c->vault, j->key, to->citizen),
	    .valid_until_ms = j->valid_until_ms, .urgent = j->lane == 0,
	    .account = held(a, f->account->doc), .other = held(a, account_other(c, f->account)) };
	board(f, to);
	v = (struct envelope){ .account = f->letter.account, .content = content,
	    .tenant_name = j->tenant.name, .mail_from = j->tenant.mail_from, .mail_name = j->tenant.mail_name,
	    .mail_reply = j->tenant.mail_reply, .host = j->tenant.host, .origin = j->tenant.origin,
	    .mail_domain = c->conf->mail_domain, .language = language, .to = f->letter.to, .many = f->letter.many,
	    .n_many = f->letter.n_many, .key = f->letter.key, .mail_return = "bounce",
	    .stop_url = "", .one_click_url = "", .seen_url = "", .message = j->message,
	    .valid_until_ms = j->valid_until_ms, .urgent = j->lane == 0 };
	make_personal(c, j, a, to, &v);
	if (c->kind->compose(a, &v, &f->letter) == ERR_OK)
		line_up(c, f);
	else
		grounded(c, f, VERDICT_REFUSED, "address_invalid");
}

/* False: it cannot be written, whatever the time. */
static bool
compose_mail(struct courier *c, struct flight *f, const struct tenant *t, const json_t *doc)
{
	struct arena *a = f->arena;
	const char *html = json_text(doc, "html"), *language = json_text(doc, "language");
	const struct email mail = {
		.from_name = t->mail_name, .from = t->mail_from, .reply_to = t->mail_reply[0] != '\0' ? t->mail_reply : NULL,
		.to = f->letter.to, .subject = json_text(doc, "subject"),
		.message_id = arena_printf(a, "%s@%s", f->letter.key, c->conf->mail_domain),
		.date = clock_mail(a, clock_ms()), .text = json_text(doc, "text"), .html = html[0] != '\0' ? html : NULL,
		.language = language[0] != '\0' ? language : "ja", .auto_submitted = 1
	};
	struct buf data;

	vault_hash(c->vault, "email", f->letter.to, f->hash);
	buf_init(&data, a);
	if (email_compose(&mail, &data) != ERR_OK)
		return false;
	f->letter.from = arena_printf(a, "%s@%s", bounce_letter_local(a, c->vault, t->id, f->letter_id), c->conf->mail_domain);
	f->letter.data = data.data;
	f->letter.n = data.len;
	return true;
}

/* A letter is {"to", …} and, beside, the content as a rendering of the channel. */
static bool
compose_letter(struct courier *c, struct flight *f, const struct tenant *t, const json_t *doc, const char *key)
{
	struct arena *a = f->arena;
	const char **many = arena_alloc(a, sizeof *many), *language = json_text(doc, "language");

	many[0] = arena_strdup(a, json_text(doc, "to"));
	f->letter = (struct letter){ .to = many[0], .many = many, .n_many = 1, .key = arena_strdup(a, key), .urgent = true,
	    .doubt = f->try > 1,
	    .account = held(a, f->account->doc), .other = held(a, account_other(c, f->account)) };
	if (c->kind == &email_kind)
		return compose_mail(c, f, t, doc);
	/* Bytes that were made for another address of the same person (round.c). */
	if (json_text(doc, "data")[0] != '\0') {
		f->letter.data = arena_strdup(a, json_text(doc, "data"));
		f->letter.n = strlen(f->letter.data);
		f->letter.urgent = json_flag(doc, "urgent");
		f->letter.valid_until_ms = json_int(doc, "valid_until_ms");
		return true;
	}
	return c->kind->compose(a, &(struct envelope){ .account = f->letter.account, .content = doc,
	    .tenant_name = t->name, .mail_from = t->mail_from,
	    .mail_name = t->mail_name, .mail_reply = t->mail_reply, .host = t->host, .origin = t->origin,
	    .mail_domain = c->conf->mail_domain, .language = language[0] != '\0' ? language : "ja", .to = many[0], .many = many,
	    .n_many = 1, .key = f->letter.key, .stop_url = "", .one_click_url = "", .seen_url = "", .urgent = true },
	    &f->letter) == ERR_OK;
}

/* What was written about a sign-up before its person had another address goes to the new one. */
static void
forward(const struct courier *c, const struct flight *f, const struct rows *rows, size_t row, json_t *doc)
{
	bool mail = strcmp(c->kind->name, "email") == 0;
	const uint8_t *sealed;
	const char *to;
	json_t *contact;
	size_t n;

	if (rows_null(rows, row, "contact"))
		return;
	sealed = rows_bytes(rows, row, "contact", &n);
	if (vault_open_json(c->vault, f->arena, "application.contact", sealed, n, &contact) != ERR_OK)
		return;		/* of a key that is gone */
	to = json_text(contact, mail ? "email" : "phone");
	if (mail ? to[0] != '\0' : to[0] == '+')
		json_object_set_new(doc, "to", json_string(to));
}

enum err
deliver_letter(struct courier *c, const struct tenant *t, const struct rows *rows, size_t row)
{
	struct flight *f = free_flight(c);
	const uint8_t *sealed;
	struct buf opened;
	json_t *doc;
	enum err e;
	size_t n;

	f->tenant = t->id;
	f->letter_id = rows_int(rows, row, "id");
	f->fence = rows_int(rows, row, "fence");
	f->try = (int)rows_int(rows, row, "try");
	f->account = account_pick(c, t->id, probe_of(NULL), clock_monotonic_ms());
	must(f->account != NULL);	/* claim.c looked */
	sealed = rows_bytes(rows, row, "sealed", &n);
	buf_init(&opened, f->arena);
	e = vault_open(c->vault, "letter.sealed", sealed, n, &opened);
	if (e == ERR_OK)
		e = json_parse(f->arena, opened.data, opened.len, &doc);
	if (e == ERR_OK)
		forward(c, f, rows, row, doc);
	if (e != ERR_OK || !compose_letter(c, f, t, doc, rows_text(rows, row, "key")))
		grounded(c, f, VERDICT_REFUSED, e != ERR_OK ? "message_invalid" : "address_invalid");
	else
		f->stage = WAITING;
	return e;
}

/* A mail is the same whichever of the installation's servers has it. */
static void
change_over(struct courier *c, struct flight *f, int64_t now)
{
	struct account *a = account_pick(c, f->tenant, probe_of(f->job), now);

	if (a != NULL && a->doc == NULL && f->account->doc == NULL)
		f->account = a;
}

/* A member whose account has gone away under it never left. */
static void
take_off_waiting(struct courier *c, struct flight *f, int *room, int64_t now)
{
	const struct breaker *bar = bar_at(c, f->account, f->tenant);

	if (account_open(c, f->account, f->tenant, now))
		change_over(c, f, now);
	if (account_open(c, f->account, f->tenant, now) && f->job != NULL)
		grounded(c, f, VERDICT_LATER, bar != NULL && breaker_open(bar, now) ? bar->reason : f->account->breaker.reason);
	else if (*room > 0 && account_take(c, f->account, f->tenant, lane_of(f), now, &f->turn)) {
		take_off(c, f);
		(*room)--;
	}
}

void
deliver_waiting(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	int i, room = c->channel->ops->room(c->channel), turn;

	/* Letters first, then emergencies, then the others. */
	for (turn = 0; turn < 3; turn++)
		for (i = 0; i < COURIER_FLIGHTS; i++) {
			struct flight *f = &c->flights[i];

			if (f->stage == WAITING && (f->job == NULL ? 0 : f->job->lane == 0 ? 1 : 2) == turn)
				take_off_waiting(c, f, &room, now);
		}
}

/* --- down --- */

/* A no for who we are is no word about the person: a few more tries, and as many as it takes
 * while it is the whole town that is refused. */
static void
settle_ours(struct courier *c, struct flight *f, int64_t now)
{
	const struct breaker *bar = bar_at(c, f->account, f->tenant);

	if (f->outcome.ours && (f->try < OURS_TRIES || (bar != NULL && bar->pause_ms > 0)))
		f->outcome.verdict = VERDICT_LATER;
	else if (f->job != NULL && account_fails_over(c, f->account, f->tenant, &f->outcome, now))
		f->job->soon = true;
}

void
deliver_land(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	struct outcome o;

	while (c->channel->ops->next(c->channel, &o) == ERR_OK) {
		struct letter *letter = o.letter;
		struct flight *f = (struct flight *)((char *)letter - offsetof(struct flight, letter));

		must(f->stage == FLYING);
		f->outcome = o;
		landed(c, f);
		account_left(f->account, f->turn, o.left_at);
		account_learn(c, f->account, f->tenant, &o, now);
		settle_ours(c, f, now);
	}
}

const char *
deliver_state(enum verdict verdict)
{
	static const char *const states[] = {
		[VERDICT_SENT] = "accepted", [VERDICT_LATER] = "later",
		[VERDICT_REFUSED] = "refused", [VERDICT_UNKNOWN] = "unknown"
	};

	return states[verdict];
}
