/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people send; see attachment.h.  The courier's half is courier/scan.c.
 */
#include "domain/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/upload.h"
#include "db/queries.h"

enum { NAME_MAX_CHARACTERS = 100, IDS_MAX = 20 };

/* --- the file --- */

/* nginx reads them as a member of the folder's group, and nobody else does. */
static bool
folders_make(struct arena *a, const char *folder, int64_t tenant, const char *id)
{
	mode_t was = umask(0007);
	bool good = mkdir(arena_printf(a, "%s/%" PRId64, folder, tenant), 0770) == 0 || errno == EEXIST;

	good = good && (mkdir(arena_printf(a, "%s/%" PRId64 "/%.2s", folder, tenant, id), 0770) == 0 || errno == EEXIST);
	umask(was);
	return good;
}

/* Before the file: what a transaction leaves behind that never comes to its end, a crash also,
 * is found by it. */
static bool
note_make(struct arena *a, const char *folder, int64_t tenant, const char *id)
{
	mode_t was = umask(0007);
	bool good = mkdir(arena_printf(a, "%s/" ATTACHMENT_NEW, folder), 0770) == 0 || errno == EEXIST;
	int fd = good ? open(arena_printf(a, "%s/" ATTACHMENT_NEW "/%" PRId64 ".%s", folder, tenant, id),
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660) : -1;

	umask(was);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
write_whole(int fd, const char *data, size_t n)
{
	ssize_t put;

	for (; n > 0; data += put, n -= (size_t)put)
		if ((put = write(fd, data, n)) <= 0)
			return false;
	return fsync(fd) == 0;
}

static enum err
file_write(struct arena *a, const char *folder, int64_t tenant, const char *id, const struct buf *bytes)
{
	const char *path = arena_printf(a, "%s/%s", folder, attachment_place(a, tenant, id));
	mode_t was;
	bool good;
	int fd;

	if (!folders_make(a, folder, tenant, id) || !note_make(a, folder, tenant, id))
		goto failed;
	was = umask(0027);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	umask(was);
	if (fd < 0)
		goto failed;
	good = write_whole(fd, bytes->data, bytes->len);
	close(fd);
	if (good)
		return ERR_OK;
	unlink(path);
failed:
	log_error("attachment.unwritten errno=%d", errno);
	return ERR_BUSY;
}

/* --- the row --- */

/* The last part of what was sent, without what no name should have. */
static const char *
shown_name(struct arena *a, const char *sent)
{
	const char *last = strrchr(sent, '/'), *back;
	char *name;

	last = last != NULL ? last + 1 : sent;
	back = strrchr(last, '\\');
	name = text_normal(a, back != NULL ? back + 1 : last);
	while (name[0] == '.')
		name++;
	if (text_points(name) > NAME_MAX_CHARACTERS)
		name = text_fit(a, name, NAME_MAX_CHARACTERS);
	return name[0] != '\0' ? name : "file";
}

enum err
attachment_add(struct db *db, struct arena *a, const char *folder, int64_t tenant, const struct attachment *sent,
    const char **out)
{
	const char *kind, *id = secret_uuid(a);
	uint8_t digest[SECRET_HASH];
	struct buf bytes;
	enum err e;

	if (folder == NULL)
		return ERR_BUSY;
	buf_init(&bytes, a);
	e = sent->side > 0 ? upload_picture(sent->side, sent->data, sent->n, &kind, &bytes) :
	    upload_clean(sent->data, sent->n, &kind, &bytes);
	if (e == ERR_OK)
		e = file_write(a, folder, tenant, id, &bytes);
	if (e != ERR_OK)
		return e;
	secret_sha256(bytes.data, bytes.len, digest);
	e = q_attachment_add(db, (struct q_attachment_add){ .id = id, .purpose = sent->purpose, .owner = sent->owner, .kind = kind,
	    .name = shown_name(a, sent->name), .bytes = (int64_t)bytes.len, .digest = { digest, sizeof digest } }, NULL);
	if (e == ERR_OK)
		*out = id;
	return e;
}

/* Only what looks like an id goes to the database. */
static struct db_texts
ids_of(struct arena *a, const char *words)
{
	const char **ids = arena_alloc(a, IDS_MAX * sizeof *ids);
	char *rest, *id;
	size_t n = 0;

	for (id = strtok_r(arena_strdup(a, words), " ", &rest); id != NULL && n < IDS_MAX; id = strtok_r(NULL, " ", &rest))
		if (text_is_uuid(id))
			ids[n++] = id;
	return (struct db_texts){ ids, n };
}

enum err
attachment_list(struct db *db, struct arena *a, const char *purpose, int64_t owner, const char *ids, json_t **out)
{
	return q_attachment_list(db, (struct q_attachment_list){ .purpose = purpose, .owner = owner,
	    .ids = ids_of(a, ids) }, out);
}

static const char *
words_of(struct arena *a, const json_t *ids)
{
	struct buf words;
	const json_t *id;
	size_t i;

	buf_init(&words, a);
	json_array_foreach(ids, i, id)
		buf_addf(&words, "%s ", json_string_value(id));
	return words.data;
}

enum err
attachment_keep(struct db *db, struct arena *a, const char *purpose, int64_t owner, const json_t *ids)
{
	if (json_array_size(ids) == 0)
		return ERR_OK;
	return q_attachment_keep(db, (struct q_attachment_keep){ .purpose = purpose, .owner = owner,
	    .ids = ids_of(a, words_of(a, ids)) }, NULL);
}

enum err
attachment_loosen(struct db *db, struct arena *a, const char *purpose, int64_t owner, const json_t *ids)
{
	if (json_array_size(ids) == 0)
		return ERR_OK;
	return q_attachment_loosen(db, (struct q_attachment_loosen){ .purpose = purpose, .owner = owner,
	    .ids = ids_of(a, words_of(a, ids)) }, NULL);
}

enum err
attachment_find(struct db *db, const char *id, json_t **out)
{
	return text_is_uuid(id) ? q_attachment_find(db, (struct q_attachment_find){ .id = id }, out) : ERR_NOT_FOUND;
}
