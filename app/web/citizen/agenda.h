/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/agenda.h"
#include "web/web.h"

/* The address of a feed with this filter, in the language of the page: programs have no cookie that says it. */
const char *agenda_feed_url(struct web *, const char *path, const struct agenda_filter *);

/* "picture_url" of an event's picture, or null; a picture that was not looked at yet is none. */
void agenda_say_picture(json_t *what, int64_t event, const char *origin);
