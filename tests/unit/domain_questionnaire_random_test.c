/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No impossible path is ever accepted, and every possible one is: random questionnaires of all
 * kinds, with conditions, jumps and checks across fields, and random answers to them.
 *
 * What is possible is decided here, by possible() over plain structs and by a table that says
 * of each value what it means (domain_questionnaire_values.h); nothing of the engine is asked.  CHROMO_SEED=n runs that one
 * seed and prints what it is about.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "domain/questionnaire.h"

#include <stdlib.h>
#include <string.h>

#include "domain_questionnaire_values.h"
#include "tap.h"

enum { QUESTIONS = 9, SEEDS = 2000, MUTATIONS = 6, FAILURES_SHOWN = 5 };

/* --- a questionnaire --- */

enum is { ANSWERED, NOT_ANSWERED, CHOSEN, NOT_CHOSEN, EQUALS, LESS, MORE_THAN };
static const char *const is_names[] = { "answered", "not_answered", "chosen", "not_chosen", "equals", "less", "more" };

struct term { unsigned question, row, choice; enum is is; const struct value *than; };
struct condition { unsigned groups, terms[2]; struct term term[2][2]; };	/* no groups: always */
struct question {
	const struct sort *sort;
	bool required;
	int than;		/* not less than that one; -1: none */
	struct condition show;
	unsigned jumps, to[2];
	struct condition when[2];
};
struct paper { unsigned n; struct question q[QUESTIONS]; };

/* What somebody says to each question (NULL: nothing), and whether there is more besides. */
struct said { const struct value *to[QUESTIONS]; const char *stray, *stray_value; };

static unsigned seed;

