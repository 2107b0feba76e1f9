/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
/*
 * Devices of Web Push: telephones and computers whose browser said yes.
 *
 * A device is a document, as a draft of 登録 and table contact keep it:
 *
 *	{"endpoint": "https://…", "p256dh": "…", "auth": "…", "label": "iPhone"}
 *
 * The endpoint with its keys is known to that browser alone, so whoever shows it holds
 * the device: it registers somebody without a mail address, and opens their マイページ.
 * Whether it is an address that may be called is asked of channel/webpush.h before.
 */

/* The town's public key, for browsers.  ERR_NOT_FOUND: it does no Web Push. */
enum err push_key(struct db *, const char **key) MUST_USE;
/* What to call a device, by what its browser says it is: "iPhone", "Windows (Firefox)". */
const char *push_label(struct arena *, const char *agent);

/* Whose device it is.  ERR_NOT_FOUND: nobody's, or the keys are others. */
enum err push_owner(struct db *, const struct vault *, struct arena *, const json_t *device, int64_t *citizen) MUST_USE;
/* ERR_CONFLICT, also below: the endpoint is known with other keys. */
enum err push_add(struct db *, const struct vault *, struct arena *, int64_t citizen, const json_t *device) MUST_USE;
/* A session for the owner of a device. */
enum err push_open(struct db *, struct arena *, int64_t citizen, const char **session) MUST_USE;
/* Registers somebody by the choice's "device" alone.  ERR_TOO_MANY: too many from there. */
enum err push_register(const struct mailer *, const struct citizen_asker *, const json_t *choice, const char **session) MUST_USE;
/* The browser has another address for it; nothing happens where the old one is nobody's. */
enum err push_renew(struct db *, const struct vault *, struct arena *, const char *old, const json_t *device) MUST_USE;

/* [{"id", "label", "added", "works"}] */
enum err push_list(struct db *, int64_t citizen, const char *lang, json_t **out) MUST_USE;
/* {"id", "label", "last"}; last: there is no other way to this person. */
enum err push_device(struct db *, struct arena *, int64_t citizen, int64_t device, json_t **out) MUST_USE;
/* *left: it was the last way, and the person has left with it. */
enum err push_remove(struct db *, int64_t citizen, int64_t device, bool *left) MUST_USE;
/* A card to this device, to see that it comes.  ERR_TOO_MANY: too often. */
enum err push_try(const struct mailer *, const struct citizen_asker *, int64_t citizen, int64_t device) MUST_USE;
