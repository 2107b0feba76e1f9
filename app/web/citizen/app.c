/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site as an app on somebody's home screen.
 *
 *	GET /manifest.webmanifest	its name and icons (W3C Web Application Manifest)
 *	GET /offline			what is shown without a network; static/js/sw.js keeps it
 */
#include "web/handlers.h"
#include "web/web.h"

static json_t *
icon(const char *file, const char *sizes, const char *purpose)
{
	return json_pack("{s:s++, s:s, s:s, s:s}", "src", "/static/", file, ".png", "sizes", sizes, "type", "image/png",
	    "purpose", purpose);
}

enum err
citizen_manifest(struct web *w)
{
	const json_t *tenant;
	const char *name;
	json_t *manifest;
	char *text;
	enum err e = guard_arrive(w);

	if (e != ERR_OK)
		return e;
	tenant = json_object_get(w->entered, "tenant");
	name = json_text(tenant, strcmp(w->lang, "ja") == 0 ? "name" : "name_en");
	manifest = json_keep(w->arena, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[o, o, o]}",
	    "id", "/", "name", name, "short_name", name, "lang", w->lang, "start_url", "/", "scope", "/",
	    "display", "standalone", "background_color", "#ffffff", "theme_color", "#0017c1",
	    "icons", icon("icon-192", "192x192", "any"), icon("icon-512", "512x512", "any"),
	    icon("icon-maskable-512", "512x512", "maskable")));
	text = json_dumps(manifest, JSON_COMPACT);
	arena_defer(w->arena, free, text);
	return web_bytes(w, HTTP_OK, "application/manifest+json; charset=utf-8", text, strlen(text));
}

enum err
citizen_offline(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/info/offline");
}
