/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies and tokens of Web Push as a program, for webpush_crypt.test.mjs: a line
 * {"p256dh", "auth", "text", "key", "origin", "subject", "expires"} in, a line
 * {"body", "authorization"} out; {"problem"} where it is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/secret.h"
#include "channel/webpush_crypt.h"

static bool
read_into(struct arena *a, const json_t *asked, const char *name, void *out, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	if (secret_unbase64url(a, json_text(asked, name), &b) != ERR_OK || b.len != n)
		return false;
	memcpy(out, b.data, n);
	return true;
}

static json_t *
answer(struct arena *a, struct p256 *p, const json_t *asked)
{
	struct webpush_receiver to;
	uint8_t scalar[P256_SCALAR];
	struct p256_key *key;
	struct buf body, text, authorization;

	buf_init(&body, a);
	buf_init(&text, a);
	buf_init(&authorization, a);
	if (!read_into(a, asked, "p256dh", to.point, sizeof(to.point)) ||
	    !read_into(a, asked, "auth", to.auth, sizeof(to.auth)) ||
	    !read_into(a, asked, "key", scalar, sizeof(scalar)) || p256_key_read(scalar, &key) != ERR_OK)
		return json_pack("{s:s}", "problem", "keys");
	webpush_authorize(key, json_text(asked, "origin"), json_text(asked, "subject"),
	    json_int(asked, "expires"), &authorization);
	p256_key_free(key);
	if (webpush_encrypt(p, &to, json_text(asked, "text"), strlen(json_text(asked, "text")), &body) != ERR_OK)
		return json_pack("{s:s}", "problem", "point");
	buf_add_base64url(&text, body.data, body.len);
	return json_pack("{s:s, s:s}", "body", text.data, "authorization", authorization.data);
}

int
main(void)
{
	struct arena *a = arena_new();
	struct p256 *p = p256_open();
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	json_setup();
	while ((n = getline(&line, &size, stdin)) > 0) {
		json_t *asked;

		if (json_parse(a, line, (size_t)n, &asked) != ERR_OK)
			return 1;
		puts(json_dumps(json_keep(a, answer(a, p, asked)), JSON_COMPACT));
		fflush(stdout);
		arena_reset(a);
	}
	free(line);
	p256_close(p);
	arena_free(a);
	return 0;
}
