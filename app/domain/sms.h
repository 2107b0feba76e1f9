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

/* Whether Twilio signed this form.  The address is that of the settings, callback_url:
 * what a caller names as host proves nothing. */
bool sms_twilio_signed(struct arena *, const json_t *account, const char *signature, const struct fields *form);
/* A receipt, or an answer.  ERR_INVALID: it is neither. */
enum err sms_twilio_event(const struct sms_hook *, const struct fields *form) MUST_USE;

/* Karaden signs nothing: it is called with a secret, in the path or as password of
 * Basic authentication (authorization: the header). */
bool sms_karaden_known(struct arena *, const json_t *account, const char *secret, const char *authorization);
enum err sms_karaden_event(const struct sms_hook *, const json_t *message) MUST_USE;

/* 停止, STOP …: no more of it. */
bool sms_is_stop(struct arena *, const char *text);
