# SPDX-License-Identifier: Apache-2.0
#
# Programs that want a database: tests/db/run starts them, not make check.
noinst_PROGRAMS += tests/db/db_test \
	tests/db/migrate_test \
	tests/db/prepare_test \
	tests/db/query_test
tests_db_db_test_LDADD = $(LINK_DB)
tests_db_migrate_test_LDADD = $(LINK_DB)
tests_db_prepare_test_LDADD = $(LINK_DB)
tests_db_query_test_LDADD = $(LINK_DB)

# Two have queries of their own, whose table takes the place of the real one.
tests_db_db_test_SOURCES = tests/db/db_test.c tests/db/fixture.h
nodist_tests_db_db_test_SOURCES = tests/db/test_queries.c tests/db/test_queries.h
tests_db_query_test_SOURCES = tests/db/query_test.c tests/db/fixture.h
nodist_tests_db_query_test_SOURCES = tests/db/test_queries.c tests/db/test_queries.h
BUILT_SOURCES += tests/db/test_queries.c tests/db/test_queries.h
CLEANFILES += tests/db/test_queries.c tests/db/test_queries.h
tests/db/test_queries.h tests/db/test_queries.c: $(srcdir)/tests/data/db/queries.sql $(srcdir)/app/db/sql2c.awk
	$(AM_V_GEN)$(MKDIR_P) tests/db && LC_ALL=C $(AWK) -v part=`echo $@ | sed 's/.*\.//'` \
		-v header=tests/db/test_queries.h -f $(srcdir)/app/db/sql2c.awk \
		$(srcdir)/tests/data/db/queries.sql >$@.new && mv $@.new $@
tests/db/db_test.$(OBJEXT) tests/db/query_test.$(OBJEXT) tests/db/test_queries.$(OBJEXT): tests/db/test_queries.h

# The generator, in every awk that is installed.
dist_check_SCRIPTS += tests/unit/db_sql2c_test.sh
TESTS += tests/unit/db_sql2c_test.sh
EXTRA_DIST += tests/db/run
