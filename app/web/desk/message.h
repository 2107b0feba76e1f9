/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/message.h"
#include "web/web.h"
/*
 * What the pages of one message share.
 */

/* The message of {message}, also put into the view as "message". */
enum err desk_message_open(struct web *, json_t **message) MUST_USE;
/* "reach" in the view: how many the message reaches, or null while its audience is open or it goes
 * to nobody in person; "able": how many each way could reach (message_reach), or null. */
enum err desk_message_reach(struct web *, const json_t *message) MUST_USE;

/* "corrected" in the view: it has corrections; "may_correct": it went out, and this person may write one. */
void desk_message_correctable(struct web *, const json_t *message);

/* What the page of one part is made of (message_write.c). */
struct message_part {
	const char *name;			/* also of its template */
	const char *told;			/* after saving */
	/* Fills the form with what is stored. */
	enum err (*fill)(struct web *, struct form *, const json_t *message);
	/* Adds choices to the form and other keys to the view. */
	enum err (*dress)(struct web *, struct form *, const json_t *message);
	/* Reads, and saves what is good.  ERR_INVALID: a field has a problem.
	 * ERR_CONFLICT: somebody else was faster. */
	enum err (*save)(struct web *, struct form *, const json_t *message, struct message_edit);
	bool stays;				/* the page is shown again: what was added is seen there */
};
/* The page, saving it, and showing it with what was typed. */
enum err desk_message_part(struct web *, const struct message_part *) MUST_USE;
enum err desk_message_part_save(struct web *, const struct message_part *) MUST_USE;
enum err desk_message_part_show(struct web *, const struct message_part *, enum status, struct form *,
    const json_t *message, const char *seen) MUST_USE;
