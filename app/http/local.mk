# SPDX-License-Identifier: Apache-2.0
# A request and its response, and the socket they come through.
libhttp_a_SOURCES = app/http/http.h
libhttp_a_SOURCES += app/http/cookies.c app/http/cookies.h
libhttp_a_SOURCES += app/http/fcgi.c
libhttp_a_SOURCES += app/http/multipart.c app/http/multipart.h
libhttp_a_SOURCES += app/http/request.c
libhttp_a_SOURCES += app/http/response.c
libhttp_a_SOURCES += app/http/route.c app/http/route.h

# Its unit tests, two lines each.
check_PROGRAMS += tests/unit/http_cookies_test
tests_unit_http_cookies_test_LDADD = $(LINK_HTTP)
check_PROGRAMS += tests/unit/http_fcgi_test
tests_unit_http_fcgi_test_LDADD = $(LINK_HTTP)
check_PROGRAMS += tests/unit/http_multipart_test
tests_unit_http_multipart_test_LDADD = $(LINK_HTTP)
check_PROGRAMS += tests/unit/http_request_test
tests_unit_http_request_test_LDADD = $(LINK_HTTP)
check_PROGRAMS += tests/unit/http_response_test
tests_unit_http_response_test_LDADD = $(LINK_HTTP)
check_PROGRAMS += tests/unit/http_route_test
tests_unit_http_route_test_LDADD = $(LINK_HTTP)

# What tests/http/raw_fcgi.test.mjs speaks to.
noinst_PROGRAMS += tests/unit/http_echo
tests_unit_http_echo_LDADD = $(LINK_HTTP)
