/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request: the edge of the program.  What passes here is bounded, decoded
 * once, UTF-8 without control characters, and says every thing once; what is
 * ambiguous is refused (R34, R35, R47), because two programs in a row that read it
 * differently are how requests are smuggled.
 *
 * Fields and bodies are read by base/fields.c and multipart.c, cookies by cookies.c.
 */
#include "http/http.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/cookies.h"
#include "http/multipart.h"

enum { HOST_MAX = 253, AGENT_MAX = 200, ID_MIN = 8, ID_MAX = 64 };

/* The parameters that are read here, as they come. */
struct raw {
	const char *method, *uri, *host, *origin, *remote, *agent, *language, *type, *length;
	const char *none_match, *cookie, *fragment, *id, *knocks;
};

#define RAW(param, member) { param "=", sizeof param, offsetof(struct raw, member) }
static const struct {
	const char *prefix;
	size_t n;
	size_t member;
} known[] = {
	RAW("REQUEST_METHOD", method),
	RAW("REQUEST_URI", uri),
	RAW("REMOTE_ADDR", remote),
	RAW("REQUEST_ID", id),
	RAW("CONTENT_TYPE", type),
	RAW("CONTENT_LENGTH", length),
	RAW("HTTP_HOST", host),
	RAW("HTTP_ORIGIN", origin),
	RAW("HTTP_USER_AGENT", agent),
	RAW("HTTP_ACCEPT_LANGUAGE", language),
	RAW("HTTP_IF_NONE_MATCH", none_match),
	RAW("HTTP_COOKIE", cookie),
	RAW("HTTP_HX_REQUEST", fragment),
	RAW("CHROMO_KNOCKS", knocks)
};

static enum err
refuse(enum status *status, enum status with)
{
	*status = with;
	return with == HTTP_TOO_LARGE || with == HTTP_URI_TOO_LONG ? ERR_TOO_LARGE : ERR_INVALID;
}

/* ERR_INVALID: one of ours is there twice, or there are too many in all. */
static enum err
gather(char *const params[], struct raw *raw)
{
	for (size_t i = 0; params[i] != NULL; i++) {
		if (i == REQUEST_PARAMS_MAX)
			return ERR_INVALID;
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
			const char **slot = (const char **)(void *)((char *)raw + known[k].member);

			if (strncmp(params[i], known[k].prefix, known[k].n) != 0)
				continue;
			if (*slot != NULL)
				return ERR_INVALID;
			*slot = params[i] + known[k].n;
			break;
		}
	}
	return ERR_OK;
}

/* Of the characters that a header value is made of (RFC 9110 5.5), and ASCII. */
static bool
is_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

static enum method
method_of(const char *s)
{
	if (strcmp(s, "GET") == 0)
		return METHOD_GET;
	if (strcmp(s, "HEAD") == 0)
		return METHOD_HEAD;
	if (strcmp(s, "POST") == 0)
		return METHOD_POST;
	return METHOD_OTHER;
}

/* nginx's $request_id, or one of our own: it goes into the log and onto error
 * pages, so nothing else is taken. */
static const char *
id_of(struct arena *arena, const char *s)
{
	size_t n = s == NULL ? 0 : strlen(s);

	if (n < ID_MIN || n > ID_MAX || strspn(s, "0123456789abcdefABCDEF-") != n)
		return secret_uuid(arena);
	return s;
}

