/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fields.h"
#include "base/json.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * What gateways of SMS call in (integrations.md 10.4): what became of a message, and
 * what people answer.  Call-backs repeat and come out of order: what is final is written
 * down, and only forward; the rest changes nothing.
 */
struct sms_hook {
	struct db *db;
	struct vault *vault;		/* entered */
	struct arena *arena;
	const json_t *account;		/* domain/gateway.h */
};

/* One of those that receipt of the kind makes (channel/channel.h). */
enum err sms_event(const struct sms_hook *, const json_t *event) MUST_USE;

/* 停止, STOP …: no more of it. */
bool sms_is_stop(struct arena *, const char *text);
