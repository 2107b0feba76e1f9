# SPDX-License-Identifier: Apache-2.0
daemon_PROGRAMS += chromo-web
chromo_web_SOURCES = app/web/main.c app/web/web.h app/web/handlers.h \
	app/web/routes.c app/web/guard.c app/web/dispatch.c app/web/page.c app/web/token.c \
	app/web/site.c
chromo_web_LDADD = $(LINK_WEB)
