# SPDX-License-Identifier: Apache-2.0
# All of the program but main(), so that `chromo routes` prints the table it serves.
noinst_LIBRARIES += libweb.a
libweb_a_SOURCES = \
	app/web/again.c app/web/again.h \
	app/web/attachment.c app/web/attachment.h \
	app/web/circular.c app/web/circular.h \
	app/web/dispatch.c \
	app/web/guard.c \
	app/web/handlers.h app/web/handlers_event.h \
	app/web/page.c app/web/summary.c app/web/summary.h \
	app/web/paper.c app/web/paper.h app/web/paper_badge.c app/web/paper_document.c app/web/paper_picture.c \
	app/web/paper_private.h \
	app/web/qr.c app/web/qr.h \
	app/web/room.c app/web/room.h \
	app/web/routes.c app/web/routes_citizen.c app/web/routes_desk.c \
	app/web/site.c \
	app/web/token.c \
	app/web/unsent.c app/web/unsent.h \
	app/web/web.h

# What citizens see.
libweb_a_SOURCES += \
	app/web/citizen/again.c \
	app/web/citizen/agenda.c app/web/citizen/agenda.h app/web/citizen/agenda_feed.c \
	app/web/citizen/app.c \
	app/web/citizen/cap.c \
	app/web/citizen/choose.c app/web/citizen/choose.h \
	app/web/citizen/circular.c \
	app/web/citizen/code.c app/web/citizen/code.h \
	app/web/citizen/draft.h \
	app/web/citizen/email.c app/web/citizen/merge.c app/web/citizen/merge.h \
	app/web/citizen/event.h app/web/citizen/event_apply.c app/web/citizen/event_person.c app/web/citizen/event_contact.c \
	app/web/citizen/event_question.c app/web/citizen/event_send.c app/web/citizen/event_ticket.c \
	app/web/citizen/feed.c \
	app/web/citizen/help.c \
	app/web/citizen/home.c \
	app/web/citizen/household.c \
	app/web/citizen/keep.c \
	app/web/citizen/line.c \
	app/web/citizen/message.c \
	app/web/citizen/my.c \
	app/web/citizen/phone.c app/web/citizen/phone.h \
	app/web/citizen/push.c \
	app/web/citizen/reach.c \
	app/web/citizen/result.c \
	app/web/citizen/right.c app/web/citizen/right.h \
	app/web/citizen/seen.c \
	app/web/citizen/subscribe.c app/web/citizen/subscribe_phone.c app/web/citizen/subscribe_proof.c \
	app/web/citizen/survey.c app/web/citizen/survey.h app/web/citizen/survey_answer.c app/web/citizen/survey_number.c \
	app/web/citizen/survey_send.c \
	app/web/citizen/tongue.c app/web/citizen/tongue.h \
	app/web/citizen/unsubscribe.c

# What staff see.
libweb_a_SOURCES += \
	app/web/desk/account.c \
	app/web/desk/again.c \
	app/web/desk/announce.c \
	app/web/desk/applicant.c app/web/desk/applicant_file.c \
	app/web/desk/approval.c app/web/desk/approval.h \
	app/web/desk/area.c \
	app/web/desk/attachment.c \
	app/web/desk/checkin.c app/web/desk/checkin_link.c \
	app/web/desk/correction.c \
	app/web/desk/delivery.c \
	app/web/desk/department.c \
	app/web/desk/door.c app/web/desk/door.h \
	app/web/desk/draw.c \
	app/web/desk/entry.c \
	app/web/desk/event.c app/web/desk/event.h app/web/desk/event_date.c app/web/desk/event_import.c \
	app/web/desk/event_life.c app/web/desk/event_off.c app/web/desk/event_part.c app/web/desk/event_picture.c \
	app/web/desk/export.c \
	app/web/desk/forms.c \
	app/web/desk/gateway.c app/web/desk/gateway_fields.c app/web/desk/gateway_fields.h app/web/desk/gateway_sign_in.c \
	app/web/desk/gateway_sign_in.h \
	app/web/desk/help.c \
	app/web/desk/home.c \
	app/web/desk/invite.c \
	app/web/desk/language.c app/web/desk/language.h \
	app/web/desk/login.c \
	app/web/desk/mail_sender.c \
	app/web/desk/message.c app/web/desk/message.h app/web/desk/message_audience.c app/web/desk/message_channels.c \
	app/web/desk/message_content.c app/web/desk/message_paper.c app/web/desk/message_pictures.c \
	app/web/desk/message_preview.c app/web/desk/message_schedule.c app/web/desk/message_write.c \
	app/web/desk/outbox.c app/web/desk/outbox_other.c \
	app/web/desk/people.c \
	app/web/desk/population.c \
	app/web/desk/post.c app/web/desk/post.h \
	app/web/desk/preview.c app/web/desk/preview.h \
	app/web/desk/question.c app/web/desk/question.h app/web/desk/question_content.c app/web/desk/question_preview.c \
	app/web/desk/question_ways.c \
	app/web/desk/result.c app/web/desk/result.h app/web/desk/result_answer.c app/web/desk/result_cross.c \
	app/web/desk/result_print.c app/web/desk/result_publish.c app/web/desk/result_text.c app/web/desk/result_word.c \
	app/web/desk/setting.c \
	app/web/desk/staff.c \
	app/web/desk/survey.c app/web/desk/survey.h app/web/desk/survey_details.c app/web/desk/survey_paper.c \
	app/web/desk/survey_publish.c app/web/desk/survey_quota.c app/web/desk/survey_share.c \
	app/web/desk/table.c app/web/desk/table.h \
	app/web/desk/topic.c \
	app/web/desk/unsent.c \
	app/web/desk/ways.c app/web/desk/ways.h \
	app/web/desk/work.c app/web/desk/work.h

# The rest: JSON, what gateways call, the operator.
libweb_a_SOURCES += \
	app/web/api/message.c \
	app/web/api/survey.c

libweb_a_SOURCES += \
	app/web/hooks/callback.c

libweb_a_SOURCES += \
	app/web/operator/home.c

daemon_PROGRAMS += chromo-web
chromo_web_SOURCES = app/web/main.c
chromo_web_LDADD = libweb.a $(LINK_WEB)
