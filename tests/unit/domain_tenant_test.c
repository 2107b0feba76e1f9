/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker remembers of tenants: by host, until it is forgotten. */
#include "base/json.h"
#include "domain/tenant.h"
#include "tests/unit/tap.h"

static json_t *
entered(int id, int version)
{
	return json_pack("{s:{s:i, s:i}}", "tenant", "id", id, "version", version);
}

int
main(void)
{
	struct tenants *t = tenants_new();
	json_t *first = entered(1, 10), *second = entered(1, 11), *topics = json_array();
	char host[32];
	int i, kept = 0;

	ok(tenants_find(t, "a.example.jp") == NULL, "nobody is known");
	tenants_keep(t, "a.example.jp", first, (struct tenant_names){ NULL, NULL });
	ok(tenants_find(t, "b.example.jp") == NULL, "by its own host only");
	is_int(tenants_find(t, "a.example.jp")->id, 1, "the tenant");
	is_int(tenants_find(t, "a.example.jp")->version, 10, "its version");

	/* The same document with names: the reference that was held is given up last. */
	json_decref(first);
	tenants_keep(t, "a.example.jp", tenants_find(t, "a.example.jp")->entered, (struct tenant_names){ NULL, topics });
	is_int(tenants_find(t, "a.example.jp")->version, 10, "kept again");
	ok(tenants_find(t, "a.example.jp")->names.topics == topics, "with its names");
	tenants_keep(t, "a.example.jp", second, (struct tenant_names){ NULL, NULL });
	is_int(tenants_find(t, "a.example.jp")->version, 11, "the newer one takes its place");
	ok(tenants_find(t, "a.example.jp")->names.topics == NULL, "and old names go");

	tenants_forget(t, "b.example.jp");
	ok(tenants_find(t, "a.example.jp") != NULL, "who is not known cannot be forgotten");
	tenants_forget(t, "a.example.jp");
	ok(tenants_find(t, "a.example.jp") == NULL, "forgotten");

	for (i = 0; i < 1000; i++) {
		snprintf(host, sizeof host, "%d.example.jp", i);
		tenants_keep(t, host, second, (struct tenant_names){ topics, topics });
		kept += tenants_find(t, host) != NULL;
	}
	is_int(kept, 1000, "more hosts than places: the last one is known");
	tenants_free(t);
	is_int((long long)second->refcount, 1, "no reference is left");
	is_int((long long)topics->refcount, 1, "nor of names");
	json_decref(second);
	json_decref(topics);
	return done();
}
