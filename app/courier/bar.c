/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Towns that a mail server does not want, while others' mails are taken: each town has a
 * breaker of its own at each of the installation's servers, made when it is needed.
 *
 * A 5.7.x is our fault (integrations.md 11.4): a block list, DMARC, a sender's address that
 * may not be used.  One may be a filter's whim about one person; several in a row are not.
 */
#include <stdio.h>

#include "base/log.h"
#include "courier/courier.h"

static struct bar *
find(struct courier *c, int place, int64_t tenant)
{
	int i;

	for (i = 0; i < c->n_bars; i++)
		if (c->bars[i].tenant == tenant && c->bars[i].place == place)
			return &c->bars[i];
	return NULL;
}

/* The one that was used longest ago is forgotten; its town begins to count anew. */
static struct bar *
make(struct courier *c, int place, int64_t tenant)
{
	struct bar *b = find(c, place, tenant);
	int i;

	if (b != NULL)
		return b;
	b = &c->bars[0];
	if (c->n_bars < COURIER_ACCOUNTS)
		b = &c->bars[c->n_bars++];
	for (i = 0; i < c->n_bars; i++)
		if (c->bars[i].used < b->used)
			b = &c->bars[i];
	*b = (struct bar){ .tenant = tenant, .place = place, .breaker = { .name = "email" }, .told = "closed" };
	return b;
}

struct breaker *
bar_at(struct courier *c, const struct account *a, int64_t tenant)
{
	/* A town's own account has its breaker itself. */
	struct bar *b = a->tenant != 0 ? NULL : find(c, a->place, tenant);

	return b != NULL ? &b->breaker : NULL;
}

void
bar_learn(struct courier *c, const struct account *a, int64_t tenant, const struct outcome *o, int64_t now)
{
	struct bar *b;

	if (a->tenant != 0 || (!o->ours && o->verdict != VERDICT_SENT))
		return;
	b = o->ours ? make(c, a->place, tenant) : find(c, a->place, tenant);
	if (b == NULL)
		return;
	b->used = now;
	if (o->ours && !breaker_open(&b->breaker, now))
		log_warn("mail.refused tenant=%" PRId64 " server=%d code=%d", tenant, a->place + 1, o->code);
	breaker_learn(&b->breaker, o, now);
}

void
bar_rest(struct courier *c, int64_t tenant, int64_t rest_ms, int64_t now)
{
	struct bar *b = rest_ms > 0 ? make(c, BAR_RETURNS, tenant) : find(c, BAR_RETURNS, tenant);

	if (b == NULL)
		return;
	b->used = now;
	b->breaker.until = now + rest_ms;
}

bool
bar_rests(const struct courier *c, int64_t tenant, int64_t now)
{
	const struct bar *b = find((struct courier *)(uintptr_t)c, BAR_RETURNS, tenant);

	return b != NULL && now < b->breaker.until;
}
