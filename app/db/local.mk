# SPDX-License-Identifier: Apache-2.0
libdb_a_SOURCES = app/db/ahead.c \
	app/db/args.c \
	app/db/db.c \
	app/db/db.h \
	app/db/error.c \
	app/db/list.c \
	app/db/migrate.c \
	app/db/migrate.h \
	app/db/primary.c \
	app/db/query.c \
	app/db/query.h \
	app/db/rows.c
nodist_libdb_a_SOURCES = app/db/queries.c app/db/queries.h
BUILT_SOURCES += app/db/queries.c app/db/queries.h
CLEANFILES += app/db/queries.c app/db/queries.h
EXTRA_DIST += app/db/sql2c.awk

# The queries are found by their folder, so the generator is asked at every
# make; the file is replaced only when it would be another.
app/db/queries.h app/db/queries.c: queries-are-made
	@$(MKDIR_P) app/db; set -- $(srcdir)/sql/queries/*.sql; test -e "$$1" || set -- /dev/null; \
	LC_ALL=C $(AWK) -v part=`echo $@ | sed 's/.*\.//'` -f $(srcdir)/app/db/sql2c.awk "$$@" >$@.new || \
		{ rm -f $@.new; exit 1; }; \
	if cmp -s $@.new $@; then rm -f $@.new; else echo "  GEN      $@"; mv $@.new $@; fi
app/db/queries.$(OBJEXT): app/db/queries.h
.PHONY: queries-are-made
queries-are-made:

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/db_NAME_test
#	tests_unit_db_NAME_test_LDADD = $(LINK_DB)
