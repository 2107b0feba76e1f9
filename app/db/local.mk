# SPDX-License-Identifier: Apache-2.0
libdb_a_SOURCES = app/db/db.h \
	app/db/migrate.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/db_NAME_test
#	tests_unit_db_NAME_test_LDADD = $(LINK_DB)
