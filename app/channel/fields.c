/* SPDX-License-Identifier: Apache-2.0 */
/* What an account at each kind of gateway holds, and of which shape; see fields.h. */
#include "channel/fields.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "channel/http.h"

#define FIELD(n, ...) { .name = n, __VA_ARGS__ }
#define SECRET .secret = true
#define REQUIRED .required = true
#define MORE .more = true
#define NAMES .names = true

static const struct gateway_field line_fields[] = {
	FIELD("channel_id", REQUIRED, NAMES, .shape = SHAPE_DIGITS, .min = 10, .max = 10),
	FIELD("channel_secret", SECRET, REQUIRED, .shape = SHAPE_HEX, .min = 32, .max = 32),
	FIELD("access_token", SECRET, MORE, .shape = SHAPE_NAME, .min = 100, .max = 500),
	FIELD("key_id", SECRET, MORE, .shape = SHAPE_NAME, .min = 36, .max = 36),
	FIELD("private_key", SECRET, MORE, .shape = SHAPE_KEY, .min = 100, .max = 8000),
	FIELD("rate", MORE, .shape = SHAPE_COUNT, .min = 1, .max = 200, .preset = "20"),
	FIELD("reserve", MORE, .shape = SHAPE_COUNT, .min = 0, .max = 10000000, .preset = "0"),
};

static const struct gateway_field karaden_fields[] = {
	FIELD("tenant", REQUIRED, .shape = SHAPE_PLACE, .min = 1, .max = 64),
	FIELD("service_id", REQUIRED, .shape = SHAPE_DIGITS, .min = 1, .max = 20),
	/* "token" is the form's own. */
	FIELD("api_token", .key = "token", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 8, .max = 500),
	FIELD("yen_per_part", REQUIRED, .shape = SHAPE_YEN, .max = 1000),
	FIELD("parts_per_month", REQUIRED, .shape = SHAPE_COUNT, .min = 0, .max = 100000000),
	FIELD("newline_units", MORE, .shape = SHAPE_COUNT, .min = 1, .max = 2, .preset = "1"),
};

static const struct gateway_field twilio_fields[] = {
	FIELD("account_sid", REQUIRED, .shape = SHAPE_NAME, .min = 34, .max = 34, .prefix = "AC"),
	FIELD("auth_token", SECRET, REQUIRED, .shape = SHAPE_HEX, .min = 32, .max = 32),
	FIELD("from", .shape = SHAPE_SENDER, .min = 3, .max = 16),
	FIELD("messaging_service_sid", .shape = SHAPE_NAME, .min = 34, .max = 34, .prefix = "MG"),
	FIELD("yen_per_part", REQUIRED, .shape = SHAPE_YEN, .max = 1000),
	FIELD("parts_per_month", REQUIRED, .shape = SHAPE_COUNT, .min = 0, .max = 100000000),
	FIELD("newline_units", MORE, .shape = SHAPE_COUNT, .min = 1, .max = 2, .preset = "1"),
};

static const struct gateway_field x_fields[] = {
	FIELD("user_id", REQUIRED, .shape = SHAPE_DIGITS, .min = 1, .max = 20),
	FIELD("api_key", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 20, .max = 60),
	FIELD("api_secret", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 40, .max = 80),
	FIELD("access_token", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 40, .max = 80),
	FIELD("access_secret", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 40, .max = 80),
	FIELD("link", .shape = SHAPE_FLAG, .preset = "1"),
	FIELD("yen_post", .shape = SHAPE_YEN, .max = 1000),
	FIELD("yen_post_link", .shape = SHAPE_YEN, .max = 1000),
	FIELD("posts_per_month", .shape = SHAPE_COUNT, .min = 0, .max = 100000),
};

/* By sign-in: whose account it is, X tells then (gateway_sign_in.c). */
static const struct gateway_field x2_fields[] = {
	FIELD("client_id", SECRET, REQUIRED, NAMES, .shape = SHAPE_NAME, .min = 10, .max = 100),
	FIELD("client_secret", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 20, .max = 100),
	FIELD("link", .shape = SHAPE_FLAG, .preset = "1"),
	FIELD("yen_post", .shape = SHAPE_YEN, .max = 1000),
	FIELD("yen_post_link", .shape = SHAPE_YEN, .max = 1000),
	FIELD("posts_per_month", .shape = SHAPE_COUNT, .min = 0, .max = 100000),
};

