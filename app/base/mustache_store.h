/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache_program.h"
/*
 * Where the programs of many templates are kept together.  They share their layouts and
 * parts, so most of their texts and names are the same ones: each is kept once.
 */
struct store;

/* All that is kept is taken from the arena; the store itself is only for the time in which
 * programs are put in. */
struct store *store_new(struct arena *);
void store_free(struct store *);

/* The same program, of nothing but what is in the store; the names of files stay the
 * caller's. */
struct program store_keep(struct store *, const struct program *);
