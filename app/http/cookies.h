/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
#include "base/fields.h"
struct arena;
/*
 * The Cookie header (RFC 6265 5.4).  ERR_INVALID: a name twice, more than
 * REQUEST_COOKIES_MAX, or what is no text.  A piece without a name is nobody's and
 * is passed over.
 */
enum err cookies_parse(struct fields *, struct arena *, const char *header) MUST_USE;
