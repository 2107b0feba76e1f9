#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tickets that the program writes are read by the module that pages use at the door.
write=${CHROMO_BUILD:-.}/tests/unit/domain_ticket_write
cd "${CHROMO_SOURCE:-$(dirname "$0")/../..}" || exit 1
case $write in /*) ;; *) write=$OLDPWD/$write ;; esac
"$write" | node tests/unit/domain_ticket_page.mjs
