/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "db/db.h"
/*
 * The text that people agree to when they register (sql/data/consent.sql): what
 * is kept of them, what for, and how to end it.  Versions never change; who agreed
 * to which, when, is in table consent.
 */

/* The newest text as a page shows it: {"version", "language", "text_html",
 * "published": {"datetime", "text"}}.  ERR_NOT_FOUND: none was loaded. */
enum err consent_text(struct db *, struct arena *, const char *lang, const char *tenant,
    const char *contact, json_t **out) MUST_USE;
