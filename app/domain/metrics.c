/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for whoever watches; see metrics.h.
 */
#include "domain/metrics.h"

#include "db/queries.h"

enum err
metrics_show(struct db *db, const char **out)
{
	struct rows *rows;
	enum err e = q_metrics_show(db, &rows);

	if (e == ERR_OK)
		*out = rows_text(rows, 0, "text");
	return e;
}
