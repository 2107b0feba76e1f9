# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += chromo
chromo_SOURCES = app/cli/main.c app/cli/cli.h app/cli/progress.c app/cli/config.c app/cli/migrate.c app/cli/routes.c app/cli/ledger.c app/cli/bounce.c \
	app/cli/gateway.c app/cli/line.c app/cli/line_menu.c app/cli/line_menu.h app/cli/staff.c app/cli/tenant.c app/cli/vapid.c app/cli/vapid.h \
	app/cli/demo.c app/cli/demo_people.c app/cli/demo_survey.c app/cli/demo_event.c app/cli/demo.h
chromo_LDADD = libweb.a $(LINK_WEB)
dist_man_MANS += man/chromo.1 man/chromo.conf.5

# Its words, and how all three programs are built; nothing here needs a database.
dist_check_SCRIPTS += tests/unit/cli_main_test.sh tests/unit/hardening_test.sh
TESTS += tests/unit/cli_main_test.sh tests/unit/hardening_test.sh
