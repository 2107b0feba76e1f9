/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of each kind of gateway, and what is done to what people paste into
 * them; see gateway_fields.h.
 *
 * A token comes out of a mail or a web page, with blanks, line ends, quotes or "Bearer" around it and
 * now and then in full-width letters.  All that goes; then it must be of the shape that the
 * provider gives, so that a wrong one is told now and not by the first message.
 */
#include "web/desk/gateway_fields.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>

#include "base/text.h"
#include "channel/http.h"

#define FIELD(n, ...) { .name = n, __VA_ARGS__ }
#define SECRET .secret = true
#define REQUIRED .required = true
#define MORE .more = true

static const struct gateway_field line_fields[] = {
	FIELD("channel_id", REQUIRED, .shape = SHAPE_DIGITS, .min = 10, .max = 10),
	FIELD("channel_secret", SECRET, REQUIRED, .shape = SHAPE_HEX, .min = 32, .max = 32),
	FIELD("access_token", SECRET, MORE, .shape = SHAPE_NAME, .min = 100, .max = 500),
	FIELD("key_id", SECRET, MORE, .shape = SHAPE_NAME, .min = 36, .max = 36),
	FIELD("private_key", SECRET, MORE, .shape = SHAPE_KEY, .min = 100, .max = 8000),
	FIELD("rate", MORE, .shape = SHAPE_COUNT, .min = 1, .max = 200, .preset = "20"),
	FIELD("reserve", MORE, .shape = SHAPE_COUNT, .min = 0, .max = 10000000, .preset = "0"),
};

static const struct gateway_field karaden_fields[] = {
	FIELD("tenant", REQUIRED, .shape = SHAPE_NAME, .min = 1, .max = 64),
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
	FIELD("client_id", SECRET, REQUIRED, .shape = SHAPE_NAME, .min = 10, .max = 100),
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

static const char *
key_of(const struct gateway_field *d)
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

/* --- showing --- */

static const char *
stored(struct arena *a, const json_t *settings, const char *name)
{
	const json_t *value = json_object_get(settings, name);

	if (json_is_integer(value))
		return arena_printf(a, "%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return arena_printf(a, "%g", json_real_value(value));
	return json_is_string(value) ? json_string_value(value) : "";
}

void
gateway_fields_fill(struct web *w, struct form *f, const struct gateway_form *g, const json_t *account)
{
	const json_t *settings = json_object_get(account, "settings");
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *value = account == NULL && d->preset != NULL ? d->preset : stored(w->arena, settings, key_of(d));

		if (d->shape == SHAPE_FLAG)
			form_set_flag(f, d->name, account == NULL ? d->preset != NULL : strcmp(value, "no") != 0);
		else
			form_set(f, d->name, d->secret ? "" : value);
	}
	if (g->has_url)
		form_set(f, "url", json_text(account, "url"));
}

/* Whether an account has this secret already; the page hears no more of it. */
static bool
has_secret(const json_t *account, const char *name)
{
	return json_text(json_object_get(account, "secrets"), name)[0] != '\0';
}

json_t *
gateway_fields_rows(struct web *w, struct form *f, const struct gateway_form *g, bool more)
{
	const json_t *shown = form_json(f), *account = json_object_get(w->view, "account");
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *label = arena_printf(w->arena, "gateway_%s_%s", g->kind, d->name);
		bool number = d->shape == SHAPE_COUNT || d->shape == SHAPE_YEN, flag = d->shape == SHAPE_FLAG;
		json_t *row;

		if (d->more != more)
			continue;
		row = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b}",
		    "label", words_get(w->words, label), "hint", words_get(w->words, arena_printf(w->arena, "%s_hint", label)),
		    "required", d->required, "is_number", number, "is_flag", flag,
		    "is_secret", d->secret && d->shape != SHAPE_KEY, "is_lines", d->shape == SHAPE_KEY,
		    "is_text", !number && !flag && !d->secret,
		    "kept", d->secret && has_secret(account, key_of(d)));
		json_object_update(row, json_object_get(shown, d->name));
		json_array_append_new(rows, row);
	}
	if (more && g->has_url) {
		json_t *row = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b}",
		    "label", words_get(w->words, "gateway_url"), "hint", words_get(w->words, "gateway_url_hint"),
		    "required", 0, "is_number", 0, "is_flag", 0, "is_secret", 0, "is_lines", 0, "is_text", 1, "kept", 0);

		json_object_update(row, json_object_get(shown, "url"));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* --- reading --- */

/* A name without anything that came along when it was copied. */
static char *
pasted(struct arena *a, const char *typed)
{
	char *text = text_normal(a, typed), *to, *from;
	static const char *const around[] = { "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xef\xbb\xbf", "\xe2\x81\xa0" };
	size_t i;

	for (i = 0; i < sizeof around / sizeof *around; i++)
		while ((from = strstr(text, around[i])) != NULL)
			memmove(from, from + 3, strlen(from + 3) + 1);
	if (strncasecmp(text, "Bearer ", 7) == 0)
		text += 7;
	for (to = from = text; *from != '\0'; from++)
		if (strchr(" \"'`", *from) == NULL)
			*to++ = *from;
	*to = '\0';
	return text;
}

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

