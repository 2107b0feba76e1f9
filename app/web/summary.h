/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/form.h"
/*
 * The summary of errors on top of a page: each line says which field it is about.
 *
 * What a field is called is written once, in its template (templates/part/field_text and others), and
 * may depend on what the page shows.  So it is read off the page as it was rendered: the <label> that is for the
 * field, or the <legend> of the group that has its name.
 */

/* Names what is unnamed (base/form.h).  True: something was, and the page is to be rendered once more. */
bool summary_name(struct form *, struct arena *, const char *page, const char *lang);
