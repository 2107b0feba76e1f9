/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
struct web;
/*
 * The handlers that routes.c names, by the file they are in.
 */

/* site.c */
enum err site_health(struct web *);
enum err site_language(struct web *);