static const struct gateway_field vapid_fields[] = {
	/* "subject" is that of messages, and its words speak of one. */
	FIELD("push_contact", .key = "subject", REQUIRED, .shape = SHAPE_CONTACT, .min = 8, .max = 200),
};

#define FIELDS(a) .fields = a, .n = sizeof a / sizeof *a
static const struct gateway_form forms[] = {
	{ "line", "line", true, true, true, FIELDS(line_fields) },
	{ "sms", "karaden", true, true, true, FIELDS(karaden_fields) },
	{ "sms", "twilio", true, true, true, FIELDS(twilio_fields) },
	{ "x", "x", true, true, false, FIELDS(x_fields) },
	{ "x", "x2", true, false, false, FIELDS(x2_fields) },
	{ "webpush", "vapid", false, false, false, FIELDS(vapid_fields) },
};

const char *
gateway_key(const struct gateway_field *d)
{
	return d->key != NULL ? d->key : d->name;
}

const struct gateway_form *
gateway_form(const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].kind, kind) == 0)
			return &forms[i];
	return NULL;
}

const struct gateway_form *
gateway_form_of(const char *channel, const struct gateway_form *after)
{
	const struct gateway_form *f;

	for (f = after == NULL ? forms : after + 1; f < forms + sizeof forms / sizeof *forms; f++)
		if (strcmp(f->channel, channel) == 0)
			return f;
	return NULL;
}

