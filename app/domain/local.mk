# SPDX-License-Identifier: Apache-2.0
libdomain_a_SOURCES = \
	app/domain/vault.c app/domain/vault.h \
	app/domain/mail.c app/domain/mail.h \
	app/domain/stop_link.c app/domain/stop_link.h

# A unit test of this layer, two lines each:
#	check_PROGRAMS += tests/unit/domain_NAME_test
#	tests_unit_domain_NAME_test_LDADD = $(LINK_DOMAIN)
