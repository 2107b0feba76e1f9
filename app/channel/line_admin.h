/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/json.h"
struct arena;
struct conf;
/*
 * What is done with an account of LINE beside sending, one call after the other: is it
 * the right one, how much of the month is left, the menu below the chat.
 *
 * For programs that have time to wait (at most ten seconds a call); never inside a
 * transaction.
 */
struct line_admin;

/* Gets a token, if the account has none of its own.  ERR_CHANNEL: it does not get one;
 * *problem says why, in LINE's words, for who runs the command. */
enum err line_admin_open(const struct conf *, struct arena *, const json_t *account,
    struct line_admin **out, const char **problem) MUST_USE;
void line_admin_close(struct line_admin *);
/* The last refusal: "401 Authentication failed …". */
const char *line_admin_problem(const struct line_admin *);

/* {"userId" (what webhooks name as destination), "basicId" ("@123abcde"), "displayName"}. */
enum err line_info(struct line_admin *, json_t **out) MUST_USE;
/* What LINE permits this month and what is gone; quota -1: no limit. */
enum err line_quota(struct line_admin *, int64_t *quota, int64_t *used) MUST_USE;
/* Makes a menu with this image (PNG) and shows it to everybody.  Menus of the same name
 * that were there before are taken away. */
enum err line_menu_set(struct line_admin *, const json_t *menu, const char *image, size_t n) MUST_USE;
