/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "web/web.h"
/*
 * What a town types in for each kind of gateway, and of which shape it is.
 *
 * The names are those that the channel's own file takes (channel/line.h, sms_*.c,
 * webpush.h).  Their words are gateway_<kind>_<name> and …_hint.
 */
enum shape {
	SHAPE_NAME,		/* printable, without blanks: ids and tokens of any make */
	SHAPE_DIGITS,
	SHAPE_HEX,
	SHAPE_KEY,		/* PEM or a JWK, over several lines */
	SHAPE_SENDER,		/* a number or a name that SMS come from */
	SHAPE_CONTACT,		/* mailto:… or https://… */
	SHAPE_YEN,		/* 3.3 */
	SHAPE_COUNT,
	SHAPE_FLAG
};

struct gateway_field {
	const char *name;		/* in the form */
	const char *key;		/* in the account, where that is another; or NULL */
	bool secret;			/* of "secrets": never shown again */
	bool required;
	bool more;			/* folded away: few need it */
	enum shape shape;
	int min, max;			/* characters; of a number its value */
	const char *prefix;		/* "AC", or NULL */
	const char *preset;		/* in a new account, or NULL */
};

struct gateway_form {
	const char *channel, *kind;
	bool has_url;			/* it may be called elsewhere */
	bool checks;			/* the connection can be tried (channel/check.h) */
	bool has_hook;			/* it calls in: /hooks/<channel>/{gateway} */
	const struct gateway_field *fields;
	size_t n;
};

/* NULL: there is none. */
const struct gateway_form *gateway_form(const char *kind);
/* The first kind of a channel, or the one after "after"; NULL: no more. */
const struct gateway_form *gateway_form_of(const char *channel, const struct gateway_form *after);

/* Puts what is stored into the form; secrets only as "set". */
void gateway_fields_fill(struct web *, struct form *, const struct gateway_form *, const json_t *account);
/* Reads what was typed; problems stand beside the fields.  settings and secrets begin with those
 * of the account (NULL: a new one) and are the arena's. */
void gateway_fields_read(struct web *, struct form *, const struct gateway_form *, const json_t *account,
    json_t **settings, json_t **secrets, const char **url);
/* Something came along with what was pasted and was taken away: people are told. */
bool gateway_fields_cleaned(struct web *, const struct gateway_form *);
/* The rows that templates/desk/gateway/field.html shows: the field of the form with label, hint and kind.
 * more: those that are folded. */
json_t *gateway_fields_rows(struct web *, struct form *, const struct gateway_form *, bool more);
