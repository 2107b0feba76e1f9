/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo-web: workers behind nginx, one request at a time each.
 *
 * Two pools on two sockets: one for routes that read, one for routes that
 * commit, because the rows that share one fsync are those of the processes that
 * commit at the same time (docs/architecture.md).  Everything that can fail at
 * start fails here, before the fork: configuration, words, templates, routes.
 *
 * SIGHUP reads configuration, words, templates and key again, and workers are
 * replaced one after the other; with a fault in one of them all stays as it is.  What is
 * settled at start needs a restart: sockets and numbers of workers.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/turnstile.h"
#include "web/desk/table.h"
#include "web/web.h"

/* Milliseconds.  In development, words and templates are looked at by whoever did not do so for
 * this long: that is some hundred files. */
enum { LOOK_AGAIN = 500, PATIENCE_MS = 30000 };

struct program {
	const char *path;		/* of the configuration */
	struct arena *arena;		/* what was read from it */
	struct conf conf;
	struct catalogue *catalogue;
	struct site site;
	struct sandbox sandbox;		/* of its workers */
	int socket, socket_write;
};

struct pool {
	struct program *program;
	int *socket;
};

/* How long a body may be that is longer than most: files come as multipart. */
static size_t
body_limit(void *context, const struct request *request)
{
	const struct site *site = context;
	struct arena *a = arena_new();
	const struct route *route;
	struct route_args args;
	const char *allow;
	uint32_t may = 0;

	if (router_find(site->router, a, request->method, request->path, &route, &args, &allow) == ERR_OK &&
	    request_has_type(request, "multipart/form-data"))
		may = route->flags & (UPLOAD | TABLE);
	arena_free(a);
	return may & TABLE ? TABLE_MAX : may & UPLOAD ? UPLOAD_MAX : REQUEST_BODY_MAX;
}

static int
work(void *context, int slot)
{
	const struct pool *pool = context;
	struct catalogue *words = pool->program->catalogue;
	const struct site *site = &pool->program->site;
	struct db *db = db_new(site->conf->database, "chromo_web", "chromo-web");
	struct fcgi *fcgi = fcgi_open(*pool->socket);
	struct arena *a = arena_new();
	int64_t looked = 0;

	fcgi_body_limit(fcgi, body_limit, (void *)(uintptr_t)site);
	/* They do not all retire at the same moment. */
	int left = site->conf->worker_requests + slot * (site->conf->worker_requests / 64);

	while (left-- > 0 && !proc_stopping()) {
		struct request request;
		struct response response;
		enum status status = HTTP_BAD_REQUEST;
		enum err e;

		arena_reset(a);
		response_init(&response, a);
		e = fcgi_accept(fcgi, a, &request, &status);
		if (e == ERR_BUSY)
			break;
		/* What was accepted is answered, whatever signal comes now. */
		proc_busy(true);
		if (site->conf->development && clock_monotonic_ms() - looked >= LOOK_AGAIN) {
			catalogue_refresh(words);
			templates_refresh(site->templates);
			looked = clock_monotonic_ms();
		}
		if (e == ERR_OK)
			dispatch(site, db, a, &request, &response);
		else
			dispatch_refused(site, a, &request, status, &response);
		if (fcgi_reply(fcgi, &request, &response) == ERR_GONE)
			log_info("request.left request=%s", request.id);
		fcgi_finish(fcgi);
		proc_busy(false);
	}
	db_free(db);
	arena_free(a);
	return 0;
}

static void
close_site(struct program *p)
{
	templates_free(p->site.templates);
	catalogue_free(p->catalogue);
	vault_free(p->site.vault);
	tenants_free(p->site.tenants);
	editions_free(p->site.editions);
	arena_free(p->arena);
}

/* What workers need once they run: keys, passwords and the configuration are not among it.
 * They make a process for each file that people send, and call gateways to try what staff
 * typed in. */
