/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * The post of a message on X, on its status page and where it is taken back.
 *
 * Puts into the view "posts", rows of domain/post.h with
 *	{"length_text": as X counts, "look": staff are asked to look, "withdraw_url", "again_url" or null,
 *	 "any_link"; "state" as part/status_tag knows it}
 * and "has_posts", "post_open": something is still going on.
 */
enum err desk_posts(struct web *, int64_t message) MUST_USE;
