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
#include "domain/rendering.h"
#include "domain/stop_link.h"

static int
count(const struct courier *c, enum stage from, enum stage to)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].stage >= from && c->flights[i].stage <= to;
	return n;
}

int
deliver_open(const struct courier *c)
{
	return count(c, FLYING, WRITING);
}

int
deliver_n_waiting(const struct courier *c)
{
	return count(c, WAITING, WAITING);
}

int
deliver_room(const struct courier *c, int freed)
{
	int64_t now = clock_monotonic_ms();
	int i, room = c->capacity - (deliver_open(c) - freed);

	if (c->ending || breaker_open(&c->breaker, now))
		return 0;
	for (i = 0; i < COURIER_ROUNDS; i++)
		room -= c->rounds[i].away ? c->rounds[i].promised : 0;
	/* One goes ahead, to see whether the gateway is back. */
	if (breaker_half_open(&c->breaker, now))
		room = room == c->capacity ? 1 : 0;
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
grounded(struct courier *c, struct flight *f, const char *reason)
{
	f->outcome = (struct outcome){ .verdict = VERDICT_REFUSED };
	snprintf(f->outcome.reason, sizeof f->outcome.reason, "%s", reason);
	landed(c, f);
}

static void
take_off(struct courier *c, struct flight *f)
{
	f->stage = FLYING;
	if (c->email->ops->start(c->email, &f->letter) == ERR_OK)
		return;
	f->outcome = (struct outcome){ .verdict = VERDICT_LATER, .reason = "gateway_unreachable" };
	landed(c, f);
}

/* False: it cannot be written, whatever the time. */
static bool
compose(struct flight *f, const struct email *mail)
{
	struct buf data;

	buf_init(&data, f->arena);
	if (email_compose(mail, &data) != ERR_OK)
		return false;
	f->letter.data = data.data;
	f->letter.n = data.len;
	return true;
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
address_letter(const struct courier *c, struct flight *f, const char *to, const char *key)
{
	f->letter = (struct letter){ .to = to, .key = key,
	    .from = arena_printf(f->arena, "bounce+%s@%s", key, c->conf->mail_domain) };
}

void
deliver_member(struct courier *c, struct job *j, int64_t citizen, const char *address, const char *language)
{
	struct flight *f = free_flight(c);
	struct arena *a = f->arena;
	const json_t *content = json_object_get(j->renderings, language);
	const char *token, *stop_url;
	struct email mail;

	if (content == NULL) {
		language = "ja";
		content = json_object_get(j->renderings, language);
	}
	f->job = j;
	f->tenant = j->tenant.id;
	f->citizen = citizen;
	f->try = j->try;
	if (content == NULL) {
		grounded(c, f, "message_invalid");
		return;
	}
	address_letter(c, f, arena_strdup(a, address), message_key(a, c->vault, j->key, citizen));

	token = stop_link_token(a, c->vault, citizen, j->message);
	stop_url = arena_printf(a, "%s/unsubscribe/%s", j->tenant.origin, token);
	mail = (struct email){
		.from_name = j->tenant.name, .from = j->tenant.mail_from, .to = f->letter.to,
		.subject = json_text(content, "subject"),
		.message_id = arena_printf(a, "%s@%s", f->letter.key, c->conf->mail_domain),
		.date = clock_mail(a, clock_ms()),
		.text = rendering_personal(a, json_text(content, "text"), stop_url),
		.html = rendering_personal(a, json_text(content, "html"), stop_url),
		.list_id = arena_printf(a, "oshirase.%s", j->tenant.host),
		.unsubscribe_url = arena_printf(a, "%s/u/%s", j->tenant.origin, token),
		.language = language, .auto_submitted = 1
	};
	if (compose(f, &mail))
		take_off(c, f);
	else
		grounded(c, f, "address_invalid");
}

static bool
compose_letter(struct courier *c, struct flight *f, const struct tenant *t, const json_t *doc, const char *key)
{
	struct arena *a = f->arena;
	const char *html = json_text(doc, "html"), *language = json_text(doc, "language");

	address_letter(c, f, arena_strdup(a, json_text(doc, "to")), arena_strdup(a, key));
	return compose(f, &(struct email){
	    .from_name = t->name, .from = t->mail_from, .to = f->letter.to,
	    .subject = json_text(doc, "subject"),
	    .message_id = arena_printf(a, "%s@%s", key, c->conf->mail_domain),
	    .date = clock_mail(a, clock_ms()), .text = json_text(doc, "text"),
	    .html = html[0] != '\0' ? html : NULL,
	    .language = language[0] != '\0' ? language : "ja", .auto_submitted = 1 });
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
	sealed = rows_bytes(rows, row, "sealed", &n);
	buf_init(&opened, f->arena);
	e = vault_open(c->vault, "letter.sealed", sealed, n, &opened);
	if (e == ERR_OK)
		e = json_parse(f->arena, opened.data, opened.len, &doc);
	if (e != ERR_OK || !compose_letter(c, f, t, doc, rows_text(rows, row, "key")))
		grounded(c, f, e != ERR_OK ? "message_invalid" : "address_invalid");
	else
		f->stage = WAITING;
	return e;
}

void
deliver_waiting(struct courier *c)
{
	int i, room = deliver_room(c, 0);

	for (i = 0; i < COURIER_FLIGHTS && room > 0; i++)
		if (c->flights[i].stage == WAITING) {
			take_off(c, &c->flights[i]);
			room--;
		}
}

/* --- down --- */

void
deliver_land(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	struct outcome o;

	while (c->email->ops->next(c->email, &o) == ERR_OK) {
		struct letter *letter = o.letter;
		struct flight *f = (struct flight *)((char *)letter - offsetof(struct flight, letter));

		must(f->stage == FLYING);
		f->outcome = o;
		landed(c, f);
		breaker_learn(&c->breaker, &o, now);
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
