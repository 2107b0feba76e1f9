/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "db/db.h"
/*
 * Numbers of the installation for whoever watches it: queues, what went out in a day,
 * how the gateways fare (sql/functions/metrics.sql), in the text format of Prometheus.
 */
enum err metrics_show(struct db *, const char **out) MUST_USE;