static struct sandbox
sandbox_of(const struct conf *conf, struct arena *a)
{
	struct sandbox s = { .writes = { conf->files }, .may = SANDBOX_FORK | SANDBOX_NET };
	struct db_needs db;

	db_needs(a, conf->database, &db);
	memcpy(s.reads, db.reads, sizeof db.reads);
	s.reads[8] = conf->gateway_ca_file;
	s.reads[9] = conf->outbox;
	s.reads[10] = conf->development ? conf->templates : NULL;
	s.reads[11] = arena_printf(a, "%s/data", conf->sql);	/* passwords that are common */
	s.writes[1] = TABLE_PARTS;
	return s;
}

/* All that can be read again; on failure nothing is left open. */
static enum err
open_site(struct program *p)
{
	struct site *site = &p->site;
	uint8_t master[SECRET_KEY];
	char *problem = NULL;
	enum err e;

	p->arena = arena_new();
	e = conf_load(p->arena, p->path, &p->conf, &problem);
	if (e == ERR_OK)
		e = catalogue_open(arena_printf(p->arena, "%s/po", p->conf.templates), &p->catalogue, &problem);
	if (e == ERR_OK)
		e = templates_open(p->conf.templates, p->catalogue, p->conf.strict ? TEMPLATES_STRICT : 0,
		    &site->templates, &problem);
	if (e == ERR_OK) {
		e = secret_read_key(p->conf.master_key_file, master);
		problem = "master_key_file: not a readable key of 32 bytes, mode 0600";
	}
	if (e != ERR_OK) {
		fprintf(stderr, "chromo-web: %s\n", problem);
		close_site(p);
		return e;
	}
	site->conf = &p->conf;
	site->catalogue = p->catalogue;
	site->vault = vault_new(master);
	site->tenants = tenants_new();
	site->editions = editions_new();
	p->sandbox = sandbox_of(&p->conf, p->arena);
	secret_derive(master, "web form token", site->token_key);
	secret_derive(master, "web turn", site->turn_key);
	secret_wipe(master, sizeof master);
	return ERR_OK;
}

/* In the supervisor: workers that are forked from now on have what is read here. */
static enum err
reload(void *context)
{
	struct program *p = ((struct pool *)context)->program;
	struct program next = { .path = p->path, .socket = p->socket, .socket_write = p->socket_write,
	    .site.router = p->site.router, .site.turnstile = p->site.turnstile };
	enum err e = open_site(&next);

	if (e != ERR_OK)
		return e;
	close_site(p);
	*p = next;
	p->site.conf = &p->conf;
	return ERR_OK;
}

int
main(int argc, char **argv)
{
	struct program p = { .path = argc > 1 ? argv[1] : getenv("CHROMO_CONF"), .socket = -1, .socket_write = -1 };
	struct pool reading = { &p, &p.socket }, writing = { &p, &p.socket_write };
	struct proc_pool pools[2];
	struct router *router;
	char *problem;
	int n = 1;

	json_setup();
	db_share();
	proc_keep_heap();
	if (p.path == NULL)
		p.path = "/etc/chromo/chromo.conf";
	if (argc > 2 || open_site(&p) != ERR_OK)
		return 2;
	if (router_open(routes, &router, &problem) != ERR_OK) {
		fprintf(stderr, "chromo-web: %s\n", problem);
		return 2;
	}
	p.site.router = router;
	p.site.turnstile = turnstile_new();
	sandbox_check();
	if (fcgi_listen(p.conf.listen, PATIENCE_MS, &p.socket) != ERR_OK)
		return 1;
	pools[0] = (struct proc_pool){ .name = "web", .workers = p.conf.workers, .run = work,
	    .context = &reading, .reload = reload, .sandbox = &p.sandbox };
	if (p.conf.listen_write != NULL) {
		if (fcgi_listen(p.conf.listen_write, PATIENCE_MS, &p.socket_write) != ERR_OK)
			return 1;
		pools[n++] = (struct proc_pool){ .name = "write", .workers = p.conf.workers_write,
		    .run = work, .context = &writing, .sandbox = &p.sandbox };
	}
	return proc_supervise(pools, n);
}
