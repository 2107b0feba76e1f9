/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to answer: a page, a fragment, JSON, other bytes, a redirection.
 * What every page has is added here, so that a handler sets only its own keys.
 */
#include <stdarg.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "web/summary.h"
#include "web/web.h"

enum { PLACE_MAX = 1000 };	/* of an address that comes back to us in another */

int64_t
web_id(const struct web *w, const char *name)
{
	const char *text = web_arg(w, name);
	int64_t id = 0;
	size_t i;

	/* "007" would be a second address of one thing. */
	for (i = 0; text[i] >= (i == 0 ? '1' : '0') && text[i] <= '9' && i < 18; i++)
		id = id * 10 + (text[i] - '0');
	return text[i] == '\0' ? id : 0;
}

const char *
web_arg(const struct web *w, const char *name)
{
	int i;

	for (i = 0; i < w->args.n; i++)
		if (strcmp(w->args.name[i], name) == 0)
			return w->args.value[i];
	return "";
}

const char *
web_origin(const struct web *w)
{
	return arena_printf(w->arena, "https://%s%s", w->request->host, w->conf->public_port);
}

void
web_map(struct web *w, const char *key, bool wanted)
{
	const char *tiles = w->conf->map_tiles, *path;

	if (tiles == NULL || !wanted) {
		json_object_set_new(w->view, key, json_null());
		return;
	}
	path = tiles[0] == '/' ? tiles : strchr(tiles + strlen("https://"), '/');
	w->tiles = arena_strndup(w->arena, tiles, path != NULL ? (size_t)(path - tiles) : strlen(tiles));
	json_object_set_new(w->view, key, json_pack("{s:s, s:s}", "tiles_url", tiles, "credit", w->conf->map_credit));
}

bool
web_may(const struct web *w, uint32_t right)
{
	return (w->rights & right) != 0;
}

struct form *
web_form(struct web *w)
{
	struct form *f = form_new(w->arena, w->fields, w->words);

	json_object_set(w->view, "form", form_json(f));
	w->form = f;
	return f;
}

enum err
web_vault(struct web *w)
{
	enum err e = guard_arrive(w);

	return e != ERR_OK ? e : vault_enter(w->vault, w->db, w->tenant);
}

/* --- what every page has --- */

struct entry {
	const char *url, *words;
	uint32_t rights;	/* 0: all staff */
};

static const struct entry desk_entries[] = {
	{ "/desk", "nav_home", 0 },
	{ "/desk/messages", "nav_messages", 0 },
	{ "/desk/surveys", "nav_surveys", 0 },
	{ "/desk/events", "nav_events", 0 },
	{ "/desk/people", "nav_people", 0 },
	{ "/desk/settings", "nav_settings", 0 },
	{ "/desk/help", "nav_help", 0 },
};
static const struct entry operator_entries[] = {
	{ "/operator", "nav_home", 0 },
	{ "/operator/account", "account_title", 0 },
};

static bool
below(const char *path, const char *url)
{
	size_t n = strlen(url);

	if (strcmp(url, "/desk") == 0 || strcmp(url, "/operator") == 0)
		return strcmp(path, url) == 0;
	return strncmp(path, url, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static json_t *
nav(const struct web *w, bool operator)
{
	const struct entry *entries = operator ? operator_entries : desk_entries;
	size_t i, n = operator ? sizeof operator_entries / sizeof *operator_entries
	    : sizeof desk_entries / sizeof *desk_entries;
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		if (entries[i].rights == 0 || web_may(w, entries[i].rights))
			json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:n}",
			    "label", words_get(w->words, entries[i].words), "url", entries[i].url,
			    "current", below(w->request->path, entries[i].url), "count"));
	if (w->conf->development && !operator)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:n}",
		    "label", words_get(w->words, "nav_outbox"), "url", "/desk/outbox",
		    "current", below(w->request->path, "/desk/outbox"), "count"));
	return list;
}

/* What somebody chose on the page goes along: filters, ticks, where they were going.  The language
 * that an address is in does not, nor that of an event's own text; of the desk's results it is a filter. */
static void
add_place(const struct web *w, struct buf *next)
{
	bool desk = below(w->request->path, "/desk/surveys");
	struct buf query;

	buf_adds(next, w->request->path);
	buf_init(&query, w->arena);
	web_add_query(w, &query, (const char *const[]){ "lang", desk ? NULL : "language", NULL });
	if (query.len == 0 || query.len > PLACE_MAX)
		return;
	query.data[0] = '?';
	buf_add_percent(next, query.data, query.len);
}

static json_t *
languages(const struct web *w)
{
	json_t *list = json_array();
	struct buf next;
	size_t i;

	buf_init(&next, w->arena);
	if (w->place != NULL)
		buf_add_percent(&next, w->place, strlen(w->place));
	else
		add_place(w, &next);
	for (i = 0; i < catalogue_count(w->site->catalogue); i++) {
		const struct words *words = catalogue_at(w->site->catalogue, i);
		const char *tag = words_lang(words);

		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b}", "tag", tag,
		    "name", words_get(words, "language_name"),
		    "url", json_sprintf("/lang/%s?next=%s", tag, next.data),
		    "current", words == w->words));
	}
	return list;
}

