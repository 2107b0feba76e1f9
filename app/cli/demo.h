/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache.h"
#include "cli/cli.h"
/*
 * Demonstration data: demo.c the towns, demo_people.c their citizens, demo_event.c their events.
 */
struct demo {
	struct cli *cli;
	struct arena *arena;
	struct db *db;
	struct vault *vault;
	struct templates *templates;
	struct catalogue *catalogue;
	const char *origin;
	int64_t town;		/* whose data is made */
	int64_t tenant;		/* demo_people opens transactions of its own in it; 0: inside the caller's */
};

/* The two sizes of a picture of sql/demo/, taken in for this; NULL: it has none, or no files are taken. */
struct demo_picture {
	const char *large, *small;
};
enum err demo_picture(struct demo *, const char *purpose, int64_t owner, const char *name, struct demo_picture *) MUST_USE;

/* Makes n citizens, realistic in district, age, topics and language.  progress
 * may be NULL. */
enum err demo_people(struct demo *, int64_t n, struct progress *) MUST_USE;

/* A survey of sql/demo/, with its answers, inside the caller's transaction. */
enum err demo_survey(struct demo *, const json_t *town, const json_t *survey) MUST_USE;
/* The events of a town, if it has any. */
enum err demo_events(struct demo *, const char *host) MUST_USE;

int cli_demo_setup(struct cli *);
int cli_demo_load(struct cli *);
