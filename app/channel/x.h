/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "channel/channel.h"
struct arena;
/*
 * Posts on X, beside what channel.h says of every channel.
 *
 * What a letter carries is known to x.c alone; these write it.
 */
struct x_post {
	const char *text;	/* in any form; what goes out is in NFC */
	const char *link;	/* our page's address in it, by which it is found again; "" : none */
	const char *reply_to;	/* the id of the post that it is a reply to; NULL or "": it stands alone */
	const json_t *card;	/* a picture that goes with it (card.h); NULL: none */
	const json_t *pictures;	/* and others, of files (x_picture.h); NULL: none */
	int64_t since_ms;	/* of a doubt: it can be no older than this */
	bool look_only;		/* it is not to be posted any more, but may have been */
};

/* Fills in data and n, in the arena.  ERR_INVALID: X does not take such a text. */
/* render and cost of its kind. */
enum err x_render(struct arena *, struct templates *, const struct words *, const json_t *view, json_t **content) MUST_USE;
double x_cost(const json_t *content, const json_t *settings, int parts, int64_t people);

enum err x_write(struct arena *, const struct x_post *, struct letter *) MUST_USE;
/* The letter takes the post of this id away; SENT too where it is gone already. */
void x_write_deletion(struct arena *, const char *id, struct letter *);

/* The address of this message's page in a rendering's text, "" : there is none. */
const char *x_link_in(struct arena *, const char *text, int64_t message);
