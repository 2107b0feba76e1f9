/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
#include "web/web.h"
/*
 * What the pages of results have in common.
 */

/* The survey of the address, its new answers counted, its tallies read; view: survey,
 * overview, waiting.  ERR_NOT_FOUND: none such. */
enum err desk_result_open(struct web *, struct result *) MUST_USE;
