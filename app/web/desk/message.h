/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/message.h"
#include "web/web.h"
/*
 * What the pages of one message share.
 */

/* The message of {message}, also put into the view as "message". */
enum err desk_message_open(struct web *, json_t **message) MUST_USE;
/* "reach" in the view: how many the message reaches by e-mail, or null while its
 * audience or its channel says nothing. */
enum err desk_message_reach(struct web *, const json_t *message) MUST_USE;
