/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several hosts is believed.
 *
 * A standby that is promoted begins a new timeline, whose number is higher.  Its old
 * primary may come back knowing nothing of that, and take what nobody will ever see
 * again.  So where conninfo names several hosts all of them are asked at each
 * connection, at once: the primary of the highest timeline is taken, and never one below
 * the highest that this program has seen, whoever of its processes it was.
 */
#include <libpq-fe.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "db/query.h"

/* A host that says nothing is waited for so long, and less once another has answered. */
enum { HOSTS_MAX = 8, KEYS_MAX = 16, ANSWER_MS = 5000, PATIENCE_MS = 1000 };

/* Not in sql/queries: it is asked before anybody is known to be the one to prepare anything at. */
static const char question[] = "SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
    "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END";

struct host {
	PGconn *conn;
	enum { DIALLED, ASKED, ANSWERED, SILENT } state;
	PostgresPollingStatusType wants;
	int timeline;			/* 0: a standby */
};

/* The options of conninfo that are lists, one for each host. */
struct lists {
	char *host, *hostaddr, *port;
};

static atomic_int own, *seen = &own;

void
db_share(void)
{
	void *page = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(page != MAP_FAILED);
	seen = page;
}

static void
lists_free(struct lists *l)
{
	free(l->host);
	free(l->hostaddr);
	free(l->port);
}

static char *
option(const PQconninfoOption *all, const char *name)
{
	for (; all->keyword != NULL; all++)
		if (strcmp(all->keyword, name) == 0 && all->val != NULL) {
			char *value = strdup(all->val);

			must(value != NULL);
			return value;
		}
	return NULL;
}

static bool
is_net(const char *hosts)
{
	for (; hosts != NULL; hosts = strchr(hosts, ',')) {
		hosts += *hosts == ',';
		if (*hosts != '\0' && *hosts != '/' && *hosts != '@' && *hosts != ',')
			return true;
	}
	return false;
}

void
db_needs(struct arena *a, const char *conninfo, struct db_needs *n)
{
	static const char *const files[] = { "sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile" };
	PQconninfoOption *all[] = { PQconninfoParse(conninfo, NULL), PQconndefaults() };
	const char *home = getenv("HOME");
	size_t i, k, found = 0;

	*n = (struct db_needs){ 0 };
	/* What conninfo does not say, the environment may. */
	for (i = 0; i < 2 && all[i] != NULL; i++)
		for (const PQconninfoOption *o = all[i]; o->keyword != NULL; o++) {
			if (o->val == NULL)
				continue;
			n->net |= strcmp(o->keyword, "hostaddr") == 0 || (strcmp(o->keyword, "host") == 0 && is_net(o->val));
			for (k = 0; k < sizeof files / sizeof *files && found < sizeof n->reads / sizeof *n->reads - 2; k++)
				if (strcmp(o->keyword, files[k]) == 0)
					n->reads[found++] = arena_strdup(a, o->val);
		}
	PQconninfoFree(all[0]);
	PQconninfoFree(all[1]);
	if (home != NULL) {
		n->reads[found++] = arena_printf(a, "%s/.postgresql", home);
		n->reads[found] = arena_printf(a, "%s/.pgpass", home);
	}
}

static int
count(const char *list)
{
	int n = 1;

	if (list == NULL)
		return 0;
	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

/* How many hosts conninfo names; what cannot be read is for libpq to refuse. */
static int
lists_read(const char *conninfo, struct lists *l)
{
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);
	int n, m;

	if (all == NULL)
		return 1;
	l->host = option(all, "host");
	l->hostaddr = option(all, "hostaddr");
	l->port = option(all, "port");
	PQconninfoFree(all);
	n = count(l->host);
	m = count(l->hostaddr);
	return n > m ? n : m;
}

/* The nth of a list; one alone is everybody's. */
static const char *
member(char *list, int nth, char *copy, size_t size)
{
	const char *from = list;

	if (list == NULL)
		return NULL;
	for (int i = 0; i < nth && count(list) > 1; i++) {
		from = strchr(from, ',');
		if (from == NULL)
			return "";
		from++;
	}
	snprintf(copy, size, "%.*s", (int)strcspn(from, ","), from);
	return copy;
}