/* Of which shape it is not; NULL: of the right one. */
static const char *
misshapen(struct arena *a, const struct gateway_field *d, const char *s)
{
	size_t n = strlen(s);

	switch (d->shape) {
	case SHAPE_DIGITS:
		if (!all(s, isdigit) || n < (size_t)d->min || n > (size_t)d->max)
			return d->min == d->max ? "gateway_bad_digits" : "gateway_bad_number";
		return NULL;
	case SHAPE_HEX:
		return all(s, isxdigit) && n == (size_t)d->max ? NULL : "gateway_bad_hex";
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

/* "3.3" or "10": what a price is kept as. */
static const char *
yen(struct form *f, const struct gateway_field *d, const char *s)
{
	char *end;
	double n = strtod(s, &end);

	if (s[0] == '\0' || !isdigit((unsigned char)s[0]) || *end != '\0' || strlen(s) > 10 || n < 0 || n > d->max) {
		form_detail(f, d->name, "max", d->max);
		form_problem(f, d->name, "gateway_bad_yen");
	}
	return s;
}

static void
read_one(struct web *w, struct form *f, const struct gateway_field *d, const json_t *account, json_t *into)
{
	const char *typed = fields_get(w->fields, d->name), *text, *problem;

	if (d->shape == SHAPE_FLAG) {
		json_object_set_new(into, key_of(d), json_string(form_flag(f, d->name) ? "yes" : "no"));
		return;
	}
	text = d->shape == SHAPE_KEY ? text_body(w->arena, typed) : pasted(w->arena, typed);
	form_set(f, d->name, d->secret ? "" : text);
	if (text[0] == '\0') {
		if (d->secret && has_secret(account, key_of(d)))
			return;
		if (d->required)
			form_problem(f, d->name, "form_required");
		else
			json_object_del(into, key_of(d));
		return;
	}
	if (d->shape == SHAPE_COUNT) {
		json_object_set_new(into, key_of(d), json_integer(form_number(f, d->name, FORM_REQUIRED, d->min, d->max)));
		return;
	}
	if (d->shape == SHAPE_YEN) {
		json_object_set_new(into, key_of(d), json_string(yen(f, d, text)));
		return;
	}
	problem = text_is_clean(text, d->shape == SHAPE_KEY) ? misshapen(w->arena, d, text) : "form_control_characters";
	if (problem != NULL) {
		form_detail(f, d->name, "max", d->max);
		form_detail(f, d->name, "length", (int64_t)text_length(text));
		form_problem(f, d->name, problem);
	}
	json_object_set_new(into, key_of(d), json_string(text));
}

bool
gateway_fields_cleaned(struct web *w, const struct gateway_form *g)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct gateway_field *d = &g->fields[i];
		const char *typed = fields_get(w->fields, d->name);

		if (d->shape != SHAPE_KEY && d->shape != SHAPE_FLAG && strcmp(pasted(w->arena, typed), typed) != 0)
			return true;
	}
	return false;
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

static const char *
read_url(struct web *w, struct form *f)
{
	char *text = pasted(w->arena, fields_get(w->fields, "url"));
	const char *host = strncmp(text, "https://", 8) == 0 ? text + 8 : "";
	size_t n = strcspn(host, host[0] == '[' ? "]" : "/:?#@");
	const char *name = host[0] == '[' ? arena_strndup(w->arena, host + 1, n > 0 ? n - 1 : 0) : arena_strndup(w->arena, host, n);

	form_set(f, "url", text);
	if (text[0] == '\0')
		return "";
	if (name[0] == '\0' || strpbrk(text, "?#@\\") != NULL || !all(text, isgraph) || strlen(text) > 300)
		form_problem(f, "url", "gateway_bad_url");
	else if (is_private(name) && !w->conf->gateway_private)
		form_problem(f, "url", "gateway_private_url");
	/* The channels put paths behind it. */
	for (n = strlen(text); n > 8 && text[n - 1] == '/';)
		text[--n] = '\0';
	return text;
}

void
gateway_fields_read(struct web *w, struct form *f, const struct gateway_form *g, const json_t *account,
    json_t **settings, json_t **secrets, const char **url)
{
	const json_t *was = json_object_get(account, "settings"), *had = json_object_get(account, "secrets");
	size_t i;

	*settings = json_keep(w->arena, was != NULL ? json_deep_copy(was) : json_object());
	*secrets = json_keep(w->arena, had != NULL ? json_deep_copy(had) : json_object());
	for (i = 0; i < g->n; i++)
		read_one(w, f, &g->fields[i], account, g->fields[i].secret ? *secrets : *settings);
	*url = g->has_url ? read_url(w, f) : "";
	if (strcmp(g->kind, "twilio") == 0 && json_text(*settings, "from")[0] == '\0' &&
	    json_text(*settings, "messaging_service_sid")[0] == '\0')
		form_problem(f, "from", "gateway_no_sender");
	if (strcmp(g->kind, "line") == 0 && (json_text(*secrets, "key_id")[0] == '\0') !=
	    (json_text(*secrets, "private_key")[0] == '\0'))
		form_problem(f, "key_id", "gateway_half_key");
}
