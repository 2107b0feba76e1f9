/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When again: back-off with jitter for one recipient, a breaker for the
 * gateway.  Without the breaker a mail server that is down for a minute would
 * use up a try of every recipient of a large message.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { FAILURES = 5, PAUSE_MS = 1000, PAUSE_MAX_MS = 60000 };

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

/* The gateway itself, not the recipient, was the trouble. */
static bool
gateway_failed(const struct outcome *o)
{
	return o->verdict == VERDICT_LATER && strncmp(o->reason, "gateway_", 8) == 0;
}

void
breaker_learn(struct breaker *b, const struct outcome *o)
{
	int64_t pause = PAUSE_MS;
	int i;

	if (!gateway_failed(o)) {
		if (o->verdict == VERDICT_SENT || o->verdict == VERDICT_REFUSED)
			b->failures = 0;
		return;
	}
	if (++b->failures < FAILURES)
		return;
	for (i = FAILURES; i < b->failures && pause < PAUSE_MAX_MS; i += FAILURES)
		pause *= 2;
	b->until = clock_monotonic_ms() + (pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS);
	log_warn("gateway.away channel=email failures=%d pause_ms=%" PRId64 " reason=%s", b->failures, pause, o->reason);
}

bool
breaker_open(const struct breaker *b)
{
	return clock_monotonic_ms() < b->until;
}
