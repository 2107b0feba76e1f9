# SPDX-License-Identifier: Apache-2.0
libhttp_a_SOURCES = app/http/cookies.c app/http/cookies.h \
	app/http/fcgi.c \
	app/http/http.h \
	app/http/multipart.c app/http/multipart.h \
	app/http/request.c \
	app/http/response.c \
	app/http/route.c app/http/route.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/http_NAME_test
#	tests_unit_http_NAME_test_LDADD = $(LINK_HTTP)
