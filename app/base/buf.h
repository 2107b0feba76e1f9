/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include "base/err.h"
struct arena;
/*
 * Bytes that grow.  Invariants, at all times: data is never NULL,
 * data[len] == '\0', and the memory is the arena's.  May hold NUL bytes.
 */
struct buf {
	char *data;
	size_t len;
	size_t room;
	struct arena *arena;
};

void buf_init(struct buf *, struct arena *);
void buf_reset(struct buf *);			/* empty, memory kept */
void buf_reserve(struct buf *, size_t more);	/* room for that many more bytes */
void buf_add(struct buf *, const void *, size_t n);
void buf_adds(struct buf *, const char *);
void buf_addch(struct buf *, char);
void buf_addf(struct buf *, const char *fmt, ...) PRINTF(2, 3);
/* As text in HTML, both in content and in quoted attributes: & < > " ' */
void buf_add_html(struct buf *, const char *, size_t n);
/* RFC 3986 percent-encoding of all but unreserved characters. */
void buf_add_percent(struct buf *, const char *, size_t n);
/* RFC 4648 sections 4 and 5; url: the URL alphabet, no padding. */
void buf_add_base64(struct buf *, const void *, size_t n);
void buf_add_base64url(struct buf *, const void *, size_t n);
