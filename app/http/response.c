/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response: its head as CGI has it.  Handlers fill the struct, web/dispatch.c
 * makes one of each outcome, and fcgi.c sends head and body.  What is the same on every
 * answer, nginx adds (nginx/snippets/chromo-headers.conf).
 */
#include "http/http.h"

#include "base/log.h"

static const char *
reason(enum status status)
{
	switch (status) {
	case HTTP_OK: return "OK";
	case HTTP_CREATED: return "Created";
	case HTTP_NO_CONTENT: return "No Content";
	case HTTP_SEE_OTHER: return "See Other";
	case HTTP_NOT_MODIFIED: return "Not Modified";
	case HTTP_BAD_REQUEST: return "Bad Request";
	case HTTP_UNAUTHORIZED: return "Unauthorized";
	case HTTP_FORBIDDEN: return "Forbidden";
	case HTTP_NOT_FOUND: return "Not Found";
	case HTTP_METHOD_NOT_ALLOWED: return "Method Not Allowed";
	case HTTP_CONFLICT: return "Conflict";
	case HTTP_GONE: return "Gone";
	case HTTP_TOO_LARGE: return "Content Too Large";
	case HTTP_URI_TOO_LONG: return "URI Too Long";
	case HTTP_UNSUPPORTED_MEDIA: return "Unsupported Media Type";
	case HTTP_UNPROCESSABLE: return "Unprocessable Content";
	case HTTP_TOO_MANY: return "Too Many Requests";
	case HTTP_INTERNAL: return "Internal Server Error";
	case HTTP_UNAVAILABLE: return "Service Unavailable";
	}
	return "Unknown";
}

/* Nothing that could end the line early (R28). */
static bool
is_value(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool
is_name(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

/* cookie-octet of RFC 6265 4.1.1: no blank, quote, comma, semicolon, backslash. */
static bool
is_cookie_value(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr("\",;\\", *s) != NULL)
			return false;
	return true;
}

static void
add_line(struct buf *out, const char *name, const char *value)
{
	must(is_value(value));
	buf_adds(out, name);
	buf_add(out, ": ", 2);
	buf_adds(out, value);
	buf_add(out, "\r\n", 2);
}

static bool
has_body(enum status status)
{
	return status != HTTP_NO_CONTENT && status != HTTP_NOT_MODIFIED;
}

void
response_init(struct response *r, struct arena *arena)
{
	*r = (struct response){
	    .status = HTTP_OK, .content_type = "text/html; charset=utf-8" };
	buf_init(&r->headers, arena);
	buf_init(&r->body, arena);
}

void
response_header(struct response *r, const char *name, const char *value)
{
	must(is_name(name));
	add_line(&r->headers, name, value);
}

void
response_cookie(struct response *r, const char *name, const char *value, int max_age)
{
	/* The prefix makes browsers refuse a cookie that another host of the
	 * town, or plain HTTP, tries to set over ours. */
	must(strncmp(name, "__Host-", 7) == 0 && is_name(name));
	must(is_cookie_value(value));

	buf_addf(&r->headers, "Set-Cookie: %s=%s", name, max_age < 0 ? "" : value);
	if (max_age != 0)
		buf_addf(&r->headers, "; Max-Age=%d", max_age < 0 ? 0 : max_age);
	buf_adds(&r->headers, "; Path=/; Secure; HttpOnly; SameSite=Lax\r\n");
}

void
response_head(const struct response *r, struct buf *out)
{
	buf_addf(out, "Status: %d %s\r\n", (int)r->status, reason(r->status));
	if (r->location != NULL)
		add_line(out, "Location", r->location);
	/* A 304 stands for the page that the browser has: its type and length
	 * would be those of an empty one. */
	if (has_body(r->status)) {
		add_line(out, "Content-Type", r->content_type);
		buf_addf(out, "Content-Length: %zu\r\n", r->body.len);
	}
	add_line(out, "Cache-Control", r->cache != NULL ? r->cache : "no-store");
	if (r->etag != NULL) {
		must(r->etag[0] == '"' || strncmp(r->etag, "W/\"", 3) == 0);
		add_line(out, "ETag", r->etag);
	}
	if (r->csp != NULL)
		add_line(out, "Content-Security-Policy", r->csp);
	buf_add(out, r->headers.data, r->headers.len);
	buf_add(out, "\r\n", 2);
}
