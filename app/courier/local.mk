# SPDX-License-Identifier: Apache-2.0
daemon_PROGRAMS += chromo-courier
chromo_courier_SOURCES = app/courier/main.c app/courier/courier.h app/courier/plan.c \
	app/courier/claim.c app/courier/deliver.c app/courier/ledger.c \
	app/courier/peers.c app/courier/retry.c app/courier/round.c \
	app/courier/sweep.c
chromo_courier_LDADD = $(LINK_COURIER)