/* "success.message_saved" in a cookie, shown once. */
static json_t *
notice(struct web *w)
{
	const char *told = fields_get(w->request->cookies, "__Host-tell"), *dot, *text;

	if (told[0] == '\0')
		return json_null();
	response_cookie(w->response, "__Host-tell", "", -1);
	dot = strchr(told, '.');
	text = dot != NULL && strncmp(dot + 1, "tell_", 5) == 0 ? words_find(w->words, dot + 1) : NULL;
	if (text == NULL)
		return json_null();
	return json_pack("{s:s%, s:s}", "kind", told, (size_t)(dot - told), "text", text);
}

const char *
web_town(const struct web *w)
{
	return json_text(json_object_get(w->entered, "tenant"), strcmp(w->lang, "ja") == 0 ? "name" : "name_en");
}

static json_t *
tenant_of(const struct web *w)
{
	const json_t *t = json_object_get(w->entered, "tenant");

	if (t == NULL)
		return json_pack("{s:s, s:s, s:s, s:n}", "name", "chromo", "kind", "", "host", "", "contact");
	return json_pack("{s:s, s:s, s:s, s:s*}",
	    "name", web_town(w),
	    "kind", json_text(t, "kind"), "host", json_text(t, "host"),
	    "contact", json_text(t, "contact")[0] != '\0' ? json_text(t, "contact") : NULL);
}

static void
frame(struct web *w)
{
	const json_t *staff = json_object_get(w->entered, "staff");
	json_t *view = w->view, *tenant = tenant_of(w);
	bool operator = strcmp(json_text(tenant, "kind"), "operator") == 0;
	bool bare = w->plain || (w->route->flags & CACHED) != 0;

	if (json_object_get(tenant, "contact") == NULL)
		json_object_set_new(tenant, "contact", json_null());
	w->nonce = bare ? "" : secret_token(w->arena, 16);
	json_object_set_new(view, "lang", json_string(w->lang));
	json_object_set_new(view, "site", json_pack("{s:O, s:O}", "name",
	    json_object_get(tenant, "name"), "kind", json_object_get(tenant, "kind")));
	json_object_set_new(view, "tenant", tenant);
	json_object_set_new(view, "nonce", json_string(w->nonce));
	json_object_set_new(view, "token", bare || w->entered == NULL ? json_null() : json_string(token_make(w)));
	json_object_set_new(view, "path", json_string(w->request->path));
	json_object_set_new(view, "languages", languages(w));
	json_object_set_new(view, "japanese", json_boolean(strncmp(w->lang, "ja", 2) == 0));
	json_object_set_new(view, "notice", bare ? json_null() : notice(w));
	json_object_set_new(view, "banner", json_null());
	json_object_set_new(view, "drill", json_false());
	json_object_set_new(view, "development", json_boolean(w->conf->development));
	json_object_set_new(view, "operator", json_boolean(operator));
	if (json_object_get(view, "point_map") == NULL)
		json_object_set_new(view, "point_map", json_null());
	if (json_object_get(view, "form") == NULL)
		json_object_set_new(view, "form", json_null());
	if (w->staff != 0 && strcmp(w->stage, "full") == 0) {
		const json_t *departments = json_object_get(staff, "departments");

		json_object_set_new(view, "person", json_pack("{s:s, s:O?}", "name", json_text(staff, "name"),
		    "department", json_array_get(departments, 0)));
		json_object_set_new(view, "nav", nav(w, operator));
	} else {
		json_object_set_new(view, "person", json_null());
		json_object_set_new(view, "nav", json_array());
	}
}

static const char *
policy(const struct web *w)
{
	static const char cached[] = "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

	if (w->tiles != NULL)
		return arena_printf(w->arena, "default-src 'none'; script-src %s/static/js/; style-src 'self'; img-src 'self' %s; "
		    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", web_origin(w), w->tiles);
	if (w->nonce == NULL || w->nonce[0] == '\0')
		return cached;
	return arena_printf(w->arena, "default-src 'none'; script-src 'nonce-%s'; style-src 'self'; "
	    "img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'", w->nonce);
}

/* The bytes as a number.  Nobody's safety hangs on it: FNV-1a by words of eight, which
 * takes a tenth of the time of SHA-256. */
static uint64_t
mark_of(const char *p, size_t n)
{
	uint64_t mark = 14695981039346656037u ^ n, word = 0;

	for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
		memcpy(&word, p, sizeof word);
		mark = (mark ^ word) * 1099511628211u;
		mark ^= mark >> 29;
	}
	word = 0;
	memcpy(&word, p, n);
	mark = (mark ^ word) * 1099511628211u;
	return mark ^ mark >> 32;
}

/* What nginx and browsers may keep is told apart by its bytes.  Not where a
 * cookie chose the language: at this address most people read another one. */
