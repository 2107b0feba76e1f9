/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to no feature.
 *
 *	GET /healthz		a round trip to the database, for the watchers
 *	GET /metrics		numbers for whoever watches; nginx lets in those who may
 *	GET /lang/{tag}		remembers the language, and back to the page
 */
#include <string.h>

#include "domain/metrics.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
site_health(struct web *w)
{
	return web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "ok\n", 3);
}

enum err
site_metrics(struct web *w)
{
	const char *text;
	enum err e = metrics_show(w->db, &text);

	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, strlen(text));
}

enum err
site_language(struct web *w)
{
	const char *next = fields_get(w->query, "next");
	const struct words *words = catalogue_words(w->site->catalogue, web_arg(w, "tag"));

	response_cookie(w->response, "__Host-lang", words_lang(words), 365 * 24 * 3600);
	/* Only to a page of ours: never to another host ("//…", "https:…"). */
	if (next[0] != '/' || next[1] == '/' || next[1] == '\\')
		next = "/";
	return web_see_other(w, "%s", next);
}
