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

/* citizen/home.c, message.c, feed.c */
enum err citizen_home(struct web *);
enum err citizen_message_list(struct web *);
enum err citizen_message_show(struct web *);
enum err citizen_feed(struct web *);

/* api/message.c */
enum err api_message_list(struct web *);
enum err api_message_show(struct web *);
enum err api_description(struct web *);

/* desk/home.c */
enum err desk_home(struct web *);

/* desk/message.c, message_write.c, message_preview.c */
enum err desk_message_list(struct web *);
enum err desk_message_new(struct web *);
enum err desk_message_create(struct web *);
enum err desk_message_show(struct web *);
enum err desk_message_content(struct web *);
enum err desk_message_content_save(struct web *);
enum err desk_message_audience(struct web *);
enum err desk_message_audience_save(struct web *);
enum err desk_message_channels(struct web *);
enum err desk_message_channels_save(struct web *);
enum err desk_message_schedule(struct web *);
enum err desk_message_schedule_save(struct web *);
enum err desk_message_preview(struct web *);
enum err desk_message_test(struct web *);
enum err desk_message_test_send(struct web *);
