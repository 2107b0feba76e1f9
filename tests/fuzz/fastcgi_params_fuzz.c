/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request: lines "NAME=value", an empty line, the body.  Whatever
 * comes, nothing is NULL afterwards; what passes keeps the promises of http.h.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LINES_MAX = 256 };

static void
check(const struct request *r)
{
	must(r->path[0] == '/' && strstr(r->path, "//") == NULL && strstr(r->path, "/../") == NULL);
	must(strchr(r->path, '\\') == NULL);
	must(text_is_utf8(r->path, strlen(r->path)) && text_is_clean(r->path, false));
	must(strlen(r->uri) <= REQUEST_URI_MAX);
	must(r->host[0] != '\0');
	must(r->body_len == r->content_length);
	must(fields_count(r->query) <= REQUEST_FIELDS_MAX);
	must(fields_count(r->form) <= REQUEST_FIELDS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	char *params[LINES_MAX + 1] = { 0 };
	char *text = arena_alloc(arena, n + 1), *p = text;
	struct request r;
	enum status status = HTTP_OK;
	enum err e;

	if (n > 0)
		memcpy(text, data, n);
	for (int i = 0; i < LINES_MAX && *p != '\0' && *p != '\n'; i++) {
		size_t line = strcspn(p, "\n");

		params[i] = p;
		p += line;
		if (*p == '\n')
			*p++ = '\0';
	}
	if (*p == '\n')
		p++;

	e = request_parse(&r, arena, params, p, n - (size_t)(p - text), &status);
	must(r.path != NULL && r.host != NULL && r.id[0] != '\0' && r.body != NULL);
	must(r.query != NULL && r.form != NULL && r.cookies != NULL);
	if (e == ERR_OK)
		check(&r);
	else
		must(status >= HTTP_BAD_REQUEST && status < HTTP_INTERNAL);
	(void)request_header(&r, "X-Line-Signature");
	(void)request_has_etag(&r, "\"a\"");
	arena_free(arena);
	return 0;
}
