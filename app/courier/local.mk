# SPDX-License-Identifier: Apache-2.0
# With main.c in the tree:
#	daemon_PROGRAMS += chromo-courier
#	chromo_courier_SOURCES = app/courier/main.c …
#	chromo_courier_LDADD = $(LINK_COURIER)
