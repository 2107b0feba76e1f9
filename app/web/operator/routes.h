/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The rows of routes.c for the host of the operator, who has none of a municipality's.  Sign-in
 * and account are the pages of the desk.
 */
#define OPERATOR_ROUTES \
	{ GET, "/operator", operator_home, OPERATOR }, \
	{ GET, "/operator/login", desk_login_form, OPERATOR_DOOR }, \
	{ POST, "/operator/login", desk_login, OPERATOR_DOOR | TOKEN }, \
	{ GET, "/operator/login/code", desk_login_code_form, OPERATOR_DOOR | STAFF_STEP }, \
	{ POST, "/operator/login/code", desk_login_code, OPERATOR_DOOR | STAFF_STEP | TOKEN }, \
	{ GET, "/operator/login/recovery", desk_login_recovery_form, OPERATOR_DOOR | STAFF_STEP }, \
	{ POST, "/operator/login/recovery", desk_login_recovery, OPERATOR_DOOR | STAFF_STEP | TOKEN }, \
	{ GET, "/operator/login/enrol", desk_login_enrol_form, OPERATOR_DOOR | STAFF_STEP }, \
	{ POST, "/operator/login/enrol", desk_login_enrol, OPERATOR_DOOR | STAFF_STEP | TOKEN }, \
	{ GET, "/operator/login/codes", desk_login_codes_form, OPERATOR }, \
	{ POST, "/operator/login/codes", desk_login_codes, OPERATOR | TOKEN }, \
	{ POST, "/operator/logout", desk_logout, OPERATOR_DOOR | TOKEN }, \
	{ GET, "/operator/invite/{token}", desk_invite_form, OPERATOR_DOOR }, \
	{ POST, "/operator/invite/{token}", desk_invite, OPERATOR_DOOR | TOKEN }, \
	{ GET, "/operator/account", desk_account, OPERATOR }, \
	{ POST, "/operator/account/sessions", desk_account_sessions, OPERATOR | TOKEN }, \
	{ GET, "/operator/account/password", desk_account_password_form, OPERATOR }, \
	{ POST, "/operator/account/password", desk_account_password, OPERATOR | TOKEN }, \
	{ GET, "/operator/account/factor", desk_account_factor_form, OPERATOR }, \
	{ POST, "/operator/account/factor", desk_account_factor, OPERATOR | TOKEN }, \
	{ GET, "/operator/account/app", desk_account_app_form, OPERATOR }, \
	{ POST, "/operator/account/app", desk_account_app, OPERATOR | TOKEN }, \
	{ GET, "/operator/account/codes", desk_account_codes_form, OPERATOR }, \
	{ POST, "/operator/account/codes", desk_account_codes, OPERATOR | TOKEN },
