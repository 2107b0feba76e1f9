/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages on which districts and topics are chosen: the same ones on the way
 * through 登録 and on マイページ.  Nothing is stored here.
 */
#include "base/json.h"
#include "db/queries.h"
#include "domain/citizen.h"

enum err
citizen_options(struct db *db, int64_t citizen, const char *postcode, json_t **out)
{
	return q_citizen_options(db, (struct q_citizen_options){ .citizen = citizen, .postcode = postcode }, out);
}

struct db_ids
citizen_ids(struct arena *a, const json_t *list)
{
	size_t i, n = json_array_size(list);
	int64_t *ids = arena_alloc(a, (n + 1) * sizeof *ids);

	for (i = 0; i < n; i++)
		ids[i] = json_integer_value(json_array_get(list, i));
	return (struct db_ids){ ids, n };
}

enum err
citizen_names(struct db *db, struct arena *a, const json_t *choice, json_t **out)
{
	return q_citizen_names(db, (struct q_citizen_names){
	    .districts = citizen_ids(a, json_object_get(choice, "districts")),
	    .topics = citizen_ids(a, json_object_get(choice, "topics")) }, out);
}

static bool
offered(const json_t *options, int64_t id)
{
	const json_t *option;
	size_t i;

	json_array_foreach(options, i, option)
		if (json_int(option, "value") == id)
			return true;
	return false;
}

static bool
has(const json_t *ids, int64_t id)
{
	const json_t *each;
	size_t i;

	json_array_foreach(ids, i, each)
		if (json_integer_value(each) == id)
			return true;
	return false;
}

void
citizen_show_districts(struct form *f, json_t *options, struct db_ids chosen)
{
	form_set(f, "postcode", "");
	form_set_ids(f, "district", chosen.data, chosen.n);
	form_options(f, "district", json_object_get(options, "districts"));
}

void
citizen_show_topics(struct form *f, json_t *options, struct db_ids chosen)
{
	form_set_ids(f, "topic", chosen.data, chosen.n);
	form_options(f, "topic", json_object_get(options, "topics"));
}

/* The ids that were ticked; one that is not offered is no answer, wherever it
 * comes from. */
static json_t *
ticked(struct form *f, const char *name, json_t *list)
{
	json_t *ids = json_array();
	int64_t *sent;
	size_t i, n = form_ids(f, name, FORM_OPTIONAL, &sent);

	form_options(f, name, list);
	for (i = 0; i < n; i++) {
		if (offered(list, sent[i]))
			json_array_append_new(ids, json_integer(sent[i]));
		else
			form_problem(f, name, name[0] == 'd' ? "district_unknown" : "topic_unknown");
	}
	return ids;
}

/* How many districts the code led to, and the last of them. */
static size_t
found(const json_t *list, int64_t *id)
{
	const json_t *option;
	size_t i, n = 0;

	json_array_foreach(list, i, option)
		if (json_flag(option, "found")) {
			*id = json_int(option, "value");
			n++;
		}
	return n;
}

bool
citizen_read_districts(struct form *f, const json_t *options, struct arena *a, json_t *choice)
{
	json_t *list = json_object_get(options, "districts");
	const char *code = form_postcode(f, "postcode", FORM_OPTIONAL);
	json_t *ids = json_keep(a, ticked(f, "district", list));
	int64_t id = 0;
	size_t n = code[0] != '\0' ? found(list, &id) : 0;

	if (code[0] != '\0' && n == 0)
		form_problem(f, "postcode", "postcode_unknown");
	else if (n == 1 && !has(ids, id))
		json_array_append_new(ids, json_integer(id));
	else if (n > 1 && json_array_size(ids) == 0)
		form_problem(f, "district", "district_several");
	if (form_ok(f) && json_array_size(ids) == 0 && json_array_size(list) > 0)
		form_problem(f, "district", "form_choose_some");
	if (!form_ok(f))
		return false;
	json_object_set(choice, "districts", ids);
	return true;
}

bool
citizen_find_districts(struct form *f, const json_t *options, json_t *choice)
{
	json_t *list = json_object_get(options, "districts"), *option;
	json_t *ids = ticked(f, "district", list);
	int64_t id = 0;
	size_t i;

	if (form_postcode(f, "postcode", FORM_REQUIRED)[0] != '\0' && found(list, &id) == 0)
		form_problem(f, "postcode", "postcode_unknown");
	json_array_foreach(list, i, option)
		if (json_flag(option, "found") && !has(ids, json_int(option, "value")))
			json_array_append_new(ids, json_integer(json_int(option, "value")));
	json_object_set_new(choice, "districts", ids);
	return form_ok(f);
}

bool
citizen_read_topics(struct form *f, const json_t *options, json_t *choice)
{
	json_t *list = json_object_get(options, "topics");
	json_t *ids = ticked(f, "topic", list);
	bool vital = form_flag(f, "vital");

	/* Where none are offered yet, nobody has to forgo what goes to everyone. */
	if (!vital && json_array_size(ids) == 0 && json_array_size(list) > 0)
		form_problem(f, "topic", "form_choose_some");
	if (vital)
		json_array_clear(ids);
	json_object_set_new(choice, "topics", ids);
	json_object_set_new(choice, "vital", json_boolean(vital));
	return form_ok(f);
}
