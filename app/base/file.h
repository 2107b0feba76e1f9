/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
/* Files that are read whole: templates, words, settings. */

/* Adds what is in the file.  ERR_NOT_FOUND: it cannot be opened (errno says
 * why).  ERR_INVALID: it cannot be read to its end, or is no file. */
enum err file_read(const char *path, struct buf *out) MUST_USE;
