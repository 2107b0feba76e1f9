/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in at a provider; see gateway_sign_in.h.
 */
#include "domain/gateway_sign_in.h"

#include <string.h>

#include "base/arena.h"
#include "db/queries.h"

#define SEALED "gateway_sign_in.sealed"
enum { RANDOM = 32 };

enum err
gateway_sign_in_begin(struct db *db, const struct vault *v, struct arena *a, int64_t gateway, int32_t version,
    const char *session, const char **state, const char **challenge)
{
	const char *verifier = secret_token(a, RANDOM), *said = secret_token(a, RANDOM);
	struct buf sealed, b;
	enum err e;

	buf_init(&sealed, a);
	vault_seal(v, SEALED, verifier, strlen(verifier), &sealed);
	e = q_gateway_sign_in_begin(db, (struct q_gateway_sign_in_begin){ .gateway = gateway, .version = version,
	    .state = db_sha256(a, said), .session = db_sha256(a, session), .sealed = { sealed.data, sealed.len } }, NULL);
	if (e != ERR_OK)
		return e;
	buf_init(&b, a);
	buf_add_base64url(&b, db_sha256(a, verifier).data, SECRET_HASH);
	*state = said;
	*challenge = b.data;
	return ERR_OK;
}

enum err
gateway_sign_in_take(struct db *db, const struct vault *v, struct arena *a, const char *state, const char *session,
    struct gateway_sign_in *out)
{
	const uint8_t *sealed;
	struct rows *rows;
	struct buf open;
	size_t n;
	enum err e = q_gateway_sign_in_take(db, (struct q_gateway_sign_in_take){ .state = db_sha256(a, state),
	    .session = db_sha256(a, session) }, &rows);

	if (e != ERR_OK)
		return e;
	if (rows_bool(rows, 0, "over"))
		return ERR_GONE;
	buf_init(&open, a);
	sealed = rows_bytes(rows, 0, "sealed", &n);
	e = vault_open(v, SEALED, sealed, n, &open);
	if (e == ERR_OK)
		*out = (struct gateway_sign_in){ .gateway = rows_int(rows, 0, "gateway_id"),
		    .version = (int32_t)rows_int(rows, 0, "version"), .verifier = open.data };
	return e;
}
