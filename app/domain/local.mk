# SPDX-License-Identifier: Apache-2.0
libdomain_a_SOURCES = \
	app/domain/address.c app/domain/address.h \
	app/domain/agenda.c app/domain/agenda.h app/domain/agenda_give.c app/domain/agenda_take.c \
	app/domain/applicant.c app/domain/applicant.h \
	app/domain/application.c app/domain/application.h app/domain/application_link.c app/domain/application_tell.c \
	app/domain/approval.c app/domain/approval.h app/domain/approval_compare.c \
	app/domain/area.c app/domain/area.h \
	app/domain/attachment.c app/domain/attachment.h app/domain/attachment_read.c \
	app/domain/bounce.c app/domain/bounce.h \
	app/domain/checkin.c app/domain/checkin.h \
	app/domain/citizen.c app/domain/citizen.h app/domain/citizen_draft.c app/domain/citizen_read.c \
	app/domain/consent.c app/domain/consent.h \
	app/domain/correction.c app/domain/correction.h \
	app/domain/cross.c app/domain/cross.h app/domain/cross_count.c app/domain/cross_side.c app/domain/cross_side.h \
	app/domain/delivery.c app/domain/delivery.h \
	app/domain/department.c app/domain/department.h \
	app/domain/draw.c app/domain/draw.h \
	app/domain/edition.c app/domain/edition.h \
	app/domain/email.c app/domain/email.h app/domain/merge.c app/domain/merge.h \
	app/domain/event.c app/domain/event.h app/domain/event_language.c app/domain/event_picture.c app/domain/event_read.c \
	app/domain/export.c app/domain/export.h app/domain/export_read.c \
	app/domain/gateway.c app/domain/gateway.h app/domain/gateway_sign_in.c app/domain/gateway_sign_in.h \
	app/domain/household.c app/domain/household.h \
	app/domain/ical.c app/domain/ical.h app/domain/ical_write.c \
	app/domain/keep.c app/domain/keep.h \
	app/domain/line.c app/domain/line.h app/domain/line_reply.c app/domain/line_reply.h \
	app/domain/login.c app/domain/login.h app/domain/login_factor.c app/domain/login_private.h \
	app/domain/lottery.c app/domain/lottery.h \
	app/domain/mail.c app/domain/mail.h app/domain/mail_sender.c app/domain/mail_sender.h \
	app/domain/message.c app/domain/message.h app/domain/message_read.c \
	app/domain/metrics.c app/domain/metrics.h \
	app/domain/opendata.c app/domain/opendata.h app/domain/opendata_columns.c \
	app/domain/paper.c app/domain/paper.h app/domain/paper_import.c \
	app/domain/password.c app/domain/password.h \
	app/domain/people.c app/domain/people.h \
	app/domain/phone.c app/domain/phone.h \
	app/domain/picture.c app/domain/picture.h app/domain/picture_take.c \
	app/domain/population.c app/domain/population.h \
	app/domain/post.c app/domain/post.h \
	app/domain/proof.c app/domain/proof.h \
	app/domain/publication.c app/domain/publication.h \
	app/domain/push.c app/domain/push.h \
	app/domain/question.c app/domain/question.h app/domain/question_choices.c app/domain/question_choices.h \
	app/domain/question_language.c app/domain/question_language.h app/domain/question_logic.c app/domain/question_paths.c \
	app/domain/question_read.c app/domain/question_tries.c app/domain/question_tries.h app/domain/question_words.c \
	app/domain/questionnaire.c app/domain/questionnaire.h app/domain/questionnaire_accept.c \
	app/domain/questionnaire_faults.c app/domain/questionnaire_parse.c app/domain/questionnaire_private.h \
	app/domain/questionnaire_read.c app/domain/questionnaire_view.c \
	app/domain/reach.c app/domain/reach.h \
	app/domain/rendering.c app/domain/rendering.h \
	app/domain/response.c app/domain/response.h \
	app/domain/result.c app/domain/result.h app/domain/result_block.h app/domain/result_give.c app/domain/result_give.h \
	app/domain/result_asked.c app/domain/result_hide.c app/domain/result_number.c \
	app/domain/result_question.c app/domain/result_weigh.c \
	app/domain/right.c app/domain/right.h \
	app/domain/sms.c app/domain/sms.h \
	app/domain/staff.c app/domain/staff.h \
	app/domain/statistics.c app/domain/statistics.h app/domain/statistics_hide.c \
	app/domain/stop_link.c app/domain/stop_link.h \
	app/domain/survey.c app/domain/survey.h app/domain/survey_desk.c app/domain/survey_desk.h app/domain/survey_quota.c \
	app/domain/survey_quota.h \
	app/domain/tally.c app/domain/tally.h \
	app/domain/tenant.c app/domain/tenant.h \
	app/domain/ticket.c app/domain/ticket.h \
	app/domain/topic.c app/domain/topic.h \
	app/domain/unsent.c app/domain/unsent.h \
	app/domain/totp.c app/domain/totp.h \
	app/domain/vault.c app/domain/vault.h \
	app/domain/vocabulary.c app/domain/vocabulary.h \
	app/domain/voice.c app/domain/voice.h \
	app/domain/walk_in.c app/domain/walk_in.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/domain_NAME_test
#	tests_unit_domain_NAME_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_questionnaire_random_test
tests_unit_domain_questionnaire_random_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_questionnaire_test
tests_unit_domain_questionnaire_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_rendering_test
tests_unit_domain_rendering_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_voice_test
tests_unit_domain_voice_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_tenant_test
tests_unit_domain_tenant_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_password_test tests/unit/domain_totp_test
tests_unit_domain_password_test_LDADD = $(LINK_DOMAIN)
tests_unit_domain_totp_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_statistics_test tests/unit/domain_statistics_hide_test
tests_unit_domain_statistics_test_LDADD = $(LINK_DOMAIN)
tests_unit_domain_statistics_hide_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_result_hide_test
tests_unit_domain_result_hide_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_lottery_test
tests_unit_domain_lottery_test_LDADD = $(LINK_DOMAIN)
# The drawing against docs/lottery_verify.mjs, which shares nothing with it.
noinst_PROGRAMS += tests/unit/domain_lottery_cases
tests_unit_domain_lottery_cases_LDADD = $(LINK_DOMAIN)
dist_check_SCRIPTS += tests/unit/domain_lottery_verify_test.sh
TESTS += tests/unit/domain_lottery_verify_test.sh
check_PROGRAMS += tests/unit/domain_opendata_test
tests_unit_domain_opendata_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_ical_test
tests_unit_domain_ical_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_ticket_test
tests_unit_domain_ticket_test_LDADD = $(LINK_DOMAIN)
# The same tickets in a browser's words: nginx/static/js/ticket.js.
noinst_PROGRAMS += tests/unit/domain_ticket_write
tests_unit_domain_ticket_write_LDADD = $(LINK_DOMAIN)
dist_check_SCRIPTS += tests/unit/domain_ticket_page_test.sh
TESTS += tests/unit/domain_ticket_page_test.sh
check_PROGRAMS += tests/unit/domain_export_test
tests_unit_domain_export_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_population_test
tests_unit_domain_population_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_vocabulary_test
tests_unit_domain_vocabulary_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_paper_test
tests_unit_domain_paper_test_LDADD = $(LINK_DOMAIN)
check_PROGRAMS += tests/unit/domain_application_test
tests_unit_domain_application_test_LDADD = $(LINK_DOMAIN)
