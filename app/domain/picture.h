/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/form.h"
#include "domain/attachment.h"
#include "domain/message.h"
/*
 * Pictures that are shown to everybody: of an event, of a message.
 *
 * Each is taken in twice, for pages and for lists, and is two attachments, "LARGE SMALL" in a
 * form.  A message has up to three, each with what is on it in words: a column of its row, so
 * that they are frozen, signed and voided with it (message_guard), and the approver's hash has
 * the SHA-256 of both files.  They go out with it: on its page and in feeds, in the mail as
 * <img> with an address, on LINE as image messages, on X as media, on a telephone's card.
 *
 * In the mail they are linked to, not carried along.  A mail stays some ten kilobytes, whatever
 * is on the pictures, so that no mailbox of a telephone and no filter for attachments refuses
 * it and a million of them go out as fast; a message that is stopped takes its pictures back;
 * the address is the same for all, so that nobody learns who has read.  Where a program loads
 * no pictures the words stand in their place, and they are in the plain text in any case.
 *
 * The address is public when the message is out, not before, and its id is random.
 */
enum { PICTURE_LARGE = 1200, PICTURE_SMALL = 400, PICTURE_TEXT_MAX = 200, PICTURES_MAX = 3 };

/* sent: all but its side.  *ids: "LARGE SMALL".  ERR_INVALID: it is none.  ERR_TOO_LARGE,
 * ERR_BUSY: as attachment_add. */
enum err picture_take(struct db *, struct arena *, const char *folder, int64_t tenant, struct attachment sent,
    const char **ids) MUST_USE;
/* Whether these are two pictures that were taken in for this. */
enum err picture_known(struct db *, struct arena *, const char *purpose, int64_t owner, const char *ids, bool *good) MUST_USE;

/* Of pictures of a message as query message_show has them: [{"url", "small_url", "text", "kind",
 * "bytes"}], with addresses behind this origin ("": of the site itself). */
json_t *picture_public(struct arena *, const json_t *pictures, int64_t message, const char *origin);
/* "pictures" of a message become these. */
void picture_say(struct arena *, json_t *message, const char *origin);
/* "…/messages/7/pictures/ID" */
const char *picture_url(struct arena *, const char *origin, int64_t message, const char *id);

/* --- the page of a message's pictures --- */

/* The fields of it: for each of PICTURES_MAX places "picture_1" (its ids, "" : empty), "text_1",
 * "place_1" (its number in the order), "drop_1".  Filled with what is stored, or empty. */
void picture_fill(struct form *, struct arena *, const json_t *message);
/* What was typed, in the new order: [{"id", "small", "text"}]; problems stand beside the fields. */
enum err picture_read(struct db *, struct form *, struct arena *, const json_t *message, json_t **out) MUST_USE;
/* ERR_CONFLICT: the mark is old, or the message is not being written any more. */
enum err picture_save(struct db *, struct message_edit, const json_t *pictures) MUST_USE;
/* The worst state of them: "none", "clean", "waiting" or "infected". */
const char *picture_state(const json_t *message);
