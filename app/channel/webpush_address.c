/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of devices, pairs of keys, names of cards; see webpush.h.
 */
#include "channel/webpush.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/secret.h"

/* "*.push.apple.com" is any name under it, "localhost:8444" one port of one host. */
static bool
is_allowed(const char *pattern, size_t n, const char *host, const char *port)
{
	const char *colon = memchr(pattern, ':', n);
	size_t name = colon != NULL ? (size_t)(colon - pattern) : n, length = strlen(host);

	if (colon == NULL ? strcmp(port, "443") != 0 :
	    strlen(port) != n - name - 1 || memcmp(colon + 1, port, n - name - 1) != 0)
		return false;
	if (name < 2 || pattern[0] != '*')
		return length == name && strncasecmp(pattern, host, name) == 0;
	return length > name - 1 && strncasecmp(pattern + 1, host + length - (name - 1), name - 1) == 0;
}

static bool
is_listed(const char *hosts, const char *host, const char *port)
{
	for (size_t n; *(hosts += strspn(hosts, " \t")) != '\0'; hosts += n) {
		n = strcspn(hosts, " \t");
		if (is_allowed(hosts, n, host, port))
			return true;
	}
	return false;
}

/* The origin of an endpoint that may be called, or NULL. */
static const char *
origin_of(struct arena *a, const char *hosts, const char *endpoint)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *fragment = NULL;
	const char *origin = NULL;
	CURLU *url;

	for (const char *c = endpoint; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '\\' || c - endpoint >= WEBPUSH_ENDPOINT_MAX)
			return NULL;
	url = curl_url();
	if (url != NULL && curl_url_set(url, CURLUPART_URL, endpoint, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	    curl_url_get(url, CURLUPART_FRAGMENT, &fragment, 0) == CURLUE_NO_FRAGMENT &&
	    strcmp(scheme, "https") == 0 && is_listed(hosts, host, port))
		origin = strcmp(port, "443") == 0 ? arena_printf(a, "https://%s", host) :
		    arena_printf(a, "https://%s:%s", host, port);
	curl_free(fragment);
	curl_free(user);
	curl_free(port);
	curl_free(host);
	curl_free(scheme);
	curl_url_cleanup(url);
	return origin;
}

/* Browsers leave the padding of base64url off; some libraries do not. */
static bool
read_bytes(struct arena *a, const char *text, void *out, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	if (strlen(text) > 200 ||
	    secret_unbase64url(a, arena_strndup(a, text, strcspn(text, "=")), &b) != ERR_OK || b.len != n)
		return false;
	memcpy(out, b.data, n);
	return true;
}

enum err
webpush_address_read(struct arena *a, const char *hosts, const json_t *address, struct webpush_address *out)
{
	const char *endpoint = json_text(address, "endpoint"), *origin = origin_of(a, hosts, endpoint);
	struct webpush_receiver to;

	if (origin == NULL || !read_bytes(a, json_text(address, "p256dh"), to.point, sizeof(to.point)) ||
	    !read_bytes(a, json_text(address, "auth"), to.auth, sizeof(to.auth)))
		return ERR_INVALID;
	*out = (struct webpush_address){ .endpoint = endpoint, .origin = origin, .receiver = to };
	return ERR_OK;
}

json_t *
webpush_keys_new(struct arena *a)
{
	struct p256_key *key = p256_key_new();
	uint8_t scalar[P256_SCALAR], point[P256_POINT];
	struct buf public, private;

	p256_key_write(key, scalar, point);
	p256_key_free(key);
	buf_init(&public, a);
	buf_add_base64url(&public, point, sizeof(point));
	buf_init(&private, a);
	buf_add_base64url(&private, scalar, sizeof(scalar));
	secret_wipe(scalar, sizeof(scalar));
	return json_keep(a, json_pack("{s:s, s:s}", "public_key", public.data, "private_key", private.data));
}

void
webpush_tag(const char *name, char out[WEBPUSH_TAG + 1])
{
	uint8_t hash[SECRET_HASH];
	struct arena *a = arena_new();
	struct buf text;

	secret_sha256(name, strlen(name), hash);
	buf_init(&text, a);
	buf_add_base64url(&text, hash, sizeof(hash));
	memcpy(out, text.data, WEBPUSH_TAG);
	out[WEBPUSH_TAG] = '\0';
	arena_free(a);
}
