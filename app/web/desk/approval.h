/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/approval.h"
#include "web/desk/message.h"
/*
 * What the pages from submission to delivery share.
 */

/* Who does what to which message, with the vault entered. */
enum err desk_approval_by(struct web *, struct approval *) MUST_USE;
/* 409 with the message as it is now, who did what last, and why, by key of the words:
 * for the second of two people. */
enum err desk_approval_conflict(struct web *, const char *why) MUST_USE;
