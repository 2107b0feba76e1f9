/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/json.h"
#include "channel/channel.h"
#include "channel/http.h"
struct arena;
/*
 * LINE's Messaging API (integrations.md 8).  The account:
 *
 *	url		"" for https://api.line.me
 *	settings	channel_id, destination (the bot's own user id, if known), rate, reserve
 *	secrets		channel_secret, and one of
 *			- access_token: a long-lived one, used as it is
 *			- key_id, private_key (PEM, or a JWK): tokens are issued by assertion
 *			- neither: tokens are issued for id and secret
 *
 * The content of a letter is {"messages": […]}; with "reply_token" it answers somebody.
 *
 * Issued tokens are stateless (v3): they live for a quarter of an hour and are not
 * kept anywhere.
 */

/* Where the account is called: path behind it, in the arena. */
char *line_url(struct arena *, const json_t *account, const char *path);
/* The same for what is large: the images of menus. */
char *line_data_url(struct arena *, const json_t *account, const char *path);

/* The body that asks for a token.  ERR_INVALID: the account lacks what it takes, or
 * its key is none; nothing of it is logged. */
enum err line_token_request(struct arena *, const json_t *account, int64_t now_ms, struct http_call *) MUST_USE;
/* The header with the token; until: clock_ms. */
enum err line_token_read(struct arena *, const struct http_answer *, int64_t now_ms, char **header,
    int64_t *until) MUST_USE;

/* render of its kind: {"messages": [… as LINE takes them, pictures too …]}. */
enum err line_render(struct arena *, struct templates *, const struct words *, const json_t *view, json_t **content) MUST_USE;

/* verify and receipt of its kind. */
enum err line_verify(struct arena *, const struct callback *) MUST_USE;
enum err line_receipt(struct arena *, const struct callback *, json_t **events) MUST_USE;

/* What LINE says to a message sent: the table of integrations.md 8.4. */
void line_outcome(const struct http_answer *, struct outcome *);

/* One message's length as LINE counts it. */
size_t line_length(const char *text);

/* Whether it is somebody's id: U and 32 hexadecimal digits. */
bool line_is_user(const char *);