static unsigned
below(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static const struct value *
any_value(const struct sort *sort, bool good)
{
	unsigned n = 0, i;

	while (sort->values[n].json != NULL)
		n++;
	if (sort == &sorts[NOTE])
		return good ? NULL : &sort->values[below(n)];
	do
		i = below(n);
	while (sort->values[i].wrong == good);
	return &sort->values[i];
}

static struct condition
any_condition(const struct paper *p, unsigned upto)
{
	struct condition c = { .groups = 1 + below(2) };

	for (unsigned g = 0; g < c.groups; g++) {
		c.terms[g] = 1 + below(2);
		for (unsigned t = 0; t < c.terms[g]; t++) {
			struct term *term = &c.term[g][t];
			const struct sort *sort;

			term->question = below(upto);
			sort = p->q[term->question].sort;
			term->is = (enum is)below(2);
			if (sort->measure == CHOICES || sort->measure == TWO_ROWS)
				term->is = (enum is)(below(3) == 0 ? term->is : CHOSEN + below(2));
			else if (sort->measure == AMOUNT && below(3) > 0)
				term->is = (enum is)(EQUALS + below(3));
			term->row = below(2);
			term->choice = below(3);
			term->than = sort->measure == AMOUNT ? any_value(sort, true) : NULL;
		}
	}
	return c;
}

static struct paper
any_paper(void)
{
	struct paper p = { .n = 2 + below(QUESTIONS - 1) };

	for (unsigned i = 0; i < p.n; i++) {
		struct question *q = &p.q[i];

		q->sort = &sorts[below(SORTS)];
		q->required = below(2) && q->sort != &sorts[NOTE];
		q->than = -1;
		for (unsigned k = 0; k < i && below(2); k++)
			if (q->sort->measure == AMOUNT && p.q[k].sort == q->sort)
				q->than = (int)k;
		if (i > 0 && below(2))
			q->show = any_condition(&p, i);
		q->jumps = i + 1 < p.n && below(2) ? 1 + below(2) : 0;
		for (unsigned k = 0; k < q->jumps; k++) {
			q->to[k] = i + 1 + below(p.n - i);
			if (k == 0 || below(2))
				q->when[k] = any_condition(&p, i + 1);
		}
	}
	return p;
}

/* --- what is possible --- */

static bool
term_holds(const struct paper *p, const struct said *s, const struct term *t)
{
	const struct value *v = s->to[t->question];
	bool by_row = p->q[t->question].sort->measure == TWO_ROWS;
	bool there = v != NULL && (!by_row || v->chosen[t->row] != 0);
	bool chosen = there && (v->chosen[by_row ? t->row : 0] & 1u << t->choice) != 0;

	switch (t->is) {
	case ANSWERED: return there;
	case NOT_ANSWERED: return !there;
	case CHOSEN: return chosen;
	case NOT_CHOSEN: return !chosen;
	case EQUALS: return there && v->amount == t->than->amount;
	case LESS: return there && v->amount < t->than->amount;
	case MORE_THAN: return there && v->amount > t->than->amount;
	}
	return false;
}

static bool
holds(const struct paper *p, const struct said *s, const struct condition *c)
{
	for (unsigned g = 0; g < c->groups; g++) {
		unsigned t = 0;

		while (t < c->terms[g] && term_holds(p, s, &c->term[g][t]))
			t++;
		if (t == c->terms[g])
			return true;
	}
	return c->groups == 0;
}

static bool
fits(const struct paper *p, const struct said *s, unsigned i)
{
	const struct question *q = &p->q[i];
	const struct value *v = s->to[i], *than = q->than < 0 ? NULL : s->to[q->than];

	if (v == NULL)
		return !q->required;
	return !v->wrong && !(v->partial && q->required) && (than == NULL || v->amount >= than->amount);
}

/* Which question comes behind the i-th; the first one: i is -1. */
static unsigned
next(const struct paper *p, const struct said *s, int i)
{
	unsigned at = (unsigned)(i + 1);

	for (unsigned k = 0; i >= 0 && k < p->q[i].jumps; k++)
		if (holds(p, s, &p->q[i].when[k])) {
			at = p->q[i].to[k];
			break;
		}
	while (at < p->n && !holds(p, s, &p->q[at].show))
		at++;
	return at;
}

/* The questions that are asked, "q1 q3 ", answered as they must be, and nothing else is. */
static bool
possible(struct arena *a, const struct paper *p, const struct said *s, const char **asked)
{
	struct said known = { .stray = NULL };
	bool good = s->stray == NULL;

	*asked = "";
	for (unsigned at = next(p, &known, -1); at < p->n; at = next(p, &known, (int)at)) {
		known.to[at] = s->to[at];
		good = good && fits(p, &known, at);
		*asked = arena_printf(a, "%sq%u ", *asked, at + 1);
	}
	for (unsigned i = 0; i < p->n; i++)
		good = good && s->to[i] == known.to[i];
	return good;
}

/* --- the same as the engine reads it --- */

static void
write_condition(struct buf *b, const struct paper *p, const struct condition *c)
{
	if (c->groups == 0)
		buf_adds(b, "null");
	for (unsigned g = 0; g < c->groups; g++) {
		buf_adds(b, g == 0 ? "{\"any\":[{\"all\":[" : ",{\"all\":[");
		for (unsigned t = 0; t < c->terms[g]; t++) {
			const struct term *term = &c->term[g][t];

			buf_addf(b, "%s{\"question\":\"q%u", t > 0 ? "," : "", term->question + 1);
			if (p->q[term->question].sort->measure == TWO_ROWS)
				buf_addf(b, ".r%u", term->row + 1);
			buf_addf(b, "\",\"is\":\"%s\"", is_names[term->is]);
			if (term->is == CHOSEN || term->is == NOT_CHOSEN)
				buf_addf(b, ",\"value\":\"%u\"", term->choice + 1);
			else if (term->is >= EQUALS)
				buf_addf(b, ",\"value\":%s", term->than->json);
			buf_adds(b, "}");
		}
		buf_adds(b, "]}");
	}
	if (c->groups > 0)
		buf_adds(b, "]}");
}

static const char *
document_text(struct arena *a, const struct paper *p)
{
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, "{\"questions\":[");
	for (unsigned i = 0; i < p->n; i++) {
		const struct question *q = &p->q[i];
		const struct sort *sort = q->sort;

		buf_addf(&b, "%s{\"code\":\"q%u\",\"kind\":\"%s\",\"required\":%s,\"texts\":{},%s%s\"settings\":{%s", i > 0 ? "," : "",
		    i + 1, sort->kind, q->required ? "true" : "false", sort->choices, sort->choices[0] != '\0' ? "," : "", sort->settings);
		if (q->than >= 0)
			buf_addf(&b, "%s\"equal_or_more\":\"q%d\"", sort->settings[0] != '\0' ? "," : "", q->than + 1);
		buf_adds(&b, "},\"show\":");
		write_condition(&b, p, &q->show);
		buf_adds(&b, ",\"jumps\":[");
		for (unsigned k = 0; k < q->jumps; k++) {
			buf_adds(&b, k > 0 ? ",{\"when\":" : "{\"when\":");
			write_condition(&b, p, &q->when[k]);
			buf_addf(&b, q->to[k] == p->n ? ",\"to\":\"end\"}" : ",\"to\":\"q%u\"}", q->to[k] + 1);
		}
		buf_adds(&b, "]}");
	}
	buf_adds(&b, "]}");
	return b.data;
}

static const char *
answers_text(struct arena *a, const struct paper *p, const struct said *s)
{
	const char *comma = "";
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, "{");
	for (unsigned i = 0; i < p->n; i++) {
		const struct value *v = s->to[i];

		if (v == NULL)
			continue;
		buf_addf(&b, "%s\"q%u\":%s", comma, i + 1, v->json);
		comma = ",";
		if (v->other != NULL)
			buf_addf(&b, ",\"q%u.other\":%s", i + 1, v->other);
	}
	if (s->stray != NULL)
		buf_addf(&b, "%s\"%s\":%s", comma, s->stray, s->stray_value);
	buf_adds(&b, "}");
	return b.data;
}

static json_t *
parsed(struct arena *a, const char *text)
{
	json_t *json;

	if (json_parse(a, text, strlen(text), &json) != ERR_OK) {
		diag("not JSON: %s", text);
		exit(1);
	}
	return json;
}

/* --- the runs --- */

