/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"

/* "picture_url" of an event's picture, or null; a picture that was not looked at yet is none. */
void agenda_say_picture(json_t *what, int64_t event, const char *origin);
