#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Thousands of lotteries of ours, drawn again by docs/lottery_verify.mjs, which was
# written from docs/lottery.md and shares nothing with the program; and one that was
# tampered with, which it must refuse.
cases=${CHROMO_BUILD:-.}/tests/unit/domain_lottery_cases
cd "${CHROMO_SOURCE:-$(dirname "$0")/../..}" || exit 1
case $cases in /*) ;; *) cases=$OLDPWD/$cases ;; esac
"$cases" 4000 | node tests/unit/domain_lottery_verify.mjs
