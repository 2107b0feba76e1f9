/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/secret.h"
#include "db/db.h"
/*
 * The keys of the tenants.  A contact address is sealed under the data key of
 * its tenant and looked up by keyed hash; the data key lies in the database,
 * wrapped by the master key, which lies in a file.  Destroying the row of
 * tenant_key erases every address of the tenant (safety.md R54, service.md 2).
 *
 * One vault a process.  Unwrapped keys are kept for a minute, so that an
 * erasure is obeyed soon everywhere.
 */
struct vault;

struct vault *vault_new(const uint8_t master[SECRET_KEY]);
void vault_free(struct vault *);

/* The tenant whose things are sealed and opened from now on: that of the
 * database transaction.  ERR_GONE: it has no key any more. */
enum err vault_enter(struct vault *, struct db *, int64_t tenant) MUST_USE;
/* The same without a transaction, where the key is still kept; false: it is not. */
bool vault_again(struct vault *, int64_t tenant) MUST_USE;
/* Makes the key of a new tenant, inside its founding transaction. */
enum err vault_found(struct vault *, struct db *, int64_t tenant) MUST_USE;

/* label: table and column, "contact.address". */
void vault_seal(const struct vault *, const char *label, const void *, size_t n, struct buf *out);
/* ERR_INVALID: it does not open under this tenant's key. */
enum err vault_open(const struct vault *, const char *label, const void *, size_t n,
    struct buf *out) MUST_USE;
/* The same for a document: canonical JSON, sealed; the bytes and the document are the arena's. */
struct db_bytes vault_seal_json(const struct vault *, struct arena *, const char *label, const json_t *);
enum err vault_open_json(const struct vault *, struct arena *, const char *label, const void *, size_t n,
    json_t **out) MUST_USE;
/* The look-up hash of an address in its normal form (text_email). */
void vault_hash(const struct vault *, const char *channel, const char *address,
    uint8_t out[SECRET_HASH]);
/* A code that proves that we made these words: stop links in mails. */
void vault_mac(const struct vault *, const char *words, uint8_t out[SECRET_HASH]);
/* The same for a query: a key by which something is found that nobody else can name. */
struct db_bytes vault_mac_bytes(const struct vault *, struct arena *, const char *words);
