# SPDX-License-Identifier: Apache-2.0
libbase_a_SOURCES = app/base/arena.h \
	app/base/banned.h \
	app/base/buf.h \
	app/base/clock.h \
	app/base/conf.h \
	app/base/err.h \
	app/base/fields.h \
	app/base/form.h \
	app/base/json.h \
	app/base/log.h \
	app/base/markdown.h \
	app/base/mustache.h \
	app/base/proc.h \
	app/base/secret.h \
	app/base/text.h \
	app/base/words.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/base_NAME_test
#	tests_unit_base_NAME_test_LDADD = $(LINK_BASE)