static void
keep(struct web *w)
{
	struct response *r = w->response;

	if (!(w->route->flags & CACHED) || r->status != HTTP_OK)
		return;
	response_header(r, "Vary", "Cookie");
	if (fields_has(w->request->cookies, "__Host-lang"))
		return;
	r->etag = arena_printf(w->arena, "\"%016" PRIx64 "\"", mark_of(r->body.data, r->body.len));
	r->cache = "public, max-age=1, stale-while-revalidate=5";
	if (request_has_etag(w->request, r->etag)) {
		r->status = HTTP_NOT_MODIFIED;
		buf_reset(&r->body);
	}
}

static enum err
render(struct web *w, enum status status, const char *file, const char *type)
{
	enum err e;

	buf_reset(&w->response->body);
	e = templates_render(w->site->templates, file, w->words, w->view, &w->response->body);
	if (e != ERR_OK)
		return ERR_DB;	/* logged by the renderer; the page for it is "internal" */
	w->response->status = status;
	w->response->content_type = type;
	w->response->csp = policy(w);
	keep(w);
	return ERR_OK;
}

static enum err
render_page(struct web *w, enum status status, const char *name)
{
	return render(w, status, arena_printf(w->arena, "%s.html", name), "text/html; charset=utf-8");
}

enum err
web_page(struct web *w, enum status status, const char *name)
{
	enum err e = ERR_OK;

	if (w->db != NULL && db_in_transaction(w->db)) {
		e = guard_arrive(w);
		if (e != ERR_OK)
			return e;
	}
	/* What is not there asks nothing: no token, and no cookie that marks the browser. */
	if (w->staff == 0 && (status == HTTP_NOT_FOUND || status == HTTP_GONE))
		w->plain = true;
	frame(w);
	e = render_page(w, status, name);
	/* What a field is called stands beside it, below the summary: so once more, with the names. */
	if (e == ERR_OK && w->form != NULL && summary_name(w->form, w->arena, w->response->body.data, w->lang))
		e = render_page(w, status, name);
	return e;
}

enum err
web_xml(struct web *w, const char *type, const char *name)
{
	enum err e = guard_arrive(w);

	if (e != ERR_OK)
		return e;
	w->plain = true;
	frame(w);
	return render(w, HTTP_OK, arena_printf(w->arena, "%s.xml", name), type);
}

enum err
web_fragment(struct web *w, const char *name)
{
	w->nonce = secret_token(w->arena, 16);
	json_object_set_new(w->view, "lang", json_string(w->lang));
	json_object_set_new(w->view, "nonce", json_string(w->nonce));
	/* The page that the block is on, where the handler says so. */
	if (json_object_get(w->view, "path") == NULL)
		json_object_set_new(w->view, "path", json_string(w->request->path));
	return render_page(w, HTTP_OK, name);
}

enum err
web_json(struct web *w, enum status status, const json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);

	arena_defer(w->arena, free, text);
	return web_bytes(w, status, "application/json; charset=utf-8", text, strlen(text));
}

enum err
web_bytes(struct web *w, enum status status, const char *type, const char *p, size_t n)
{
	enum err e = guard_arrive(w);

	if (e != ERR_OK)
		return e;
	w->response->status = status;
	w->response->content_type = type;
	buf_reset(&w->response->body);
	buf_add(&w->response->body, p, n);
	w->response->csp = "default-src 'none'; frame-ancestors 'none'";
	keep(w);
	return ERR_OK;
}

enum err
web_see_other(struct web *w, const char *fmt, ...)
{
	char *location;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	must(n >= 0);
	location = arena_alloc(w->arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(location, (size_t)n + 1, fmt, ap);
	va_end(ap);

	w->response->status = HTTP_SEE_OTHER;
	w->response->location = location;
	return token_done(w, location);
}

void
web_add_query(const struct web *w, struct buf *out, const char *const *without)
{
	size_t i, k;

	for (i = 0; i < fields_count(w->query); i++) {
		const char *name = fields_name(w->query, i), *value = fields_value(w->query, i);

		for (k = 0; without[k] != NULL && strcmp(without[k], name) != 0; k++)
			continue;
		if (without[k] != NULL)
			continue;
		buf_addch(out, '&');
		buf_add_percent(out, name, strlen(name));
		buf_addch(out, '=');
		buf_add_percent(out, value, strlen(value));
	}
}

const char *
web_place(struct web *w, const char *address, const char *below)
{
	size_t n = strlen(below);
	const char *c;

	if (strncmp(address, below, n) != 0 || strchr("/?", address[n]) == NULL || strlen(address) > PLACE_MAX)
		return "";
	for (c = address; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '\\')
			return "";
	return arena_printf(w->arena, "%s", address);
}

const char *
web_words(struct web *w, const char *key, const json_t *named)
{
	const char *text = words_get(w->words, key);
	struct buf said;

	buf_init(&said, w->arena);
	return mustache_text(w->arena, text, named, &said) == ERR_OK ? said.data : text;
}

void
web_tell(struct web *w, const char *kind, const char *key)
{
	must(words_find(w->words, key) != NULL && strncmp(key, "tell_", 5) == 0);
	response_cookie(w->response, "__Host-tell", arena_printf(w->arena, "%s.%s", kind, key), 60);
}
