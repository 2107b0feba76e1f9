/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * The waiting room (混雑時の順番待ち): in front of routes that are marked CROWD.
 */

/* Whether this visitor has to wait.  Asks no database. */
bool room_holds(struct web *);
/* The page with the number, after room_holds. */
enum err room_show(struct web *) MUST_USE;
