/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"
/*
 * What an account at each kind of gateway holds, and of which shape it is: what a town types in
 * (web/desk/gateway_fields.c) and what chromo gateway load takes.
 *
 * The names are those that the channel's own file takes (channel/line.h, sms_*.c, webpush.h).
 */
enum shape {
	SHAPE_NAME,		/* printable, without blanks: ids and tokens of any make */
	SHAPE_PLACE,		/* letters, digits, - and _: it is put into a path */
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
	bool names;			/* whose account it is: with another one, what the old one had goes */
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

/* Its name in the account. */
const char *gateway_key(const struct gateway_field *);
/* A setting as it is typed; "": it is not there. */
const char *gateway_stored(struct arena *, const json_t *settings, const char *name);

/* What is wrong with it, a key of the words; NULL: nothing. */
const char *gateway_misshapen(struct arena *, const struct gateway_field *, const char *);
/* An address where it is called; "" is the provider's own.  One that is plainly of our own network may be
 * refused here; what a name leads to is looked at when it is connected to (channel/http.h). */
const char *gateway_url_problem(struct arena *, const char *url, bool may_be_private);
/* Of two that belong together one is missing. */
const char *gateway_pair_problem(const struct gateway_form *, const json_t *settings, const json_t *secrets, const char **field);
/* All of it, as it comes from a file: secrets must be there, of whatever make (NULL: those that are kept). */
const char *gateway_account_problem(struct arena *, const struct gateway_form *, const char *url, const json_t *settings,
    const json_t *secrets, const char **field);