const char *
gateway_stored(struct arena *a, const json_t *settings, const char *name)
{
	const json_t *value = json_object_get(settings, name);

	if (json_is_integer(value))
		return arena_printf(a, "%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return arena_printf(a, "%g", json_real_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	return json_is_string(value) ? json_string_value(value) : "";
}

/* --- of which shape --- */

static bool
all(const char *s, int (*is)(int))
{
	for (; *s != '\0'; s++)
		if (!is((unsigned char)*s))
			return false;
	return true;
}

/* A number of a telephone, or a name of letters that carriers let through. */
static bool
is_sender(const char *s)
{
	return s[0] == '+' ? all(s + 1, isdigit) : all(s, isalnum);
}

static bool
is_place(const char *s)
{
	return s[strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")] == '\0';
}

static bool
is_contact(struct arena *a, const char *s)
{
	if (strncmp(s, "mailto:", 7) == 0)
		return text_email(a, s + 7) != NULL;
	return strncmp(s, "https://", 8) == 0 && s[8] != '\0' && strpbrk(s, "<> ") == NULL;
}

static bool
is_key(const char *s)
{
	return (s[0] == '{' && strstr(s, "\"kty\"") != NULL) || strncmp(s, "-----BEGIN ", 11) == 0;
}

/* "3.3" or "10": what a price is kept as.  strtod would read 1e3 and 0x1F, too. */
static bool
is_yen(const struct gateway_field *d, const char *s)
{
	static const char digits[] = "0123456789";
	size_t whole = strspn(s, digits), n = whole + (s[whole] == '.'), behind = strspn(s + n, digits);

	return whole > 0 && (n == whole || behind > 0) && s[n + behind] == '\0' && n + behind <= 10 && strtod(s, NULL) <= d->max;
}

const char *
gateway_misshapen(struct arena *a, const struct gateway_field *d, const char *s)
{
	size_t n = strlen(s);

	switch (d->shape) {
	case SHAPE_FLAG:
		return NULL;
	case SHAPE_COUNT:
		return all(s, isdigit) && n <= 10 && strtol(s, NULL, 10) >= d->min && strtol(s, NULL, 10) <= d->max
		    ? NULL : "gateway_bad_number";
	case SHAPE_YEN:
		return is_yen(d, s) ? NULL : "gateway_bad_yen";
	case SHAPE_DIGITS:
		if (!all(s, isdigit) || n < (size_t)d->min || n > (size_t)d->max)
			return d->min == d->max ? "gateway_bad_digits" : "gateway_bad_number";
		return NULL;
	case SHAPE_HEX:
		return all(s, isxdigit) && n == (size_t)d->max ? NULL : "gateway_bad_hex";
	case SHAPE_PLACE:
		return is_place(s) && n <= (size_t)d->max ? NULL : "gateway_bad_token";
	case SHAPE_SENDER:
		return is_sender(s) && n <= (size_t)d->max ? NULL : "gateway_bad_sender";
	case SHAPE_CONTACT:
		return is_contact(a, s) && n <= (size_t)d->max ? NULL : "gateway_bad_contact";
	case SHAPE_KEY:
		return is_key(s) && n <= (size_t)d->max ? NULL : "gateway_bad_key";
	default:
		if (d->prefix != NULL && (strncmp(s, d->prefix, strlen(d->prefix)) != 0 || n != (size_t)d->max))
			return "gateway_bad_prefix";
		return all(s, isgraph) && n >= (size_t)d->min && n <= (size_t)d->max ? NULL : "gateway_bad_token";
	}
}

/* An address in the words of a URL that is plainly of our own network.  What a name leads
 * to is looked at when it is connected to (channel/http.h). */
static bool
is_private(const char *host)
{
	static const char *const ours[] = { ".local", ".localhost", ".internal", ".lan", ".home", ".arpa" };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const char *last = strrchr(host, '.');
	size_t i;

	if (strchr(host, ':') != NULL)
		return inet_pton(AF_INET6, host, &v6.sin6_addr) != 1 || !http_is_public((struct sockaddr *)&v6);
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		return !http_is_public((struct sockaddr *)&v4);
	/* "localhost", and numbers written in other ways. */
	if (last == NULL || !isalpha((unsigned char)last[1]))
		return true;
	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcasecmp(last, ours[i]) == 0)
			return true;
	return false;
}

const char *
gateway_url_problem(struct arena *a, const char *url, bool may_be_private)
{
	const char *host = strncmp(url, "https://", 8) == 0 ? url + 8 : "";
	size_t n = strcspn(host, host[0] == '[' ? "]" : "/:?#@");
	const char *name = host[0] == '[' ? arena_strndup(a, host + 1, n > 0 ? n - 1 : 0) : arena_strndup(a, host, n);

	if (url[0] == '\0')
		return NULL;
	if (name[0] == '\0' || strpbrk(url, "?#@\\") != NULL || !all(url, isgraph) || strlen(url) > 300)
		return "gateway_bad_url";
	return is_private(name) && !may_be_private ? "gateway_private_url" : NULL;
}

const char *
gateway_pair_problem(const struct gateway_form *g, const json_t *settings, const json_t *secrets, const char **field)
{
	if (strcmp(g->kind, "twilio") == 0 && json_text(settings, "from")[0] == '\0' &&
	    json_text(settings, "messaging_service_sid")[0] == '\0') {
		*field = "from";
		return "gateway_no_sender";
	}
	if (strcmp(g->kind, "line") == 0 && (json_text(secrets, "key_id")[0] == '\0') != (json_text(secrets, "private_key")[0] == '\0')) {
		*field = "key_id";
		return "gateway_half_key";
	}
	return NULL;
}

const char *
gateway_account_problem(struct arena *a, const struct gateway_form *g, const char *url, const json_t *settings, const json_t *secrets,
    const char **field)
{
	const char *problem = gateway_url_problem(a, url, true);
	size_t i;

	*field = "url";
	if (problem == NULL && url[0] != '\0' && !g->has_url)
		problem = "gateway_bad_url";
	for (i = 0; problem == NULL && i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *value = d->secret ? "" : gateway_stored(a, settings, gateway_key(d));

		*field = gateway_key(d);
		if (d->secret)
			problem = d->required && secrets != NULL && json_text(secrets, *field)[0] == '\0' ? "form_required" : NULL;
		else if (value[0] == '\0')
			problem = d->required || json_object_get(settings, *field) != NULL ? "form_required" : NULL;
		else
			problem = text_is_clean(value, false) ? gateway_misshapen(a, d, value) : "form_control_characters";
	}
	return problem != NULL ? problem : gateway_pair_problem(g, settings, secrets, field);
}
