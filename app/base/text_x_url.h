/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/*
 * Where X sees an address in a text (twitter-text: extractUrlsWithIndices).
 *
 * Texts are UTF-16, because that is what X's own rules are written in.
 */
struct x_url { size_t from, to; };

/* The next address that begins at or behind from; false: there is none any more. */
bool x_url_next(const uint16_t *text, size_t n, size_t from, struct x_url *out);
