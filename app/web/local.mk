# SPDX-License-Identifier: Apache-2.0
# With main.c in the tree:
#	daemon_PROGRAMS += chromo-web
#	chromo_web_SOURCES = app/web/main.c …
#	chromo_web_LDADD = $(LINK_WEB)
