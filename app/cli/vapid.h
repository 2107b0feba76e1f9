/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cli/cli.h"

/* The pair of keys by which the town is known to push services, in a transaction of
 * that town whose vault is entered.  ERR_CONFLICT: it has one; *key is its public half. */
enum err vapid_found(struct db *, struct vault *, struct arena *, const char *host, const char **key) MUST_USE;
