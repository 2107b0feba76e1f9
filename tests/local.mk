# SPDX-License-Identifier: Apache-2.0
#
# make check: what needs neither a database nor a network.  ./dev test runs
# this and all the rest.  Everything speaks TAP.
TEST_EXTENSIONS = .pl .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PL_LOG_DRIVER = $(LOG_DRIVER)
PL_LOG_COMPILER = perl
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = CHROMO_SOURCE='$(abs_top_srcdir)'; export CHROMO_SOURCE; \
	ASAN_OPTIONS=abort_on_error=1; export ASAN_OPTIONS;

TESTS += $(check_PROGRAMS) \
	tests/lint/c.pl tests/lint/headers.pl tests/lint/layers.pl tests/lint/man.pl tests/lint/templates.pl \
	tests/lint/sql.pl tests/lint/tree.pl tests/lint/words.pl

# For ./dev test, which runs the programs of two builds.
print-tests:
	@echo $(TESTS)

# What tests run of the build with sanitizers: all but the web and the command.
test-programs: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS) $(noinst_PROGRAMS) chromo-courier
.PHONY: print-tests test-programs
