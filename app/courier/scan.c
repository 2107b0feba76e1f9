/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people sent: looked at for viruses before anybody can fetch them, and taken
 * away when no answer was sent with them (domain/attachment.h).  A process of its own, for
 * a scan may take long.
 *
 * The row stays locked while clamd looks, so that two couriers do not scan the same; a kill
 * leaves it waiting.  Anything but "OK" from clamd leaves it waiting, too.
 */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/proc.h"
#include "channel/clamd.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/attachment.h"

enum { LOOK_MS = 1000 };

struct scanner {
	const struct house *house;
	struct arena *arena;
	struct db *db;
};

static const char *
path_of(struct scanner *s, int64_t tenant, const char *id)
{
	return arena_printf(s->arena, "%s/%s", s->house->conf.files, attachment_place(s->arena, tenant, id));
}

static enum err
begin(struct scanner *s, int64_t tenant)
{
	enum err e = db_begin(s->db, DB_WRITE);

	return e != ERR_OK ? e : q_enter_tenant_queue(s->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

/* Without a clamd files wait; but whoever develops has none, and sends files to himself. */
static enum err
verdict(struct scanner *s, const char *path, const char **found)
{
	const struct conf *conf = &s->house->conf;
	struct buf bytes;

	if (conf->clamd == NULL)
		return conf->development ? ERR_OK : ERR_BUSY;
	buf_init(&bytes, s->arena);
	if (file_read(path, &bytes) != ERR_OK)
		return ERR_BUSY;
	return clamd_scan(s->arena, conf->clamd, bytes.data, bytes.len, found);
}

static enum err
look(struct scanner *s, int64_t tenant, const char *id)
{
	const char *found = "", *path = path_of(s, tenant, id);
	enum err e = verdict(s, path, &found);

	if (e == ERR_OK)
		return q_scan_clean(s->db, (struct q_scan_clean){ .id = id }, NULL);
	if (e != ERR_INVALID)
		return q_scan_later(s->db, (struct q_scan_later){ .id = id }, NULL);
	log_warn("attachment.infected tenant=%" PRId64 " attachment=%s found=\"%s\"", tenant, id, found);
	unlink(path);
	return q_scan_infected(s->db, (struct q_scan_infected){ .id = id }, NULL);
}

/* True: there may be more. */
static bool
scan_one(struct scanner *s, int64_t tenant)
{
	struct rows *rows;
	enum err e = begin(s, tenant);
	bool more;

	if (e == ERR_OK)
		e = q_scan_due(s->db, &rows);
	more = e == ERR_OK && rows_count(rows) > 0;
	if (more)
		e = look(s, tenant, rows_text(rows, 0, "id"));
	if (e == ERR_OK)
		e = db_commit(s->db);
	if (e == ERR_OK)
		return more;
	db_rollback(s->db);
	log_warn("scan.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
	return false;
}

/* The rows first: a file without a row harms nobody, a row without its file would. */
static void
take_away(struct scanner *s, int64_t tenant)
{
	struct rows *rows;
	enum err e = begin(s, tenant);

	if (e == ERR_OK)
		e = q_scan_loose(s->db, &rows);
	if (e == ERR_OK)
		e = db_commit(s->db);
	if (e != ERR_OK) {
		db_rollback(s->db);
		return;
	}
	for (size_t i = 0; i < rows_count(rows); i++)
		if (unlink(path_of(s, tenant, rows_text(rows, i, "id"))) != 0 && errno != ENOENT)
			log_warn("attachment.stays tenant=%" PRId64 " errno=%d", tenant, errno);
}

int
scan_work(void *context, int slot)
{
	struct scanner s = { .house = context, .arena = arena_new() };
	struct rows *rows;

	(void)slot;
	s.db = db_new(s.house->conf.database, "chromo_courier", "chromo-scan");
	while (!proc_stopping()) {
		arena_reset(s.arena);
		db_use(s.db, s.arena);
		if (db_begin(s.db, DB_READ) == ERR_OK && q_scan_work(s.db, &rows) == ERR_OK && db_commit(s.db) == ERR_OK)
			for (size_t i = 0; i < rows_count(rows) && !proc_stopping(); i++) {
				while (scan_one(&s, rows_int(rows, i, "tenant_id")) && !proc_stopping())
					continue;
				take_away(&s, rows_int(rows, i, "tenant_id"));
			}
		else
			db_rollback(s.db);
		proc_sleep_ms(LOOK_MS);
	}
	db_free(s.db);
	arena_free(s.arena);
	return 0;
}
