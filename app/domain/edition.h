/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdint.h>
/*
 * What a worker remembers of the questions of surveys.  An edition never changes
 * (trigger questionnaire_edition_guard), so its document need not be read twice: survey_ask
 * says which edition is known here, and gets a document only where it is another one.  The
 * survey itself is looked for each time, behind the tenant's wall; what is remembered is
 * shown to nobody who did not find it there.
 */
struct editions;

struct editions *editions_new(void);
void editions_free(struct editions *);

/* The edition that is known of this survey; 0: none. */
int32_t editions_known(const struct editions *, int64_t survey);
/* Gives this survey (query survey_public) the document that it came without, or remembers
 * the one that it brought. */
void editions_meet(struct editions *, json_t *survey);
