/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
#include "web/web.h"
/*
 * What the pages of results have in common.
 */

/* The survey of the address, its new answers counted; view: survey, waiting, regrouped.  ERR_NOT_FOUND: none such. */
enum err desk_result_open(struct web *, struct result *) MUST_USE;
/* Reads the filter of the query and with it the tallies; one that cannot be is said so, and all is shown.  here: the page
 * without filter.  view: filters, filter_open, filter_wrong, filter_clear_url, filter_query, too_few. */
enum err desk_result_filter(struct web *, struct result *, const char *here) MUST_USE;
/* A question that is answered in words (q9), or the words beside その他 (q3.other); NULL: none. */
const json_t *desk_result_text_question(struct web *, const struct result *, const char *code);
/* As part of an address. */
const char *desk_result_escaped(struct arena *, const char *text);
