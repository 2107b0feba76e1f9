/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
/*
 * The answers to one question that some condition tells apart, for 全経路を試す: sets of the choices that
 * are named, amounts at and beside those that are compared with, and none where none is required.
 * Of these only what the question takes: what nobody can answer opens no way.
 */
struct question_tries {
	struct arena *arena;
	const json_t *terms;		/* all that conditions say */
	const json_t *question;
	json_t *answers;		/* those before it; borrowed for a try, and as they were afterwards */
	json_t *list;			/* {"answer" (null: none), "words" or null} */
	bool some;			/* there are more than were tried */
};
void question_tries(struct question_tries *);
