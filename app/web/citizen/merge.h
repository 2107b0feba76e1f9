/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/* Two entries of one person: the page that asks what they want of them. */

/* What "keep" may be. */
extern const char *const citizen_keeps[];
/* The page.  merge: the entries; action: where its form goes. */
enum err citizen_merge_page(struct web *, enum status, struct form *, json_t *merge, const char *action) MUST_USE;
/* After a way was added: to that page where another entry ended by it, else to place. */
enum err citizen_merge_or(struct web *, const char *place) MUST_USE;
