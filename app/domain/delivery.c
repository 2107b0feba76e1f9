/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a message; see delivery.h.
 */
#include "domain/delivery.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/mail.h"
#include "domain/message.h"

enum { BATCH_SIZE = 100, RESULT_VALID_S = 24 * 60 * 60 };

const char *
delivery_reason(const struct words *words, const char *reason)
{
	char key[80];
	const char *text;

	snprintf(key, sizeof key, "reason_%s", reason);
	text = words_find(words, key);
	return text != NULL ? text : words_get(words, "reason_other");
}

enum err
delivery_status(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	json_t *status, *each;
	enum err e;
	size_t i;

	e = q_delivery_status(db, (struct q_delivery_status){
	    .message = message, .lang = words_lang(words) }, &status);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(status, "reasons"), i, each)
		json_object_set_new(each, "reason_text", json_string(delivery_reason(words, json_text(each, "reason"))));
	each = json_object_get(status, "retry");
	if (json_is_object(each))
		json_object_set_new(each, "reason_text", json_string(delivery_reason(words, json_text(each, "reason"))));
	*out = status;
	return ERR_OK;
}

enum err
delivery_ways(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	bool unsure = false;
	json_t *each;
	size_t i;
	enum err e = q_delivery_ways(db, (struct q_delivery_ways){ .lang = words_lang(words), .message = message }, out);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(*out, "ways"), i, each) {
		json_object_set_new(each, "way_text", json_string(message_way(words, json_text(each, "way"))));
		unsure = unsure || strcmp(json_text(each, "unsure"), "0") != 0;
	}
	/* Of one way, though another has told since. */
	json_object_set_new(*out, "unsure", json_boolean(unsure));
	json_array_foreach(json_object_get(*out, "seen_by"), i, each) {
		char key[40];

		snprintf(key, sizeof key, "seen_by_%s", json_text(each, "how"));
		json_object_set_new(each, "how_text", json_string(words_get(words, key)));
	}
	return ERR_OK;
}

char *
delivery_mask(struct arena *a, const char *address)
{
	const char *at = strrchr(address, '@');
	size_t n = 0;

	/* Of a telephone the last digits. */
	if (at == NULL && address[0] == '+' && strlen(address) > 8)
		return arena_printf(a, "***%s", address + strlen(address) - 4);
	if (at == NULL)
		return arena_strdup(a, "***");
	(void)text_next(address, strlen(address), &n);
	return arena_printf(a, "%.*s***%s", n < (size_t)(at - address) ? (int)n : 0, address, at);
}

static json_t *
unreached_row(const struct approval *a, const struct rows *rows, size_t i)
{
	const char *address = NULL;
	size_t n;

	if (!rows_null(rows, i, "address")) {
		const uint8_t *sealed = rows_bytes(rows, i, "address", &n);
		struct buf open;

		buf_init(&open, a->arena);
		if (vault_open(a->vault, "contact.address", sealed, n, &open) == ERR_OK)
			address = delivery_mask(a->arena, open.data);
	}
	return json_pack("{s:s?, s:s?, s:s, s:b, s:o, s:b}", "address", address,
	    "way_text", rows_text(rows, i, "channel")[0] == '\0' ? NULL : message_way(a->words, rows_text(rows, i, "channel")),
	    "reason_text", delivery_reason(a->words, rows_text(rows, i, "reason")), "unsure", rows_bool(rows, i, "unsure"),
	    "tries", json_sprintf("%lld", (long long)rows_int(rows, i, "tries")),
	    "left", strcmp(rows_text(rows, i, "citizen_state"), "left") == 0);
}

enum err
delivery_unreached(const struct approval *a, int64_t after, json_t **out)
{
	json_t *list = json_array();
	struct rows *rows;
	int64_t next = 0;
	enum err e;
	size_t i, n;

	*out = json_keep(a->arena, json_pack("{s:o}", "rows", list));
	e = q_delivery_unreached(a->db, (struct q_delivery_unreached){
	    .message = a->message, .after = after }, &rows);
	if (e != ERR_OK)
		return e;
	n = rows_count(rows);
	if (n > DELIVERY_PAGE) {
		n = DELIVERY_PAGE;
		next = rows_int(rows, n - 1, "citizen_id");
	}
	for (i = 0; i < n; i++)
		json_array_append_new(list, unreached_row(a, rows, i));
	json_object_set_new(*out, "next", json_integer(next));
	return q_delivery_viewed(a->db, (struct q_delivery_viewed){
	    .message = a->message, .rows = (int32_t)n }, NULL);
}

