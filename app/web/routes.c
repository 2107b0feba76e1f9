/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front page of the program: every URL, its handler, and what it asks for.
 * `chromo routes` prints it.  The conditions are checked by guard.c and dispatch.c before
 * a handler runs; a row without one does not start.
 */
#include "web/handlers.h"
#include "web/web.h"

#define GET METHOD_GET
#define POST METHOD_POST

const struct route routes[] = {
	/* of no feature */
	{ GET, "/healthz", site_health, ANY_HOST },
	{ GET, "/lang/{tag}", site_language, ANY_HOST },

	/* citizen: messages */

	/* citizen: subscribe, my, unsubscribe */

	/* api, feeds */

	/* desk: sign-in */

	/* desk: messages */

	/* desk: people, settings */

	/* desk: outbox */

	/* operator */
};

const size_t routes_count = sizeof routes / sizeof *routes;
