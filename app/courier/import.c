/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers from a file, which nobody should wait for; see domain/paper.h.
 *
 *	waiting -> looking -> keeping -> done		line by line; all at once
 *	              |-> faulty	nothing of it is kept, and what is wrong is there to be read
 *
 * All lines are kept in one transaction, together with the word that they are.  A clerk that is
 * killed leaves nothing behind, and when its lease ends another one begins anew; one that was
 * only slow finds that it is no longer its turn, and undoes what it did.  How far it is goes out
 * by a second connection, for nobody sees into a transaction.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/clerk.h"
#include "db/queries.h"

enum { LOOKING = 90 };		/* hundredths of the way that end with its last line */

struct importing {
	struct db *side;
	struct arena *arena;		/* of what goes by the side */
	int64_t tenant, id, survey;
	int turn;
};

static enum err
progress(void *of, bool keeping, size_t line, int percent)
{
	const struct importing *im = of;
	int mine = 0;
	enum err e;

	if (proc_stopping())
		return ERR_BUSY;
	e = clerk_enter(im->side, im->tenant, im->arena);
	if (e == ERR_OK)
		e = q_paper_import_progress(im->side, (struct q_paper_import_progress){ .state = keeping ? "keeping" : "looking",
		    .line = (int64_t)line, .percent = percent * LOOKING / 100, .import = im->id, .turn = im->turn }, &mine);
	e = clerk_leave(im->side, e);
	arena_reset(im->arena);
	return e != ERR_OK ? e : mine == 1 ? ERR_OK : ERR_GONE;
}

/* In the present transaction.  ERR_GONE: it is somebody else's turn. */
static enum err
end(struct db *db, const struct importing *im, const char *state, int kept, const json_t *faults)
{
	int mine;
	enum err e = q_paper_import_end(db, (struct q_paper_import_end){ .kept = kept, .faults = faults, .state = state,
	    .turn = im->turn, .import = im->id }, &mine);

	return e != ERR_OK ? e : mine == 1 ? ERR_OK : ERR_GONE;
}

/* ERR_INVALID: *faults say what is wrong. */
static enum err
take(struct db *db, struct arena *a, struct importing *im, json_t **faults, int *kept)
{
	struct paper_watch watch = { progress, im };
	struct db_bytes bytes;
	enum err e = clerk_enter(db, im->tenant, a);

	*faults = json_keep(a, json_array());
	if (e == ERR_OK)
		e = q_paper_import_bytes(db, (struct q_paper_import_bytes){ .import = im->id }, &bytes);
	if (e == ERR_OK)
		e = paper_import(db, a, im->id, im->survey, bytes.data, bytes.n, &watch, faults, kept);
	if (e == ERR_OK && json_array_size(*faults) > 0)
		e = ERR_INVALID;
	if (e == ERR_OK)
		e = end(db, im, "done", *kept, *faults);
	return clerk_leave(db, e);
}

static bool
claim(struct db *db, struct arena *a, struct importing *im)
{
	struct rows *rows;
	enum err e = clerk_enter(db, im->tenant, a);

	if (e == ERR_OK)
		e = q_paper_import_claim(db, &rows);
	if (e != ERR_OK) {
		db_rollback(db);
		return false;
	}
	im->id = rows_int(rows, 0, "id");
	im->survey = rows_int(rows, 0, "survey_id");
	im->turn = (int)rows_int(rows, 0, "turn");
	return clerk_leave(db, ERR_OK) == ERR_OK;
}

bool
import_next(struct db *db, struct db *side, struct arena *a, int64_t tenant)
{
	struct importing im = { .side = side, .tenant = tenant };
	int64_t began = clock_monotonic_ms();
	json_t *faults;
	int kept = 0;
	enum err e;

	if (!claim(db, a, &im))
		return false;
	im.arena = arena_new();
	e = take(db, a, &im, &faults, &kept);
	/* A form was answered meanwhile, or two transactions were in each other's way: once more. */
	if (e != ERR_OK && e != ERR_GONE && clerk_enter(db, tenant, a) == ERR_OK)
		(void)!clerk_leave(db, end(db, &im, e == ERR_INVALID ? "faulty" : "waiting", 0, faults));
	arena_free(im.arena);
	log_info("import.%s tenant=%" PRId64 " import=%" PRId64 " turn=%d answers=%d faults=%zu ms=%" PRId64, err_name(e), tenant,
	    im.id, im.turn, kept, json_array_size(faults), clock_monotonic_ms() - began);
	return true;
}