enum err
delivery_near(struct db *db, int64_t message, int64_t staff, bool *near)
{
	struct rows *rows;
	enum err e = q_delivery_near(db, (struct q_delivery_near){ .staff = staff, .message = message }, &rows);

	if (e == ERR_OK)
		*near = rows_bool(rows, 0, "near");
	return e;
}

/* --- again, and stop --- */

enum err
delivery_again(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	return q_delivery_again(db, (struct q_delivery_again){
	    .message = message, .lang = words_lang(words) }, out);
}

enum err
delivery_resend(const struct approval *a, int64_t seen)
{
	const char *state;
	int64_t revision;
	struct rows *rows;
	json_t *again;
	enum err e;

	e = approval_lock(a, &state, &revision);
	if (e == ERR_OK && strcmp(state, "sent") != 0)
		return ERR_CONFLICT;
	if (e == ERR_OK)
		e = delivery_again(a->db, a->words, a->message, &again);
	if (e != ERR_OK)
		return e;
	if (json_flag(again, "over"))
		return ERR_GONE;
	if (!json_flag(again, "any"))
		return ERR_NOT_FOUND;
	if (json_int(again, "n") != seen)
		return ERR_CONFLICT;
	e = q_delivery_resend(a->db, (struct q_delivery_resend){ .size = BATCH_SIZE, .message = a->message }, &rows);
	if (e != ERR_OK)
		return e;
	return q_delivery_resent(a->db, (struct q_delivery_resent){
	    .message = a->message, .rows = json_int(again, "n") }, NULL);
}

enum err
delivery_stop(const struct approval *a, const char *comment)
{
	const char *state;
	int64_t revision;
	int stopped = 0;
	enum err e;

	e = q_delivery_gate_queue(a->db, (struct q_delivery_gate){ .message = a->message }, NULL);
	if (e == ERR_OK)
		e = approval_lock(a, &state, &revision);
	if (e == ERR_OK)
		e = q_delivery_stop(a->db, (struct q_delivery_stop){ .message = a->message }, &stopped);
	if (e != ERR_OK)
		return e;
	if (stopped == 0)
		return ERR_CONFLICT;
	e = approval_note(a, "stop", comment);
	return e == ERR_OK ? approval_tell_stopped(a, comment) : e;
}

/* --- the result, to whom it concerns --- */

static enum err
report(const struct mailer *m, const struct rows *due, size_t i, const char *tenant_name, const char *origin)
{
	int64_t message = rows_int(due, i, "id");
	struct rows *readers;
	struct buf subject, text, address;
	json_t *view;
	enum err e;
	size_t k, n;

	view = json_keep(m->arena, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:b, s:s}", "tenant_name", tenant_name,
	    "subject", rows_text(due, i, "subject"), "total", rows_text(due, i, "total"),
	    "reached", rows_text(due, i, "reached"), "failed", rows_text(due, i, "failed"),
	    "unsure", rows_null(due, i, "unsure") ? NULL : rows_text(due, i, "unsure"),
	    "has_failed", strcmp(rows_text(due, i, "failed"), "0") != 0,
	    "page_url", arena_printf(m->arena, "%s/desk/messages/%lld/status", origin, (long long)message)));
	buf_init(&subject, m->arena);
	buf_init(&text, m->arena);
	e = templates_render(m->templates, "mail/send_result.subject", m->words, view, &subject);
	if (e == ERR_OK)
		e = templates_render(m->templates, "mail/send_result.txt", m->words, view, &text);
	if (e != ERR_OK)
		return ERR_DB;
	while (subject.len > 0 && subject.data[subject.len - 1] == '\n')
		subject.data[--subject.len] = '\0';
	e = q_delivery_report_readers(m->db, (struct q_delivery_report_readers){ .message = message }, &readers);
	for (k = 0; e == ERR_OK && k < rows_count(readers); k++) {
		const uint8_t *sealed = rows_bytes(readers, k, "email", &n);

		buf_init(&address, m->arena);
		/* One that does not open keeps nobody else from being told. */
		if (vault_open(m->vault, "staff.email", sealed, n, &address) == ERR_OK)
			e = mail_queue_ready(m, "send_result", address.data, subject.data, text.data, NULL,
			    rows_int(readers, k, "id"), message, RESULT_VALID_S);
	}
	return e;
}

enum err
delivery_report(const struct mailer *m, const char *tenant_name, const char *origin)
{
	struct rows *due;
	enum err e = q_delivery_reports_due(m->db, &due);
	size_t i;

	for (i = 0; e == ERR_OK && i < rows_count(due); i++)
		e = report(m, due, i, tenant_name, origin);
	return e;
}
