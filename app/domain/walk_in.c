/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People at the door without application; see walk_in.h.
 */
#include "domain/walk_in.h"
#include "base/clock.h"
#include "base/secret.h"
#include "db/queries.h"

/* The door's date, or that of today. */
static enum err
date_of(struct db *db, const struct checkin_door *at, int64_t *slot)
{
	struct rows *row;
	enum err e = ERR_OK;

	*slot = at->slot;
	if (*slot == 0) {
		e = q_walk_in_date(db, (struct q_walk_in_date){ .event = at->event }, &row);
		if (e == ERR_OK)
			*slot = rows_int(row, 0, "id");
	}
	return e;
}

enum err
walk_in_enter(struct db *db, struct arena *a, const struct checkin_door *at, const struct checkin_try *try, json_t *result)
{
	const char *id = try->id != NULL ? try->id : secret_uuid(a);
	struct rows *row;
	int64_t slot;
	enum err e = date_of(db, at, &slot);

	if (e == ERR_OK)
		e = q_walk_in_add(db, (struct q_walk_in_add){ .id = id, .event = at->event, .slot = slot, .people = (int32_t)try->people,
		    .quotas = try->quotas, .claims = try->claims, .door = at->name, .device = at->device,
		    .at = try->at != 0 ? try->at : clock_ms(), .staff = at->staff, .anyway = try->anyway || try->let_in }, &row);
	if (e != ERR_OK)
		return e;
	json_object_set_new(result, "outcome", json_string(rows_text(row, 0, "outcome")));
	json_object_set_new(result, "entry", json_string(id));
	json_object_set_new(result, "room", json_integer(rows_int(row, 0, "room")));
	json_object_set_new(result, "over", json_integer(rows_int(row, 0, "over")));
	json_object_set_new(result, "lacking", json_string(rows_text(row, 0, "lacking")));
	return ERR_OK;
}
