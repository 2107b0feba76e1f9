/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front page of the program: every URL, its handler, and what it asks for; those of
 * citizens are in routes_citizen.c, those of staff in routes_desk.c, all others here.
 * `chromo routes` prints them.  The conditions are checked by guard.c and dispatch.c before
 * a handler runs; a row without one does not start.
 */
#include "web/handlers.h"
#include "web/web.h"

#define GET METHOD_GET
#define POST METHOD_POST

static const struct route others[] = {
	/* of no feature */
	{ GET, "/healthz", site_health, ANY_HOST },
	{ GET, "/metrics", site_metrics, ANY_HOST },
	{ GET, "/lang/{tag}", site_language, ANY_HOST },

	/* what gateways call */
	{ POST, "/hooks/{channel}/{gateway}", hook_called, ANYONE | SIGNED },
	{ POST, "/hooks/{channel}/{gateway}/{secret}", hook_called_secret, ANYONE | SIGNED },

	/* JSON */
	{ GET, "/api/v1/messages", api_message_list, ANYONE | CACHED },
	{ GET, "/api/v1/messages/{message}", api_message_show, ANYONE | CACHED },
	{ GET, "/api/v1/surveys", api_survey_list, ANYONE | CACHED },
	{ GET, "/api/v1/surveys/{survey}", api_survey_show, ANYONE | CACHED },
	{ POST, "/api/v1/surveys/{survey}/answers", api_survey_answer, ANYONE | UNKNOWN | FOREIGN },
	{ GET, "/api/openapi.json", api_description, ANYONE | CACHED },
	{ GET, "/api/v1/surveys/{survey}/result", citizen_result_json, ANYONE | CACHED },

	/* operator */
	{ GET, "/operator", operator_home, OPERATOR },
	{ GET, "/operator/login", desk_login_form, OPERATOR_DOOR },
	{ POST, "/operator/login", desk_login, OPERATOR_DOOR | TOKEN },
	{ GET, "/operator/login/code", desk_login_code_form, OPERATOR_DOOR | STAFF_STEP },
	{ POST, "/operator/login/code", desk_login_code, OPERATOR_DOOR | STAFF_STEP | TOKEN },
	{ GET, "/operator/login/recovery", desk_login_recovery_form, OPERATOR_DOOR | STAFF_STEP },
	{ POST, "/operator/login/recovery", desk_login_recovery, OPERATOR_DOOR | STAFF_STEP | TOKEN },
	{ GET, "/operator/login/enrol", desk_login_enrol_form, OPERATOR_DOOR | STAFF_STEP },
	{ POST, "/operator/login/enrol", desk_login_enrol, OPERATOR_DOOR | STAFF_STEP | TOKEN },
	{ GET, "/operator/login/codes", desk_login_codes_form, OPERATOR | FRESH },
	{ POST, "/operator/login/codes", desk_login_codes, OPERATOR | TOKEN },
	{ GET, "/operator/login/unsent", desk_unsent, OPERATOR },
	{ GET, "/operator/login/again", desk_again_form, OPERATOR },
	{ POST, "/operator/login/again", desk_again, OPERATOR | TOKEN },
	{ POST, "/operator/logout", desk_logout, OPERATOR_DOOR | TOKEN },
	{ GET, "/operator/invite/{token}", desk_invite_form, OPERATOR_DOOR },
	{ POST, "/operator/invite/{token}", desk_invite, OPERATOR_DOOR | TOKEN },
	{ GET, "/operator/account", desk_account, OPERATOR },
	{ POST, "/operator/account/sessions", desk_account_sessions, OPERATOR | TOKEN },
	{ GET, "/operator/account/password", desk_account_password_form, OPERATOR },
	{ POST, "/operator/account/password", desk_account_password, OPERATOR | TOKEN | UNKEPT },
	{ GET, "/operator/account/factor", desk_account_factor_form, OPERATOR | FRESH },
	{ POST, "/operator/account/factor", desk_account_factor, OPERATOR | TOKEN | FRESH },
	{ GET, "/operator/account/app", desk_account_app_form, OPERATOR | FRESH },
	{ POST, "/operator/account/app", desk_account_app, OPERATOR | TOKEN | FRESH },
	{ GET, "/operator/account/codes", desk_account_codes_form, OPERATOR | FRESH },
	{ POST, "/operator/account/codes", desk_account_codes, OPERATOR | TOKEN },
	{ .pattern = NULL }
};

const struct route *const routes[] = { routes_citizen, routes_desk, others, NULL };