/* For the log and the list of devices: what is not ASCII becomes '?'. */
static const char *
agent_of(struct arena *arena, const char *s)
{
	char *agent = arena_strndup(arena, s, strnlen(s, AGENT_MAX));

	for (char *p = agent; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return agent;
}

/* NULL: not a name that a town can have.  The port is nobody's business here. */
static const char *
host_of(struct arena *arena, const char *s)
{
	size_t n = strcspn(s, ":"), digits;
	char *host;

	if (n == 0 || n > HOST_MAX)
		return NULL;
	if (s[n] == ':') {
		digits = strspn(s + n + 1, "0123456789");
		if (digits == 0 || digits > 5 || s[n + 1 + digits] != '\0')
			return NULL;
	}
	host = arena_strndup(arena, s, n);
	for (char *p = host; *p != '\0'; p++) {
		bool edge = p == host || p[-1] == '.' || p[1] == '.' || p[1] == '\0';

		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
		if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'))
			continue;
		/* Labels neither begin nor end with a hyphen, and none is empty. */
		if ((*p != '-' && *p != '.') || edge)
			return NULL;
	}
	return host;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decoding, once.  NULL: a bad escape, or one of '/', which would move the
 * limits between the parts. */
static char *
decode(struct arena *arena, const char *s, size_t n, size_t *out_n)
{
	char *out = arena_alloc(arena, n + 1);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '%') {
			out[k++] = s[i];
			continue;
		}
		if (n - i < 3 || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
			return NULL;
		out[k] = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
		if (out[k++] == '/')
			return NULL;
		i += 2;
	}
	*out_n = k;
	return out;
}

/* HTTP_OK, or why not.  A slash at the end is the one innocent slip: no such page. */
static enum status
check_parts(const char *path)
{
	const char *part = path;
	size_t n;

	if (path[1] == '\0')
		return HTTP_OK;
	if (strchr(path, '\\') != NULL)
		return HTTP_BAD_REQUEST;
	for (; *part != '\0'; part += n) {
		part++;
		n = strcspn(part, "/");
		if (n == 0)
			return part[0] == '\0' && part[-2] != '/' ? HTTP_NOT_FOUND : HTTP_BAD_REQUEST;
		if (n <= 2 && strncmp(part, "..", n) == 0)
			return HTTP_BAD_REQUEST;
	}
	return HTTP_OK;
}

static enum err
read_uri(struct request *r, struct arena *arena, const char *uri, enum status *status)
{
	size_t n, path_n;
	enum status verdict;
	char *path;
	enum err e;

	if (uri == NULL || uri[0] != '/')
		return refuse(status, HTTP_BAD_REQUEST);
	n = strnlen(uri, REQUEST_URI_MAX + 1);
	if (n > REQUEST_URI_MAX)
		return refuse(status, HTTP_URI_TOO_LONG);
	if (strchr(uri, '#') != NULL || strchr(uri, ' ') != NULL || !text_is_utf8(uri, n) ||
	    !text_is_clean(uri, false))
		return refuse(status, HTTP_BAD_REQUEST);
	r->uri = uri;

	n = strcspn(uri, "?");
	path = decode(arena, uri, n, &path_n);
	if (path == NULL || !text_is_utf8(path, path_n) || !text_is_clean(path, false))
		return refuse(status, HTTP_BAD_REQUEST);
	verdict = check_parts(path);
	if (verdict != HTTP_OK)
		return refuse(status, verdict);
	r->path = path;

	if (uri[n] == '\0')
		return ERR_OK;
	e = fields_parse(r->query, uri + n + 1, strlen(uri + n + 1));
	if (e == ERR_TOO_LARGE || fields_count(r->query) > REQUEST_FIELDS_MAX)
		return refuse(status, HTTP_URI_TOO_LONG);
	return e == ERR_OK ? ERR_OK : refuse(status, HTTP_BAD_REQUEST);
}

/* Digits only: no sign, no blank, no list of two that agree. */
static enum err
read_length(const char *s, size_t *out)
{
	size_t length = 0;

	if (strlen(s) > 12)
		return ERR_INVALID;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return ERR_INVALID;
		length = 10 * length + (size_t)(*s - '0');
	}
	*out = length;
	return ERR_OK;
}

/* Nothing is NULL, whatever happens afterwards. */
static void
init(struct request *r, struct arena *arena, char *const params[])
{
	*r = (struct request){ .method = METHOD_OTHER, .path = "", .uri = "", .host = "",
	    .origin = "", .remote = "", .agent = "", .language = "", .content_type = "",
	    .if_none_match = "", .id = "", .body = "", .params = params };
	r->query = fields_new(arena);
	r->form = fields_new(arena);
	r->cookies = fields_new(arena);
}

static bool
take(const char **member, const char *value)
{
	if (value == NULL)
		return true;
	if (!is_printable(value))
		return false;
	*member = value;
	return true;
}

