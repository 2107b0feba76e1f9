/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
/*
 * Files that people send: one room for surveys, events and messages.
 *
 * What comes in is looked at and, where it is a picture, made anew (base/upload.h), before
 * anything of it is written.  The row says what it is; the bytes are a file
 * FOLDER/tenant/ab/abcdef…, named by the row's random id and by nothing that was sent.  It
 * may be fetched when the courier has had it looked at for viruses ("clean"), not before;
 * while clamd is away it waits.  One that no answer was sent with goes after 31 days.
 *
 * A file is there before its row is committed, and stays where that never happens.  So an empty
 * FOLDER/new/12.abcdef… is made before it; when that is an hour old, the courier takes it away,
 * and the file with it if there is no row.
 */
#define ATTACHMENT_NEW "new"
struct attachment {
	const char *purpose;		/* "survey", "event", "message" */
	int64_t owner;			/* its id */
	const char *name;		/* as sent: shown, never used */
	const void *data;
	size_t n;
	int side;			/* a picture to be shown (upload_picture), of so many pixels a side; 0: any file */
};

/* Takes it in.  ERR_INVALID: not a kind that is taken, or broken.  ERR_TOO_LARGE.  ERR_BUSY:
 * it cannot be kept now. */
enum err attachment_add(struct db *, struct arena *, const char *folder, int64_t tenant,
    const struct attachment *, const char **id) MUST_USE;
/* Those of these ids ("a b c") that are there and belong to this, for a form:
 * [{"id", "name", "kind", "kilobytes", "state", "picture"}]. */
enum err attachment_list(struct db *, struct arena *, const char *purpose, int64_t owner, const char *ids,
    json_t **out) MUST_USE;
/* They were sent with an answer, and stay. */
enum err attachment_keep(struct db *, struct arena *, const char *purpose, int64_t owner, const json_t *ids) MUST_USE;
/* They belong to it no more, and go after a month. */
enum err attachment_loosen(struct db *, struct arena *, const char *purpose, int64_t owner, const json_t *ids) MUST_USE;

/* The one to be fetched, by its id; {"name", "kind", "state", …}.  ERR_NOT_FOUND: no such. */
enum err attachment_find(struct db *, const char *id, json_t **out) MUST_USE;
/* Where its bytes are, below the folder: "12/ab/abcdef…". */
const char *attachment_place(struct arena *, int64_t tenant, const char *id);
/* The bytes of {"id", "digest"} (hex).  ERR_NOT_FOUND, and logged: they are not there, or not
 * those that were taken in. */
enum err attachment_read(struct arena *, const char *folder, int64_t tenant, const json_t *file, struct buf *out) MUST_USE;
