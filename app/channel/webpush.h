/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "channel/webpush_crypt.h"
/*
 * Web Push: a device that said yes, and the town's pair of keys that it said yes to.
 *
 * Account (domain/gateway.h): settings {"subject": "mailto:…" or "https://…",
 * "public_key": base64url}, secrets {"private_key": base64url}.  A subscription is
 * bound to that key for life: losing it loses every device.
 *
 * Address of a device: {"endpoint", "p256dh", "auth"}, as its browser gave them.
 */
enum { WEBPUSH_DEVICES = 20, WEBPUSH_ENDPOINT_MAX = 1000, WEBPUSH_TAG = 24, WEBPUSH_JSON_MAX = 2499 };

struct webpush_address {
	const char *endpoint;
	const char *origin;		/* https://fcm.googleapis.com */
	struct webpush_receiver receiver;
};

/* The endpoint is an address that a stranger gave: https, a host of hosts
 * (conf->push_hosts: "fcm.googleapis.com *.push.apple.com"), its usual port or the one that
 * is named there, no user, no fragment.  Whether p256dh is a point, webpush_encrypt sees,
 * or p256_is_point.  ERR_INVALID: it will not do. */
enum err webpush_address_read(struct arena *, const char *hosts, const json_t *address,
    struct webpush_address *out) MUST_USE;

/* A fresh pair: {"public_key", "private_key"}. */
json_t *webpush_keys_new(struct arena *);

/* Topic at the push service and tag on the device: a card replaces that of its name. */
void webpush_tag(const char *name, char out[WEBPUSH_TAG + 1]);
