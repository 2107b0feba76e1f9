# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += tests/bench/page_bare
tests_bench_page_bare_SOURCES = tests/bench/page_bare.c
tests_bench_page_bare_LDADD = $(FCGI_LIBS) $(PQ_LIBS)
noinst_PROGRAMS += tests/bench/https_sink
tests_bench_https_sink_SOURCES = tests/bench/https_sink.c
tests_bench_https_sink_LDADD = -lssl $(CRYPTO_LIBS)
