/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/phone.h"
#include "web/citizen/code.h"
/*
 * The page on which three ways ask for a number (phone.c); the code that goes there is
 * code.h's.
 */

/* "sms" in the view: whether the town sends any. */
enum err citizen_phone_offer(struct web *, bool *offered) MUST_USE;

enum err citizen_phone_number(struct web *, const struct code_way *) MUST_USE;
/* Reads the number; "": the page says what is wrong with it, and is the answer. */
enum err citizen_phone_read(struct web *, const struct code_way *, const char **phone) MUST_USE;

/* Adds "phone" to what マイページ shows: {number, works}, or null; and "sms". */
enum err citizen_phone_show(struct web *, json_t *my) MUST_USE;
