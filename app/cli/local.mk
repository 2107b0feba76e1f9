# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += chromo
chromo_SOURCES = app/cli/main.c app/cli/cli.h app/cli/progress.c app/cli/setup.c app/cli/routes.c app/cli/ledger.c \
	app/cli/staff.c app/cli/tenant.c \
	app/cli/demo.c app/cli/demo_people.c app/cli/demo.h
chromo_LDADD = libweb.a $(LINK_WEB)
