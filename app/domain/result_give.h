/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
struct buf;
/*
 * Results given back to everybody: a page, open data in CSV and JSON under CC BY 4.0.
 */

/* Counts what was not counted yet, keeps what is shown from now on, in each language of the pages, with 市がすること,
 * and marks the survey, which is closed, as published.  The result has been opened and has no filter; its words and
 * language are others afterwards.  Wants DB_WRITE. */
enum err result_publish(struct result *, const struct catalogue *, int64_t staff, const char *actions) MUST_USE;
/* What was published, in this language of the pages, or else in Japanese.  ERR_NOT_FOUND: nothing was. */
enum err result_public(struct db *, int64_t survey, const char *lang, json_t **out) MUST_USE;
/* For programs. */
json_t *result_open_data(struct arena *, const json_t *document);
void result_open_csv(const json_t *document, struct buf *out);
