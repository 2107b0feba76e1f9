# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += tests/bench/page_bare
tests_bench_page_bare_SOURCES = tests/bench/page_bare.c
tests_bench_page_bare_LDADD = $(FCGI_LIBS) $(PQ_LIBS)
