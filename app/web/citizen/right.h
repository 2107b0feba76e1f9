/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/right.h"
#include "web/web.h"
/*
 * The right to answer a survey once, as this browser holds it: a cookie for each survey.
 */

/* "": it holds none. */
const char *citizen_right(struct web *, int64_t survey);
/* To where one is drawn. */
enum err citizen_right_door(struct web *, int64_t survey) MUST_USE;
