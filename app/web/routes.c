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
	{ GET, "/", citizen_home, ANY_HOST | CACHED },
	{ GET, "/messages", citizen_message_list, ANYONE | CACHED },
	{ GET, "/messages/{message}", citizen_message_show, ANYONE | CACHED },

	/* citizen: subscribe, my, unsubscribe */

	/* api, feeds */
	{ GET, "/feed.atom", citizen_feed, ANYONE | CACHED },
	{ GET, "/api/v1/messages", api_message_list, ANYONE | CACHED },
	{ GET, "/api/v1/messages/{message}", api_message_show, ANYONE | CACHED },
	{ GET, "/api/openapi.json", api_description, ANYONE | CACHED },

	/* desk: sign-in */

	/* desk: home and messages */
	{ GET, "/desk", desk_home, STAFF(RIGHTS) },
	{ GET, "/desk/messages", desk_message_list, STAFF(RIGHTS) },
	{ GET, "/desk/messages/new", desk_message_new, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/new", desk_message_create, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}", desk_message_show, STAFF(RIGHTS) },
	{ GET, "/desk/messages/{message}/content", desk_message_content, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/content", desk_message_content_save, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/audience", desk_message_audience, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/audience", desk_message_audience_save, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/channels", desk_message_channels, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/channels", desk_message_channels_save, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/schedule", desk_message_schedule, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/schedule", desk_message_schedule_save, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/preview", desk_message_preview, STAFF(RIGHTS) },
	{ GET, "/desk/messages/{message}/test", desk_message_test, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/test", desk_message_test_send, STAFF(RIGHT_WRITE) | TOKEN },

	/* desk: people, settings */

	/* desk: outbox */

	/* operator */
};

const size_t routes_count = sizeof routes / sizeof *routes;
