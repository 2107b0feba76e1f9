#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A private chromo for one test file, by the same functions as ./dev run.
#
#	up.sh template		makes CHROMO_DIR/pg: a cluster with two databases, chromo
#				(migrated, nothing in it) and chromo_demo (with the
#				demonstration data), stopped
#	up.sh start [KEY=VALUE]	a copy of CHROMO_TEMPLATE, started; pairs go to chromo.conf
#	up.sh again NAME	starts web, courier, nginx or postgres, after a kill
#	up.sh stop		ends it
#	up.sh remove		ends it, by force, and removes the folder
#
# Environment: CHROMO_DIR, CHROMO_PORT, CHROMO_BUILD, CHROMO_TEMPLATE.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
DIR=${CHROMO_DIR:?}
# shellcheck disable=SC2034
PORT=${CHROMO_PORT:-8443}
# shellcheck disable=SC2034
BUILD=${CHROMO_BUILD:-$ROOT/.dev/build}
TEMPLATE=${CHROMO_TEMPLATE:-$ROOT/.dev/template}
export CHROMO_FSYNC=${CHROMO_FSYNC:-off}
# shellcheck source=tests/harness/lib.sh
. "$ROOT/tests/harness/lib.sh"

# Two databases, the second one a copy of the first with towns in it.
template_fill() {
	cluster_init
	cluster_start
	database_make
	conf_write
	chromo migrate --yes
	sql -d postgres -c "CREATE DATABASE chromo_demo TEMPLATE chromo OWNER chromo_owner"
	conf_write database="host=$RUN/pg dbname=chromo_demo"
	chromo demo setup --accounts "$DIR/accounts.json"
}

template() {
	cluster_stop
	rm -rf "$PGDATA"
	trap cluster_stop EXIT
	# Every private chromo has a copy: no files for WAL to come.
	CHROMO_WAL_RECYCLE=off template_fill >"$DIR/log/template.log" 2>&1 || { cat "$DIR/log/template.log" >&2; exit 1; }
}

start() {
	[ -z "${CHROMO_UPS:-}" ] || echo "$DIR" >>"$CHROMO_UPS"
	trap site_stop EXIT
	if [ -f "$TEMPLATE/pg/PG_VERSION" ]; then
		cp -a --reflink=auto "$(readlink -f "$TEMPLATE/pg")" "$PGDATA"
		cp -p "$TEMPLATE/master.key" "$DIR/"
		[ ! -d "$TEMPLATE/files" ] || cp -a "$TEMPLATE/files" "$DIR/"
		[ ! -f "$TEMPLATE/accounts.json" ] || cp -p "$TEMPLATE/accounts.json" "$DIR/"
		cluster_start
	else
		template_fill
	fi
	site_start workers=2 workers_write=3 strict=yes "$@"
	trap - EXIT
}

folder_open
case ${1:-} in
template | start) "$@" ;;
again) "again_$2" ;;
stop) site_stop ;;
remove)
	site_drop
	[ "$HOLD" = "$DIR" ] || rm -rf "$HOLD"
	rm -rf "$DIR"
	;;
*) sed -n '4,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
