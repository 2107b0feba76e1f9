/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
/*
 * Which passwords will do (safety.md R08, R09): 8 to 128 characters of any kind,
 * never cut, none of the common ones, none made of what everybody knows of this
 * town, this person and this product.
 *
 * Common is what the list sql/data/common_passwords.txt holds, in upper or
 * lower case, with the usual substitutions (p@ssw0rd) and with digits or signs
 * around it, and what fingers do by themselves: runs, repetitions, dates.
 */
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128 };

/* NULL in *problem: it will do; else the key of the words that say why not.
 * data: the folder of the list; context: words ended by NULL.  ERR_DB: no list. */
enum err password_judge(struct arena *, const char *data, const char *password,
    const char *const *context, const char **problem) MUST_USE;
