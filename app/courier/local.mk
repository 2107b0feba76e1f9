# SPDX-License-Identifier: Apache-2.0
daemon_PROGRAMS += chromo-courier
chromo_courier_SOURCES = app/courier/main.c app/courier/courier.h app/courier/plan.c \
	app/courier/clerk.c app/courier/clerk.h app/courier/export_csv.c app/courier/export_xlsx.c app/courier/import.c \
	app/courier/account.c app/courier/bar.c app/courier/bucket.c app/courier/bucket.h app/courier/claim.c \
	app/courier/deliver.c app/courier/health.c app/courier/ledger.c \
	app/courier/peers.c app/courier/retry.c app/courier/round.c \
	app/courier/posts.c app/courier/posts_token.c app/courier/quota.c app/courier/events.c app/courier/keep.c app/courier/scan.c app/courier/sweep.c
chromo_courier_LDADD = $(LINK_COURIER)

check_PROGRAMS += tests/unit/courier_retry_test
tests_unit_courier_retry_test_SOURCES = tests/unit/courier_retry_test.c app/courier/retry.c
tests_unit_courier_retry_test_LDADD = $(LINK_BASE)

check_PROGRAMS += tests/unit/courier_bucket_test
tests_unit_courier_bucket_test_SOURCES = tests/unit/courier_bucket_test.c app/courier/bucket.c
tests_unit_courier_bucket_test_LDADD = $(LINK_BASE)

check_PROGRAMS += tests/unit/courier_round_test
tests_unit_courier_round_test_SOURCES = tests/unit/courier_round_test.c app/courier/round.c app/courier/retry.c
tests_unit_courier_round_test_LDADD = $(LINK_BASE)
