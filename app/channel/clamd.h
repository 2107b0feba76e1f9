/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/arena.h"
#include "base/err.h"
/*
 * clamd, which looks for viruses: one scan a connection over its Unix socket, by INSTREAM
 * (clamd(8)).  What cannot be asked is not clean: whoever gets anything but ERR_OK keeps
 * the file to himself.
 */

/* ERR_OK: nothing was found.  ERR_INVALID: something was, *found is its name.  ERR_BUSY: it
 * is away, slow, or would not say; try again. */
enum err clamd_scan(struct arena *, const char *socket, const void *, size_t n, const char **found) MUST_USE;