enum err
request_head(struct request *r, struct arena *arena, char *const params[], enum status *status)
{
	struct raw raw = { 0 };
	const char *host;
	enum err e;

	init(r, arena, params);
	e = gather(params, &raw);
	r->id = id_of(arena, raw.id);
	if (e != ERR_OK || raw.method == NULL)
		return refuse(status, HTTP_BAD_REQUEST);

	/* First what an error page wants to know. */
	r->method = method_of(raw.method);
	r->agent = agent_of(arena, raw.agent == NULL ? "" : raw.agent);
	r->fragment = raw.fragment != NULL && strcmp(raw.fragment, "true") == 0;
	r->knocks = raw.knocks != NULL;
	host = host_of(arena, raw.host == NULL ? "" : raw.host);
	if (host == NULL)
		return refuse(status, HTTP_BAD_REQUEST);
	r->host = host;
	if (!take(&r->language, raw.language) || !take(&r->remote, raw.remote) ||
	    !take(&r->origin, raw.origin) || !take(&r->content_type, raw.type) ||
	    !take(&r->if_none_match, raw.none_match) ||
	    read_length(raw.length == NULL ? "" : raw.length, &r->content_length) != ERR_OK)
		return refuse(status, HTTP_BAD_REQUEST);

	e = read_uri(r, arena, raw.uri, status);
	if (e != ERR_OK)
		return e;
	if (raw.cookie != NULL && cookies_parse(r->cookies, arena, raw.cookie) != ERR_OK)
		return refuse(status, HTTP_BAD_REQUEST);
	/* A body has no meaning there (RFC 9110 9.3.1), but smugglers find one. */
	if (r->content_length > 0 && (r->method == METHOD_GET || r->method == METHOD_HEAD))
		return refuse(status, HTTP_BAD_REQUEST);
	return ERR_OK;
}

bool
request_has_type(const struct request *r, const char *type)
{
	size_t n = strcspn(r->content_type, "; \t");

	return n == strlen(type) && strncasecmp(r->content_type, type, n) == 0;
}

/* No charset, or UTF-8: nothing else is spoken here. */
static bool
is_utf8_form(const struct request *r)
{
	const char *p = strcasestr(r->content_type, "charset=");

	if (p == NULL)
		return true;
	p += strlen("charset=");
	if (*p == '"')
		p++;
	return strncasecmp(p, "utf-8", 5) == 0 && strchr("\"; \t", p[5]) != NULL;
}

enum err
request_body(struct request *r, struct arena *arena, const char *body, size_t n,
    enum status *status)
{
	enum err e = ERR_OK;

	if (n != r->content_length)
		return refuse(status, HTTP_BAD_REQUEST);
	if (n == 0)
		return ERR_OK;
	r->body = body;
	r->body_len = n;

	if (request_has_type(r, "application/x-www-form-urlencoded")) {
		if (!is_utf8_form(r))
			return refuse(status, HTTP_UNSUPPORTED_MEDIA);
		e = fields_parse_form(r->form, body, n);
	} else if (request_has_type(r, "multipart/form-data")) {
		e = multipart_parse(arena, r->content_type, body, n, r->form, &r->files);
	}
	if (e == ERR_TOO_LARGE || fields_count(r->form) > REQUEST_FIELDS_MAX)
		return refuse(status, HTTP_TOO_LARGE);
	return e == ERR_OK ? ERR_OK : refuse(status, HTTP_BAD_REQUEST);
}

enum err
request_parse(struct request *r, struct arena *arena, char *const params[],
    const char *body, size_t n, enum status *status)
{
	enum err e = request_head(r, arena, params, status);

	if (e != ERR_OK)
		return e;
	if (n > REQUEST_BODY_MAX || r->content_length > REQUEST_BODY_MAX)
		return refuse(status, HTTP_TOO_LARGE);
	return request_body(r, arena, body, n, status);
}

/* "X-Line-Signature" against "HTTP_X_LINE_SIGNATURE=". */
static const char *
header_value(const char *param, const char *name)
{
	if (strncmp(param, "HTTP_", 5) != 0)
		return NULL;
	param += 5;
	for (; *name != '\0'; name++, param++) {
		char c = *name;

		if (c == '-')
			c = '_';
		else if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (*param != c)
			return NULL;
	}
	return *param == '=' ? param + 1 : NULL;
}

const char *
request_header(const struct request *r, const char *name)
{
	const char *found = NULL;

	for (size_t i = 0; r->params[i] != NULL; i++) {
		const char *value = header_value(r->params[i], name);

		if (value == NULL)
			continue;
		if (found != NULL)
			return "";
		found = value;
	}
	return found == NULL ? "" : found;
}

/* The weak comparison of RFC 9110 13.1.2: W/ makes no difference. */
bool
request_has_etag(const struct request *r, const char *etag)
{
	const char *p = r->if_none_match;
	size_t n;

	if (strcmp(p, "*") == 0)
		return true;
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	n = strlen(etag);
	for (; *p != '\0'; p += strcspn(p, ",")) {
		p += strspn(p, ", \t");
		if (strncmp(p, "W/", 2) == 0)
			p += 2;
		if (strncmp(p, etag, n) == 0 && strchr(", \t", p[n]) != NULL)
			return true;
	}
	return false;
}
