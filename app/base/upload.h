/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
/*
 * What strangers send as a file: looked at and, where it is a picture, made anew from its
 * pixels, so that nothing else of it is left: no place, no time, no camera, no second file
 * behind the first.
 *
 * libmagic says what it is, whatever its name says, and libvips makes it anew; both read
 * bytes of strangers, so both run in a process of their own.  That one has no file open, may
 * open none, has no network and few system calls (seccomp), a second's worth of memory and
 * time, and gives its result through a pipe.  If it dies, the file was none.
 */
enum { UPLOAD_BYTES = 10 << 20, UPLOAD_PIXELS = 60 * 1000 * 1000, UPLOAD_SIDE = 3000 };

/* *kind: "image/jpeg", "image/png", "image/webp" or "application/pdf"; out: what is to be
 * kept; a document is kept as it came.  ERR_INVALID: no file of these kinds, or broken.
 * ERR_TOO_LARGE: more bytes or pixels than the limits above. */
enum err upload_clean(const void *, size_t n, const char **kind, struct buf *out) MUST_USE;
/* A picture that is to be shown everywhere, of at most so many pixels a side: as JPEG or PNG,
 * because mail programs and LINE know no other, and of a PNG larger than UPLOAD_PNG only what
 * a JPEG keeps of it.  A document is ERR_INVALID. */
enum { UPLOAD_PNG = 1000 * 1000 };
enum err upload_picture(int side, const void *, size_t n, const char **kind, struct buf *out) MUST_USE;
