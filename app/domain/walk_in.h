/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/checkin.h"
/*
 * People at the door without application (当日参加).  They take seats as everybody does; where
 * there are none the door says so, and may let them in all the same (sql/functions/walk_in.sql).
 */

/* Into *result: "outcome" in, full or short (of seats), "entry"; "room", seats that are left then;
 * "over", who is in without one; "lacking", quotas that are full. */
enum err walk_in_enter(struct db *, struct arena *, const struct checkin_door *, const struct checkin_try *, json_t *result) MUST_USE;
