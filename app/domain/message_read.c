/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a clerk typed about a message, and whether it will do.  Problems are said
 * beside the field; nothing is stored here.
 */
#include <string.h>

#include "base/json.h"
#include "db/queries.h"
#include "domain/message.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

enum err
message_now(struct db *db, int64_t *ms)
{
	struct rows *rows;
	enum err e = q_message_now(db, &rows);

	if (e == ERR_OK)
		*ms = rows_int(rows, 0, "now");
	return e;
}

bool
message_has_id(const json_t *list, int64_t id)
{
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
		if (json_int(each, "id") == id)
			return true;
	return false;
}

void
message_read_content(struct form *f, const json_t *choices, struct message_content *c)
{
	c->subject = form_name(f, "subject", FORM_REQUIRED, MESSAGE_SUBJECT_MAX);
	/* The limit is bytes, which is what Markdown costs.  form_lines counts characters,
	 * and would promise three times as many of them as there is room for. */
	c->body = form_lines(f, "body", FORM_REQUIRED, SIZE_MAX);
	if (strlen(c->body) > MESSAGE_BODY_MAX) {
		form_detail(f, "body", "max", MESSAGE_BODY_MAX / 300 * 100);
		form_problem(f, "body", "message_body_too_long");
	}
	c->contact = form_lines(f, "contact", FORM_REQUIRED, MESSAGE_CONTACT_MAX);
	c->department = form_number(f, "department", FORM_REQUIRED, 1, INT64_MAX);
	if (c->department != 0 && !message_has_id(json_object_get(choices, "departments"), c->department))
		form_problem(f, "department", "message_no_such_department");
}

/* All of these must be offered to this tenant: an id of another one is none. */
static struct db_ids
read_ids(struct form *f, const char *name, const json_t *offered, const char *problem)
{
	static const int64_t none[] = { 0 };
	int64_t *ids;
	size_t i, n = form_ids(f, name, FORM_OPTIONAL, &ids);

	for (i = 0; i < n; i++)
		if (!message_has_id(offered, ids[i])) {
			form_problem(f, name, problem);
			break;
		}
	return (struct db_ids){ n > 0 ? ids : none, n };
}

void
message_read_audience(struct form *f, const json_t *choices, struct message_audience *a)
{
	static const char *const kinds[] = { "everyone", "chosen", NULL };
	static const int64_t none[] = { 0 };

	a->audience = form_choice(f, "audience", FORM_REQUIRED, kinds);
	a->districts = read_ids(f, "district", json_object_get(choices, "districts"), "message_no_such_district");
	a->topics = read_ids(f, "topic", json_object_get(choices, "topics"), "message_no_such_topic");
	if (strcmp(a->audience, "everyone") == 0)
		a->districts = (struct db_ids){ none, 0 };
	else if (strcmp(a->audience, "chosen") == 0 && a->districts.n + a->topics.n == 0)
		form_problem(f, "district", "message_audience_nothing");
}

void
message_read_schedule(struct form *f, int64_t now, struct message_schedule *s)
{
	static const char *const kinds[] = { "now", "later", NULL };
	const char *when = form_choice(f, "when", FORM_REQUIRED, kinds);
	bool later = strcmp(when, "later") == 0;
	int64_t begin;

	/* What stands in the fields of a date that is not asked for does not matter. */
	s->send_at = later ? form_datetime(f, "send_at", FORM_REQUIRED) : 0;
	if (!later)
		form_set_datetime(f, "send_at", 0);
	else if (s->send_at != 0 && s->send_at <= now)
		form_problem(f, "send_at", "message_send_at_past");
	begin = s->send_at > now ? s->send_at : now;

	s->publish_until = form_datetime(f, "publish_until", FORM_REQUIRED);
	if (s->publish_until != 0 && s->publish_until <= now)
		form_problem(f, "publish_until", "message_publish_until_past");
	else if (s->publish_until != 0 && s->publish_until <= begin)
		form_problem(f, "publish_until", "message_publish_until_early");

	s->valid_until = form_datetime(f, "valid_until", FORM_OPTIONAL);
	s->valid_preset = s->valid_until == 0;
	if (s->valid_preset) {
		s->valid_until = begin + DAY_MS;
		if (s->publish_until != 0 && s->valid_until > s->publish_until)
			s->valid_until = s->publish_until;
	} else if (s->valid_until <= begin)
		form_problem(f, "valid_until", later ? "message_valid_until_early" : "message_valid_until_past");
	else if (s->publish_until != 0 && s->valid_until > s->publish_until)
		form_problem(f, "valid_until", "message_valid_until_late");
}
