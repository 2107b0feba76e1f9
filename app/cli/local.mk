# SPDX-License-Identifier: Apache-2.0
# With main.c in the tree:
#	bin_PROGRAMS += chromo
#	chromo_SOURCES = app/cli/main.c …
#	chromo_LDADD = $(LINK_CLI)
