/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
/*
 * A document that is passed on as it came: whether it does something by itself (a script, a
 * program that is started, files inside, media), or hides what it does from us (encrypted, or
 * objects packed in a way that is not looked into).
 *
 * Names are read as a reader reads them, with their #4a, all over the file and in what is
 * packed there by Flate.  It is no proof: readers mend broken files, each in its own way.  What
 * is found is never let in; what remains is for clamd, and for the reader, that asks first.
 */
bool upload_pdf_harmless(const void *, size_t n);
