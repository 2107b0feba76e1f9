/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a file of somebody's lies, and its bytes: apart from the rest, because the courier
 * asks, too, which takes no files in.
 */
#include "domain/attachment.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"

const char *
attachment_place(struct arena *a, int64_t tenant, const char *id)
{
	return arena_printf(a, "%" PRId64 "/%.2s/%s", tenant, id, id);
}

enum err
attachment_read(struct arena *a, const char *folder, int64_t tenant, const json_t *file, struct buf *out)
{
	const char *id = json_text(file, "id");
	uint8_t digest[SECRET_HASH];

	buf_reset(out);
	if (folder == NULL || file_read(arena_printf(a, "%s/%s", folder, attachment_place(a, tenant, id)), out) != ERR_OK) {
		log_error("attachment.missing tenant=%" PRId64 " attachment=%s", tenant, id);
		return ERR_NOT_FOUND;
	}
	secret_sha256(out->data, out->len, digest);
	if (strcmp(secret_hex(a, digest, sizeof digest), json_text(file, "digest")) == 0)
		return ERR_OK;
	log_error("attachment.differs tenant=%" PRId64 " attachment=%s", tenant, id);
	return ERR_NOT_FOUND;
}
