# SPDX-License-Identifier: Apache-2.0
#
# Fuzz targets, one a parser.  In make check each runs over its corpus; with
# ./configure --enable-fuzz CC=clang each is a libFuzzer program:
#	tests/fuzz/conf_fuzz tests/fuzz/corpus/conf
# A target is its name in the list, and three lines.
fuzz_programs = tests/fuzz/conf_fuzz
fuzz_programs += tests/fuzz/json_fuzz
fuzz_programs += tests/fuzz/mustache_fuzz
fuzz_programs += tests/fuzz/urlencoded_fuzz
fuzz_programs += tests/fuzz/cookies_fuzz
fuzz_programs += tests/fuzz/fastcgi_params_fuzz
fuzz_programs += tests/fuzz/multipart_fuzz
fuzz_programs += tests/fuzz/smtp_reply_fuzz
if FUZZ
noinst_PROGRAMS += $(fuzz_programs)
fuzz_main =
else
check_PROGRAMS += $(fuzz_programs)
fuzz_main = tests/fuzz/main.c
endif

tests_fuzz_conf_fuzz_SOURCES = tests/fuzz/conf_fuzz.c $(fuzz_main)
tests_fuzz_conf_fuzz_LDADD = $(LINK_BASE)
tests_fuzz_conf_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_cookies_fuzz_SOURCES = tests/fuzz/cookies_fuzz.c $(fuzz_main)
tests_fuzz_cookies_fuzz_LDADD = $(LINK_HTTP)
tests_fuzz_cookies_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fastcgi_params_fuzz_SOURCES = tests/fuzz/fastcgi_params_fuzz.c $(fuzz_main)
tests_fuzz_fastcgi_params_fuzz_LDADD = $(LINK_HTTP)
tests_fuzz_fastcgi_params_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_multipart_fuzz_SOURCES = tests/fuzz/multipart_fuzz.c $(fuzz_main)
tests_fuzz_multipart_fuzz_LDADD = $(LINK_HTTP)
tests_fuzz_multipart_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_json_fuzz_SOURCES = tests/fuzz/json_fuzz.c $(fuzz_main)
tests_fuzz_json_fuzz_LDADD = $(LINK_BASE)
tests_fuzz_json_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_mustache_fuzz_SOURCES = tests/fuzz/mustache_fuzz.c $(fuzz_main)
tests_fuzz_mustache_fuzz_LDADD = $(LINK_BASE)
tests_fuzz_mustache_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_smtp_reply_fuzz_SOURCES = tests/fuzz/smtp_reply_fuzz.c $(fuzz_main)
tests_fuzz_smtp_reply_fuzz_LDADD = $(LINK_CHANNEL)
tests_fuzz_smtp_reply_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_urlencoded_fuzz_SOURCES = tests/fuzz/urlencoded_fuzz.c $(fuzz_main)
tests_fuzz_urlencoded_fuzz_LDADD = $(LINK_BASE)
tests_fuzz_urlencoded_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
