/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a worker: see tenant.h.  A place for each host by its hash; where two
 * meet, the last one wins.
 */
#include "domain/tenant.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

enum { PLACES = 256 };

struct tenants {
	struct tenant at[PLACES];	/* host NULL: nobody */
};

struct tenants *
tenants_new(void)
{
	struct tenants *t = calloc(1, sizeof *t);

	if (t == NULL)
		log_panic("memory.out");
	return t;
}

static void
clear(struct tenant *t)
{
	free(t->host);
	json_decref(t->entered);
	json_decref(t->names.departments);
	json_decref(t->names.topics);
	*t = (struct tenant){ .host = NULL };
}

void
tenants_free(struct tenants *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < PLACES; i++)
		clear(&t->at[i]);
	free(t);
}

/* FNV-1a. */
static size_t
place_of(const char *host)
{
	uint32_t hash = 2166136261u;

	for (; *host != '\0'; host++)
		hash = (hash ^ (unsigned char)*host) * 16777619u;
	return hash % PLACES;
}

static bool
is(const struct tenant *t, const char *host)
{
	return t->host != NULL && strcmp(t->host, host) == 0;
}

const struct tenant *
tenants_find(const struct tenants *t, const char *host)
{
	const struct tenant *found = &t->at[place_of(host)];

	return is(found, host) ? found : NULL;
}

void
tenants_keep(struct tenants *t, const char *host, json_t *entered, struct tenant_names names)
{
	struct tenant *place = &t->at[place_of(host)], was = *place;
	const json_t *tenant = json_object_get(entered, "tenant");

	*place = (struct tenant){
		.host = strdup(host),
		.id = json_int(tenant, "id"), .version = json_int(tenant, "version"),
		.entered = json_incref(entered),
		.names = { json_incref(names.departments), json_incref(names.topics) } };
	must(place->host != NULL);
	clear(&was);			/* last: it may be the same */
}

void
tenants_forget(struct tenants *t, const char *host)
{
	struct tenant *found = &t->at[place_of(host)];

	if (is(found, host))
		clear(found);
}
