/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When again: back-off with jitter for one recipient, a breaker for the
 * gateway.  Without the breaker a mail server that is down for a minute would
 * use up a try of every recipient of a large message.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { FAILURES = 5, PAUSE_MS = 1000, PAUSE_MAX_MS = 60000, DENIED_MS = 30000 };

int
retry_wait_s(const struct conf *conf, int try, int asked_s)
{
	int64_t wait = conf->courier_retry_base_s;
	int i;

	for (i = 1; i < try && wait < conf->courier_retry_max_s; i++)
		wait *= 2;
	if (wait > conf->courier_retry_max_s)
		wait = conf->courier_retry_max_s;
	/* Half to one and a half of it, so that a thousand do not come back at once. */
	wait = wait / 2 + (int64_t)secret_below((uint32_t)wait + 1);
	return (int)(wait > asked_s ? wait : asked_s);
}

/* The gateway itself, not the recipient, was the trouble.  A 450 or 452 is an
 * answer, and the next recipient may get another.  A cut behind the final dot is
 * trouble too: each may cost somebody an extra mail. */
static bool
gateway_failed(const struct outcome *o)
{
	if (o->verdict == VERDICT_UNKNOWN || o->ours)
		return true;
	if (o->verdict != VERDICT_LATER || strncmp(o->reason, "gateway_", 8) != 0)
		return false;
	return o->code == 0 || o->code == 421 || strcmp(o->reason, "gateway_busy") != 0;
}

static void
open_for(struct breaker *b, int pause_ms, int64_t now, const char *reason)
{
	b->pause_ms = pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;
	b->until = now + b->pause_ms;
	log_warn("gateway.away channel=%s failures=%d pause_ms=%d reason=%s", b->name, b->failures, b->pause_ms, reason);
}

void
breaker_learn(struct breaker *b, const struct outcome *o, int64_t now)
{
	if (!gateway_failed(o)) {
		/* A 429 neither opens nor closes it: account.c waits. */
		if (o->verdict == VERDICT_LATER && o->code == 429)
			return;
		if (b->pause_ms > 0)
			log_info("gateway.back channel=%s", b->name);
		*b = (struct breaker){ .name = b->name };
		return;
	}
	if (breaker_open(b, now))
		return;		/* of the same wave as those that opened it */
	b->failures++;
	snprintf(b->reason, sizeof b->reason, "%s", o->reason);
	/* Credentials that are not taken: a person has to look. */
	if (o->code == 401 || o->code == 403)
		open_for(b, DENIED_MS, now, o->reason);
	else if (b->pause_ms > 0)
		open_for(b, b->pause_ms * 2, now, o->reason);
	else if (b->failures >= FAILURES)
		open_for(b, PAUSE_MS, now, o->reason);
}

bool
breaker_open(const struct breaker *b, int64_t now)
{
	return b->pause_ms > 0 && now < b->until;
}

const char *
breaker_state(const struct breaker *b, int64_t now)
{
	return b->pause_ms == 0 ? "closed" : breaker_open(b, now) ? "open" : "half_open";
}

bool
breaker_half_open(const struct breaker *b, int64_t now)
{
	return b->pause_ms > 0 && now >= b->until;
}