/* What comes behind dbname overrides what stands in it. */
static void
dial(struct host *h, const struct lists *l, int nth, const char *const *keys, const char *const *values)
{
	const char *k[KEYS_MAX + 5], *v[KEYS_MAX + 5];
	char host[256], hostaddr[64], port[16];
	int n = 0;

	for (; keys[n] != NULL; n++) {
		must(n < KEYS_MAX);
		k[n] = keys[n];
		v[n] = values[n];
	}
	k[n] = "host", v[n++] = member(l->host, nth, host, sizeof host);
	k[n] = "hostaddr", v[n++] = member(l->hostaddr, nth, hostaddr, sizeof hostaddr);
	k[n] = "port", v[n++] = member(l->port, nth, port, sizeof port);
	k[n] = "target_session_attrs", v[n++] = "any";
	k[n] = NULL, v[n] = NULL;
	h->conn = PQconnectStartParams(k, v, 1);
	must(h->conn != NULL);
	h->state = PQstatus(h->conn) == CONNECTION_BAD ? SILENT : DIALLED;
	h->wants = PGRES_POLLING_WRITING;
}

static void
hear(struct host *h)
{
	PGresult *r;

	if (PQconsumeInput(h->conn) != 1) {
		h->state = SILENT;
		return;
	}
	if (PQisBusy(h->conn))
		return;
	r = PQgetResult(h->conn);
	h->state = PQresultStatus(r) == PGRES_TUPLES_OK ? ANSWERED : SILENT;
	if (h->state == ANSWERED)
		h->timeline = (int)strtol(PQgetvalue(r, 0, 0), NULL, 10);
	for (; r != NULL; r = PQgetResult(h->conn))
		PQclear(r);
}

static void
step(struct host *h)
{
	if (h->state == ASKED) {
		hear(h);
		return;
	}
	h->wants = PQconnectPoll(h->conn);
	if (h->wants == PGRES_POLLING_FAILED)
		h->state = SILENT;
	else if (h->wants == PGRES_POLLING_OK) {
		h->state = PQsendQuery(h->conn, question) == 1 ? ASKED : SILENT;
		h->wants = PGRES_POLLING_READING;
	}
}

/* Until all have answered, or those that have not were waited for. */
static void
ask(struct host *hosts, int n)
{
	int64_t until = clock_monotonic_ms() + ANSWER_MS, left;

	while ((left = until - clock_monotonic_ms()) > 0) {
		struct pollfd fds[HOSTS_MAX];
		int waiting = 0;

		for (int i = 0; i < n; i++) {
			bool open = hosts[i].state == DIALLED || hosts[i].state == ASKED;

			fds[i].fd = open ? PQsocket(hosts[i].conn) : -1;
			fds[i].events = hosts[i].wants == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
			fds[i].revents = 0;
			waiting += open;
		}
		if (waiting == 0 || (poll(fds, (nfds_t)n, (int)left) == -1 && errno != EINTR))
			return;
		for (int i = 0; i < n; i++) {
			if (fds[i].revents == 0)
				continue;
			step(&hosts[i]);
			if (hosts[i].state == ANSWERED && hosts[i].timeline > 0 && left > PATIENCE_MS)
				until = clock_monotonic_ms() + PATIENCE_MS;
		}
	}
}

/* The number of the one that is taken, or -1. */
static int
choose(const struct host *hosts, int n)
{
	int best = -1, highest = atomic_load(seen);

	for (int i = 0; i < n; i++) {
		if (hosts[i].state != ANSWERED || hosts[i].timeline == 0)
			continue;
		if (hosts[i].timeline < highest)
			log_warn("db.old_primary host=%d timeline=%d seen=%d", i + 1, hosts[i].timeline, highest);
		else if (best == -1 || hosts[i].timeline > highest) {
			best = i;
			highest = hosts[i].timeline;
		}
	}
	for (int was = atomic_load(seen); was < highest;)
		if (atomic_compare_exchange_weak(seen, &was, highest))
			break;
	return best;
}

PGconn *
primary_dial(const char *conninfo, const char *const *keys, const char *const *values)
{
	struct lists lists = { 0 };
	struct host hosts[HOSTS_MAX] = { 0 };
	int n = lists_read(conninfo, &lists), best;
	PGconn *conn;

	if (n <= 1 || n > HOSTS_MAX) {
		lists_free(&lists);
		return PQconnectdbParams(keys, values, 1);
	}
	for (int i = 0; i < n; i++)
		dial(&hosts[i], &lists, i, keys, values);
	lists_free(&lists);
	ask(hosts, n);
	best = choose(hosts, n);
	conn = best == -1 ? NULL : hosts[best].conn;
	for (int i = 0; i < n; i++) {
		if (best == -1 && hosts[i].state != ANSWERED)
			log_warn("db.silent host=%d message=\"%s\"", i + 1, PQerrorMessage(hosts[i].conn));
		if (i != best)
			PQfinish(hosts[i].conn);
	}
	return conn;
}