static struct { unsigned walked, refused, accepted, wrong; } count;

static void
differs(const char *what, unsigned from, const char *document, const char *answers)
{
	if (count.wrong++ < FAILURES_SHOWN)
		diag("CHROMO_SEED=%u: %s\n# %s\n# %s", from, what, document, answers);
}

static const char *
path_text(struct arena *a, const json_t *path)
{
	const char *text = "";
	const json_t *q;
	size_t i;

	json_array_foreach(path, i, q)
		text = arena_printf(a, "%s%s ", text, json_text(q, "code"));
	return text;
}

/* Answers by walking as a person does; false: they came to where nothing fits. */
static bool
walk(const struct paper *p, struct said *s)
{
	for (unsigned at = next(p, s, -1); at < p->n; at = next(p, s, (int)at)) {
		unsigned tries = 0;

		do
			s->to[at] = tries < 40 && (p->q[at].required || below(3) > 0) ? any_value(p->q[at].sort, true) : NULL;
		while (!fits(p, s, at) && tries++ < 40);
		if (!fits(p, s, at))
			return false;
	}
	return true;
}

/* One thing is other than it was. */
static struct said
changed(struct arena *a, const struct paper *p, struct said s)
{
	static const char *const strays[] = { "q99", "", "Q1", "q", "q1 ", "q01", "other", ".other" };
	unsigned i = below(p->n);

	switch (below(5)) {
	case 0: s.to[i] = NULL; break;
	case 1: s.to[i] = any_value(p->q[i].sort, false); break;
	case 2: s.stray = strays[below(8)]; break;
	case 3: s.stray = arena_printf(a, "q%u.%s", i + 1, s.to[i] == NULL || p->q[i].sort->measure != CHOICES ? "other" : "r1"); break;
	default: s.to[i] = any_value(p->q[i].sort, true); break;
	}
	s.stray_value = below(2) ? "\"1\"" : "\"x\"";
	return s;
}

static void
compare(struct arena *a, const struct paper *p, const struct said *s, unsigned from, const char *text, const json_t *document)
{
	const char *said = answers_text(a, p, s), *asked, *problem;
	bool can = possible(a, p, s, &asked), whole;
	json_t *answers = parsed(a, said);
	bool taken = questionnaire_accept(a, document, answers, &problem) == ERR_OK;

	if (can != taken)
		differs(can ? "possible, and refused" : "impossible, and accepted", from, text, said);
	if (can && strcmp(path_text(a, questionnaire_path(a, document, answers, &whole)), asked) != 0)
		differs("asked in another order", from, text, said);
	count.accepted += can;
	count.refused += !can;
}

/* A changed mind: of any answers those stay that are still asked for, and no others. */
static void
pruned(struct arena *a, const struct paper *p, struct said s, unsigned from, const char *text, const json_t *document)
{
	const char *said = answers_text(a, p, &s), *asked;
	json_t *left = parsed(a, said);

	(void)possible(a, p, &s, &asked);
	questionnaire_prune(a, document, left);
	for (unsigned i = 0; i < p->n; i++) {
		bool stays = strstr(asked, arena_printf(a, "q%u ", i + 1)) != NULL && s.to[i] != NULL;

		if (stays != (json_object_get(left, arena_printf(a, "q%u", i + 1)) != NULL))
			differs(stays ? "taken away, and asked for" : "left, and not asked for", from, text, said);
	}
}

static void
run(unsigned from, bool show)
{
	struct arena *a = arena_new();
	struct said s = { .stray = NULL }, any = { .stray = NULL }, other;
	const json_t *document;
	struct paper p;
	const char *text;

	seed = from * 2654435761u;
	p = any_paper();
	text = document_text(a, &p);
	document = parsed(a, text);
	if (walk(&p, &s)) {
		count.walked++;
		compare(a, &p, &s, from, text, document);
		if (show)
			diag("%s\n# %s", text, answers_text(a, &p, &s));
		for (unsigned i = 0; i < MUTATIONS; i++) {
			other = changed(a, &p, s);
			compare(a, &p, &other, from, text, document);
		}
	}
	for (unsigned i = 0; i < p.n; i++)
		any.to[i] = below(3) == 0 ? NULL : any_value(p.q[i].sort, true);
	compare(a, &p, &any, from, text, document);
	pruned(a, &p, any, from, text, document);
	arena_free(a);
}

int
main(void)
{
	const char *only = getenv("CHROMO_SEED");

	json_setup();
	for (unsigned n = 1; n <= SEEDS; n++)
		if (only == NULL || strtoul(only, NULL, 10) == n)
			run(n, only != NULL);
	diag("seeds 1 to %d: %u walked to the end, %u answers possible, %u impossible", SEEDS, count.walked, count.accepted, count.refused);
	ok(count.wrong == 0, "what is possible is accepted, what is impossible refused (%u otherwise)", count.wrong);
	if (only == NULL) {
		ok(count.walked > SEEDS / 2, "most questionnaires can be walked to the end");
		ok(count.refused > SEEDS && count.accepted > SEEDS, "and both were tried, thousands of times");
	}
	return done();
}
