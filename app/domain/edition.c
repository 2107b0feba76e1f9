/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a worker: see edition.h.  A place for each survey by its number; where two
 * meet, the last one wins.  Few surveys are open at a time.
 */
#include "domain/edition.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"

enum { PLACES = 16 };

struct editions {
	struct {
		int64_t survey;
		int32_t edition;	/* 0: nothing is here */
		json_t *document;
	} at[PLACES];
};

struct editions *
editions_new(void)
{
	struct editions *e = calloc(1, sizeof *e);

	if (e == NULL)
		log_panic("memory.out");
	return e;
}

void
editions_free(struct editions *e)
{
	size_t i;

	if (e == NULL)
		return;
	for (i = 0; i < PLACES; i++)
		json_decref(e->at[i].document);
	free(e);
}

int32_t
editions_known(const struct editions *e, int64_t survey)
{
	size_t place = (size_t)survey % PLACES;

	return e->at[place].survey == survey ? e->at[place].edition : 0;
}

void
editions_meet(struct editions *e, json_t *survey)
{
	int64_t id = json_int(survey, "id");
	size_t place = (size_t)id % PLACES;
	json_t *document = json_object_get(survey, "document"), *was = e->at[place].document;

	if (!json_is_object(document)) {
		json_object_set(survey, "document", was);
		return;
	}
	e->at[place].survey = id;
	e->at[place].edition = (int32_t)json_int(survey, "edition");
	e->at[place].document = json_incref(document);
	json_decref(was);
}
