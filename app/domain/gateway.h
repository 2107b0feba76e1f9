/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * The town's accounts at gateways: LINE, SMS, X, Web Push.
 *
 * An account is a document, because the floor below (channel/) takes it as it is:
 *
 *	{"id", "channel", "kind", "place", "active", "version",
 *	 "url": where it is called, "" for the provider's own address,
 *	 "settings": {…} what is no secret, "secrets": {…} opened}
 *
 * What settings and secrets hold is told at the head of each channel's file.
 * Secrets are never shown, logged or put into a page (integrations.md 18.3).
 */

/* Of a channel, in order of place; with all, those that are off too.  channel "": of
 * all channels.  vault: entered.  Secrets that do not open are left out: logged. */
enum err gateway_list(struct db *, const struct vault *, struct arena *, const char *channel, bool all,
    json_t **out) MUST_USE;
/* The first of them that is in use and of this kind ("": of any).  ERR_NOT_FOUND: none. */
enum err gateway_find(struct db *, const struct vault *, struct arena *, const char *channel, const char *kind,
    json_t **out) MUST_USE;

/* All accounts as pages show them, without what is secret, with how they fare (query gateway_state);
 * "reason_text" is added. */
enum err gateway_state(struct db *, const struct words *, json_t **out) MUST_USE;

struct gateway_draft {
	const char *channel, *kind;
	int place;			/* 1, or 2 for a second gateway of SMS */
	bool active;
	const char *url;		/* "" : the provider's own */
	const json_t *settings;
	const json_t *secrets;		/* NULL: those that are there stay */
};

/* Writes an account anew or over; an audit row goes with it, without secrets. */
enum err gateway_save(struct db *, const struct vault *, struct arena *, const struct gateway_draft *,
    int64_t *id) MUST_USE;

/* Notes that a gateway called this in: *fresh is false where key was there before.  What it
 * says is carried out with the same commit, and nothing of it is kept. */
enum err gateway_event_take(struct db *, int64_t gateway, const char *key, bool *fresh) MUST_USE;
