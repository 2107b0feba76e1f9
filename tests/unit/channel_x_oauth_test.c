/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of OAuth 1.0a: the two examples of RFC 5849 1.2, and parameters that must be
 * encoded and sorted.
 */
#include "channel/x_oauth.h"

#include "base/arena.h"

#include "tap.h"

static void
test_rfc(struct arena *a)
{
	const struct x_pair verifier = { "oauth_verifier", "hfdp7dh39dks9884" };
	const struct x_signing fresh = { .consumer_key = "dpf43f3p2l4k3l03", .consumer_secret = "kd94hf93k423kf44",
	    .token = "hh5s93j4hdidpola", .token_secret = "hdhd0244k9j7ao03", .nonce = "walatlh", .time_s = 137131201,
	    .more = &verifier, .n_more = 1 };
	const struct x_signing photo = { .consumer_key = "dpf43f3p2l4k3l03", .consumer_secret = "kd94hf93k423kf44",
	    .token = "nnch734d00sl2jdk", .token_secret = "pfkkdhi9sl3r4s00", .nonce = "chapoH", .time_s = 137131202 };

	is_str(x_signature(a, &fresh, "POST", "https://photos.example.net/token", ""), "gKgrFCywp7rO0OXSjdot/IHF7IU=",
	    "RFC 5849: a token is asked for");
	is_str(x_signature(a, &photo, "GET", "http://photos.example.net/photos", "file=vacation.jpg&size=original"),
	    "MdpQcU8iPSUjWoN/UDMsK2sui9I=", "RFC 5849: with a token and a query");
	is_str(x_signature(a, &photo, "GET", "http://photos.example.net/photos", "size=original&file=vacation.jpg"),
	    "MdpQcU8iPSUjWoN/UDMsK2sui9I=", "the order of the query is none of it");
	is_str(x_signature(a, &photo, "GET", "http://photos.example.net/photos", "size=original&file=v%61cation.jpg"),
	    "MdpQcU8iPSUjWoN/UDMsK2sui9I=", "nor how it is encoded");
	ok(strcmp(x_signature(a, &photo, "POST", "http://photos.example.net/photos", "file=vacation.jpg&size=original"),
	    "MdpQcU8iPSUjWoN/UDMsK2sui9I=") != 0, "the method is");
}

static void
test_header(struct arena *a)
{
	json_t *one = json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "api_key", "ck", "api_secret", "consumer-secret",
	    "access_token", "1-t", "access_secret", "token-secret"));
	json_t *two = json_keep(a, json_pack("{s:s, s:s, s:I}", "access_token", "abc", "refresh_token", "r",
	    "expires", (json_int_t)1000000));
	const char *header = x_authorization(a, one, "POST", "https://api.x.com/2/tweets", "");

	ok(strncmp(header, "Authorization: OAuth oauth_consumer_key=\"ck\", ", 46) == 0, "signed: %s", header);
	ok(strstr(header, "oauth_signature=\"") != NULL, "… with its signature");
	ok(strstr(header, "-secret") == NULL, "… without a secret");
	is_str(x_authorization(a, two, "POST", "https://api.x.com/2/tweets", ""), "Authorization: Bearer abc", "a token");
	ok(x_authorization(a, json_keep(a, json_object()), "GET", "https://api.x.com/", "") == NULL, "neither");
	ok(!x_is_stale(one, 2000000), "four secrets have no end");
	ok(x_is_stale(two, 1000000) && x_is_stale(two, 800000), "a token has, and is renewed before");
	ok(!x_is_stale(two, 100000), "… but not at once");
}

int
main(void)
{
	struct arena *a = arena_new();

	json_setup();
	test_rfc(a);
	test_header(a);
	arena_free(a);
	return done();
}
