# SPDX-License-Identifier: Apache-2.0
libhttp_a_SOURCES = app/http/http.h \
	app/http/multipart.h \
	app/http/route.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/http_NAME_test
#	tests_unit_http_NAME_test_LDADD = $(LINK_HTTP)
