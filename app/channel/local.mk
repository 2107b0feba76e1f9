# SPDX-License-Identifier: Apache-2.0
libchannel_a_SOURCES = \
	app/channel/card.c app/channel/card.h \
	app/channel/channel.c app/channel/channel.h \
	app/channel/check.c app/channel/check.h \
	app/channel/clamd.c app/channel/clamd.h \
	app/channel/email.c app/channel/email.h app/channel/email_kind.c app/channel/email_read.c app/channel/email_read.h \
	app/channel/email_return.c app/channel/email_return.h \
	app/channel/fields.c app/channel/fields.h \
	app/channel/http.c app/channel/http.h app/channel/http_address.c app/channel/http_channel.c \
	app/channel/http_channel.h app/channel/http_outcome.c \
	app/channel/line.c app/channel/line.h app/channel/line_admin.c app/channel/line_admin.h app/channel/line_answer.c \
	app/channel/line_callback.c app/channel/line_render.c app/channel/line_token.c \
	app/channel/outbox_dir.c \
	app/channel/sms.c app/channel/sms.h app/channel/sms_karaden.c app/channel/sms_text.c app/channel/sms_text.h \
	app/channel/sms_twilio.c \
	app/channel/smtp.c app/channel/smtp_link.c app/channel/smtp_link.h app/channel/smtp_reply.c app/channel/smtp_reply.h \
	app/channel/smtp_talk.c app/channel/smtp_talk.h \
	app/channel/webpush.c app/channel/webpush.h app/channel/webpush_address.c app/channel/webpush_cards.c \
	app/channel/webpush_cards.h app/channel/webpush_crypt.c app/channel/webpush_crypt.h \
	app/channel/x.c app/channel/x.h app/channel/x_oauth.c app/channel/x_oauth.h app/channel/x_picture.c \
	app/channel/x_picture.h app/channel/x_render.c app/channel/x_timeline.c app/channel/x_timeline.h

# Its unit tests, two lines each.
check_PROGRAMS += tests/unit/channel_email_test
tests_unit_channel_email_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_http_test
tests_unit_channel_http_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_email_return_test
tests_unit_channel_email_return_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_outbox_test
tests_unit_channel_outbox_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_sms_text_test
tests_unit_channel_sms_text_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_smtp_test
tests_unit_channel_smtp_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_webpush_crypt_test
tests_unit_channel_webpush_crypt_test_LDADD = $(LINK_CHANNEL)
check_PROGRAMS += tests/unit/channel_x_oauth_test
tests_unit_channel_x_oauth_test_LDADD = $(LINK_CHANNEL)

# For ./dev bench: a sink that takes all, the bare loop that is the limit, and
# the channel without the courier.
noinst_PROGRAMS += tests/bench/smtp_sink tests/bench/smtp_bare tests/bench/smtp_channel
tests_bench_smtp_bare_LDADD = $(CURL_LIBS)
tests_bench_smtp_channel_LDADD = $(LINK_CHANNEL)

noinst_PROGRAMS += tests/bench/line_bare tests/bench/line_channel
tests_bench_line_bare_LDADD = $(CURL_LIBS)
tests_bench_line_channel_LDADD = $(LINK_CHANNEL)

# The channel as a program, for tests/courier.
noinst_PROGRAMS += tests/courier/smtp_send
tests_courier_smtp_send_LDADD = $(LINK_CHANNEL)
noinst_PROGRAMS += tests/bench/push_rate
tests_bench_push_rate_LDADD = $(LINK_CHANNEL)
noinst_PROGRAMS += tests/courier/webpush_write
tests_courier_webpush_write_LDADD = $(LINK_CHANNEL)

# Any channel over HTTP as a program, for tests/courier.
noinst_PROGRAMS += tests/courier/channel_send
tests_courier_channel_send_LDADD = $(LINK_CHANNEL)
