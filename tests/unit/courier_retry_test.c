/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "courier/courier.h"
#include "tests/unit/tap.h"

static const struct conf conf = { .courier_retry_base_s = 60, .courier_retry_max_s = 3600 };

static void
waits_are_within(int try, int least, int most)
{
	int i, wait, low = 1 << 30, high = 0;

	for (i = 0; i < 2000; i++) {
		wait = retry_wait_s(&conf, try, 0);
		low = wait < low ? wait : low;
		high = wait > high ? wait : high;
	}
	ok(low >= least && high <= most, "try %d waits %d to %d s (%d to %d)", try, least, most, low, high);
	ok(high - low > (most - least) / 2, "try %d: a thousand do not come back at once", try);
}

static struct outcome
outcome(enum verdict verdict, int code, const char *reason)
{
	struct outcome o = { .verdict = verdict, .code = code };

	snprintf(o.reason, sizeof o.reason, "%s", reason);
	return o;
}

static void
learn(struct breaker *b, struct outcome o, int64_t now, int times)
{
	while (times-- > 0)
		breaker_learn(b, &o, now);
}

static void
the_gateway_is_away(void)
{
	const struct outcome away = outcome(VERDICT_LATER, 0, "gateway_unreachable"), yes = outcome(VERDICT_SENT, 250, "sent");
	struct breaker b = { 0 };
	int64_t now = 1000000;
	int i;

	learn(&b, away, now, 4);
	ok(!breaker_open(&b, now), "four failures may be chance");
	learn(&b, away, now, 1);
	ok(breaker_open(&b, now), "the fifth opens it");
	learn(&b, away, now, 60);
	ok(breaker_open(&b, now + 999) && !breaker_open(&b, now + 1000),
	    "a second at first, however many fail with the same wave");
	ok(breaker_half_open(&b, now + 1000) && !breaker_half_open(&b, now + 999), "then one may try");
	now += 1000;
	learn(&b, away, now, 1);
	ok(breaker_open(&b, now + 1999) && breaker_half_open(&b, now + 2000), "in vain: twice as long");
	for (i = 0; i < 12; i++) {
		now = b.until;
		learn(&b, away, now, 1);
	}
	is_int(b.until - now, 60000, "a minute at the most");
	now = b.until;
	learn(&b, yes, now, 1);
	ok(!breaker_open(&b, now) && !breaker_half_open(&b, now), "a yes closes it");
	learn(&b, away, now, 4);
	ok(!breaker_open(&b, now), "and all is forgotten");
}

static void
what_counts(void)
{
	static const struct {
		enum verdict verdict;
		int code;
		const char *reason;
		bool counts;
	} cases[] = {
		{ VERDICT_SENT, 250, "sent", false },
		{ VERDICT_REFUSED, 550, "mailbox_unknown", false },
		{ VERDICT_LATER, 450, "gateway_busy", false },
		{ VERDICT_LATER, 452, "mailbox_full", false },
		{ VERDICT_LATER, 421, "gateway_busy", true },
		{ VERDICT_LATER, 0, "gateway_slow", true },
		{ VERDICT_LATER, 535, "gateway_denied", true },
		{ VERDICT_LATER, 0, "gateway_untrusted", true },
		{ VERDICT_UNKNOWN, 0, "no_answer", true },
		{ VERDICT_REFUSED, 550, "refused_policy", false },
	};
	struct breaker ours = { 0 };
	struct outcome refused = outcome(VERDICT_REFUSED, 550, "refused_policy");
	size_t i;

	refused.ours = true;
	learn(&ours, refused, 1, 4);
	is_str(breaker_state(&ours, 1), "closed", "one filter's whim, or four");
	learn(&ours, refused, 1, 1);
	is_str(breaker_state(&ours, 1), "open", "five in a row are not");
	is_str(breaker_state(&ours, ours.until), "half_open", "and it is tried again");

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct breaker b = { 0 };

		learn(&b, outcome(cases[i].verdict, cases[i].code, cases[i].reason), 1, 5);
		ok(breaker_open(&b, 1) == cases[i].counts, "%s %d: %s", cases[i].reason, cases[i].code,
		    cases[i].counts ? "the gateway's trouble" : "the recipient's");
	}
}

int
main(void)
{
	waits_are_within(1, 30, 90);
	waits_are_within(2, 60, 180);
	waits_are_within(5, 480, 1440);
	waits_are_within(7, 1800, 5400);
	waits_are_within(1000, 1800, 5400);
	is_int(retry_wait_s(&conf, 1, 900), 900, "at least what the far side asked for");
	the_gateway_is_away();
	what_counts();
	return done();
}
