/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people sent: looked at for viruses before anybody can fetch them, and taken
 * away when no answer was sent with them, or when they have no row at all (domain/attachment.h).  A process of its own, for
 * a scan may take long.
 *
 * The row is put off before clamd looks, so that two couriers do not scan the same, and is not
 * locked while it does: whoever sends an answer keeps its files.  A kill leaves it waiting.
 * Anything but "OK" from clamd leaves it waiting, too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/text.h"
#include "channel/clamd.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/attachment.h"

enum { LOOK_MS = 1000, SWEEP_MS = 10 * 1000, OLD_S = 3600 };

struct scanner {
	const struct house *house;
	struct arena *arena;
	struct db *db;
	int64_t swept;		/* when; 0: not yet */
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
note(struct scanner *s, int64_t tenant, const char *id, enum err outcome)
{
	enum err e = begin(s, tenant);

	if (e == ERR_OK && outcome == ERR_OK)
		e = q_scan_clean(s->db, (struct q_scan_clean){ .id = id }, NULL);
	else if (e == ERR_OK && outcome == ERR_INVALID)
		e = q_scan_infected(s->db, (struct q_scan_infected){ .id = id }, NULL);
	else if (e == ERR_OK)
		e = q_scan_later(s->db, (struct q_scan_later){ .id = id }, NULL);
	return e == ERR_OK ? db_commit(s->db) : e;
}

static enum err
look(struct scanner *s, int64_t tenant, const char *id)
{
	const char *found = "", *path = path_of(s, tenant, id);
	enum err outcome = verdict(s, path, &found);

	if (outcome == ERR_INVALID) {
		log_warn("attachment.infected tenant=%" PRId64 " attachment=%s found=\"%s\"", tenant, id, found);
		unlink(path);
	}
	return note(s, tenant, id, outcome);
}

/* True: there may be more. */
static bool
scan_one(struct scanner *s, int64_t tenant)
{
	struct rows *rows;
	enum err e = begin(s, tenant);

	if (e == ERR_OK)
		e = q_scan_due(s->db, &rows);
	if (e == ERR_OK)
		e = db_commit(s->db);
	if (e == ERR_OK && rows_count(rows) == 0)
		return false;
	if (e == ERR_OK)
		e = look(s, tenant, rows_text(rows, 0, "id"));
	if (e == ERR_OK)
		return true;
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

/* --- files without a row --- */

/* ERR_NOT_FOUND: there is none, and never will be: no transaction takes an hour. */
static enum err
has_row(struct scanner *s, int64_t tenant, const char *id)
{
	struct rows *rows;
	enum err e = begin(s, tenant);

	if (e == ERR_OK)
		e = q_scan_known(s->db, (struct q_scan_known){ .id = id }, &rows);
	if (e == ERR_OK && rows_count(rows) == 0)
		e = ERR_NOT_FOUND;
	db_rollback(s->db);
	return e;
}

/* name: "12.abcdef…", of which nothing else is made. */
static void
settle(struct scanner *s, int folder, const char *name)
{
	char *id;
	int64_t tenant = strtoll(name, &id, 10);
	enum err e = *id == '.' && text_is_uuid(id + 1) ? has_row(s, tenant, id + 1) : ERR_DB;

	if (e == ERR_NOT_FOUND && (unlink(path_of(s, tenant, id + 1)) == 0 || errno == ENOENT))
		log_info("attachment.swept tenant=%" PRId64 " attachment=%s", tenant, id + 1);
	if (e == ERR_OK || e == ERR_NOT_FOUND)
		unlinkat(folder, name, 0);
}

static void
sweep(struct scanner *s)
{
	DIR *d = s->house->conf.files == NULL ? NULL : opendir(arena_printf(s->arena, "%s/" ATTACHMENT_NEW, s->house->conf.files));
	struct dirent *each;
	struct stat st;

	s->swept = clock_monotonic_ms();
	while (d != NULL && !proc_stopping() && (each = readdir(d)) != NULL)
		if (fstatat(dirfd(d), each->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtime + OLD_S < clock_ms() / 1000)
			settle(s, dirfd(d), each->d_name);
	if (d != NULL)
		closedir(d);
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
		if (s.swept == 0 || clock_monotonic_ms() - s.swept > SWEEP_MS)
			sweep(&s);
		proc_sleep_ms(LOOK_MS);
	}
	db_free(s.db);
	arena_free(s.arena);
	return 0;
}
