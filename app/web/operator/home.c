/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's first page: all tenants, and nothing of what is in them.
 *
 *	GET /operator
 */
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

/* The sign of templates/part/status_tag for each state of a tenant. */
static const char *
sign(const char *state)
{
	if (strcmp(state, "active") == 0)
		return "active";
	if (strcmp(state, "trial") == 0)
		return "begun";
	if (strcmp(state, "suspended") == 0)
		return "paused";
	return strcmp(state, "ending") == 0 ? "later" : "ended";
}

enum err
operator_home(struct web *w)
{
	json_t *tenants, *t;
	size_t i;
	enum err e = q_tenant_list_for_operator(w->db, &tenants);

	if (e != ERR_OK)
		return e;
	json_array_foreach(tenants, i, t) {
		const char *state = json_text(t, "state"), *kind = json_text(t, "kind"), *host = json_text(t, "host");
		const char *known = sign(state);

		json_object_set_new(t, "state_text",
		    json_string(words_get(w->words, arena_printf(w->arena, "operator_state_%s", state))));
		json_object_set_new(t, "kind_text",
		    json_string(words_get(w->words, arena_printf(w->arena, "operator_kind_%s", kind))));
		json_object_set_new(t, "state", json_string(known));
		json_object_set_new(t, "site_url", host[0] == '\0' ? json_null()
		    : json_string(arena_printf(w->arena, "https://%s%s/", host, w->conf->public_port)));
	}
	json_object_set(w->view, "tenants", tenants);
	return web_page(w, HTTP_OK, "operator/home");
}
