/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdint.h>
/*
 * What a worker remembers of the tenants that it has met, so that a public page
 * asks the database for messages only: what enter() says to one who is nobody, and
 * the names that lists show.
 *
 * All of it is as old as its version (tenant_host.version), which changes with any
 * of it.  Whoever uses it asks for the version along with the page, behind the
 * remembered tenant's own wall; another number or none, and it is forgotten, and the
 * page made anew.  So a new name is on the next page, and a host that was given to
 * another town shows that town.
 */
struct tenants;

/* NULL: not read yet.  Never changed once they are here. */
struct tenant_names {
	json_t *departments;		/* query publication_departments */
	json_t *topics;			/* query publication_topics */
};

struct tenant {
	char *host;
	int64_t id, version;
	json_t *entered;		/* query enter */
	struct tenant_names names;
};

struct tenants *tenants_new(void);
void tenants_free(struct tenants *);

/* NULL: not met.  Valid until the next tenants_keep or tenants_forget. */
const struct tenant *tenants_find(const struct tenants *, const char *host);
/* Remembers; takes references of its own.  The names were read after the version
 * that entered tells, never before. */
void tenants_keep(struct tenants *, const char *host, json_t *entered, struct tenant_names);
void tenants_forget(struct tenants *, const char *host);
