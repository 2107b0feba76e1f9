# SPDX-License-Identifier: Apache-2.0
libchannel_a_SOURCES = app/channel/channel.h \
	app/channel/email.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/channel_NAME_test
#	tests_unit_channel_NAME_test_LDADD = $(LINK_CHANNEL)
