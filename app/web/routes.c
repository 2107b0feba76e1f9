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
	{ GET, "/subscribe", citizen_subscribe, ANYONE | CACHED },
	{ GET, "/subscribe/email", citizen_subscribe_email, ANYONE },
	{ POST, "/subscribe/email", citizen_subscribe_email_keep, ANYONE | TOKEN },
	{ GET, "/subscribe/district", citizen_subscribe_district, ANYONE },
	{ POST, "/subscribe/district", citizen_subscribe_district_keep, ANYONE | TOKEN },
	{ GET, "/subscribe/topics", citizen_subscribe_topics, ANYONE },
	{ POST, "/subscribe/topics", citizen_subscribe_topics_keep, ANYONE | TOKEN },
	{ GET, "/subscribe/language", citizen_subscribe_language, ANYONE },
	{ POST, "/subscribe/language", citizen_subscribe_language_keep, ANYONE | TOKEN },
	{ GET, "/subscribe/check", citizen_subscribe_check, ANYONE },
	{ POST, "/subscribe/check", citizen_subscribe_ask, ANYONE | TOKEN },
	{ GET, "/subscribe/verify", citizen_subscribe_verify, ANYONE },
	{ POST, "/subscribe/verify", citizen_subscribe_again, ANYONE | TOKEN },
	{ GET, "/subscribe/confirm/{token}", citizen_subscribe_confirm, ANYONE },
	{ POST, "/subscribe/confirm/{token}", citizen_subscribe_confirmed, ANYONE | TOKEN },
	{ GET, "/subscribe/done", citizen_subscribe_done, CITIZEN },
	{ GET, "/my", citizen_my_page, CITIZEN },
	{ GET, "/my/link", citizen_my_link, ANYONE },
	{ POST, "/my/link", citizen_my_link_send, ANYONE | TOKEN },
	{ GET, "/my/sent", citizen_my_sent, ANYONE },
	{ GET, "/my/open/{token}", citizen_my_door, ANYONE },
	{ POST, "/my/open/{token}", citizen_my_opened, ANYONE | TOKEN },
	{ GET, "/my/change/districts", citizen_my_districts, CITIZEN },
	{ POST, "/my/change/districts", citizen_my_districts_save, CITIZEN | TOKEN },
	{ GET, "/my/change/topics", citizen_my_topics, CITIZEN },
	{ POST, "/my/change/topics", citizen_my_topics_save, CITIZEN | TOKEN },
	{ GET, "/my/change/language", citizen_my_language, CITIZEN },
	{ POST, "/my/change/language", citizen_my_language_save, CITIZEN | TOKEN },
	{ GET, "/my/pause", citizen_my_pause, CITIZEN },
	{ POST, "/my/pause", citizen_my_paused, CITIZEN | TOKEN },
	{ POST, "/my/resume", citizen_my_resumed, CITIZEN | TOKEN },
	{ GET, "/my/leave", citizen_my_leave, CITIZEN },
	{ POST, "/my/leave", citizen_my_leave_now, CITIZEN | TOKEN },
	{ GET, "/my/left", citizen_my_left, ANYONE },
	{ POST, "/my/sign-out", citizen_my_sign_out, CITIZEN | TOKEN },
	{ GET, "/unsubscribe/{token}", citizen_unsubscribe, ANYONE },
	{ POST, "/unsubscribe/{token}", citizen_unsubscribe_do, ANYONE | TOKEN },
	{ GET, "/unsubscribe/{token}/done", citizen_unsubscribe_done, ANYONE },
	{ GET, "/u/{token}", citizen_one_click_page, ANYONE },
	{ POST, "/u/{token}", citizen_one_click, ANYONE | FOREIGN },
	{ GET, "/help", citizen_help, ANYONE | CACHED },
	{ GET, "/privacy", citizen_privacy, ANYONE },

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
	{ GET, "/desk/messages/{message}/tests", desk_message_tests, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/test", desk_message_test_send, STAFF(RIGHT_WRITE) | TOKEN },

	/* desk: approval, delivery, people */
	{ GET, "/desk/messages/{message}/submit", desk_approval_submit, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/submit", desk_approval_submit_do, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/approve", desk_approval_approve, STAFF(RIGHT_WRITE | RIGHT_APPROVE) },
	{ POST, "/desk/messages/{message}/approve", desk_approval_decide, STAFF(RIGHT_APPROVE) | TOKEN },
	{ GET, "/desk/messages/{message}/withdraw", desk_approval_withdraw, STAFF(RIGHT_WRITE) },
	{ POST, "/desk/messages/{message}/withdraw", desk_approval_withdraw_do, STAFF(RIGHT_WRITE) | TOKEN },
	{ GET, "/desk/messages/{message}/status", desk_delivery_status, STAFF(RIGHTS) },
	{ GET, "/desk/messages/{message}/status/live", desk_delivery_live, STAFF(RIGHTS) },
	{ GET, "/desk/messages/{message}/unreached", desk_delivery_unreached, STAFF(RIGHTS) },
	{ GET, "/desk/messages/{message}/resend", desk_delivery_resend, STAFF(RIGHT_APPROVE) },
	{ POST, "/desk/messages/{message}/resend", desk_delivery_resend_do, STAFF(RIGHT_APPROVE) | TOKEN },
	{ GET, "/desk/messages/{message}/stop", desk_delivery_stop, STAFF(RIGHT_WRITE | RIGHT_APPROVE) },
	{ POST, "/desk/messages/{message}/stop", desk_delivery_stop_do, STAFF(RIGHT_WRITE | RIGHT_APPROVE) | TOKEN },
	{ GET, "/desk/people", desk_people, STAFF(RIGHTS) },
	{ POST, "/desk/people", desk_people_find, STAFF(RIGHTS) | TOKEN },
	{ GET, "/desk/people/{person}", desk_people_show, STAFF(RIGHTS) },

	/* desk: people, settings */

	/* desk: outbox */
	{ GET, "/desk/outbox", desk_outbox_list, ANY_HOST | DEVELOPMENT },
	{ GET, "/desk/outbox/{mail}", desk_outbox_show, ANY_HOST | DEVELOPMENT },

	/* operator */
};

const size_t routes_count = sizeof routes / sizeof *routes;
