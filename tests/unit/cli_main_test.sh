#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The words of the administrator's command: what is misspelt is refused with 2
# before anything is done, and a faulty configuration is told with its line.
chromo=${CHROMO_BUILD:-.}/chromo
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0
bad=0

# tells STATUS TEXT ARGS: it ends with that status and says TEXT.
tells() {
	status=$1
	text=$2
	shift 2
	n=$((n + 1))
	said=$(CHROMO_CONF="$work/none" "$chromo" "$@" 2>&1)
	got=$?
	case $said in
	*"$text"*) [ $got -eq "$status" ] && echo "ok $n - chromo $*" && return ;;
	esac
	bad=1
	echo "not ok $n - chromo $*"
	echo "# status $got, not $status; said: $said"
}

tells 2 'usage: chromo'
tells 0 'usage: chromo' --help
tells 0 'demo load' help demo
tells 0 'demo load' demo load --help
tells 0 'chromo 0.' --version
tells 0 'GET   /healthz' routes
tells 2 'no such command: nosuch' nosuch
tells 2 'no such command: config frob' config frob
tells 2 'demo setup' demo
tells 2 'does not take "--chek"' migrate --chek
tells 2 'does not take "extra"' migrate extra
tells 2 'does not take "--citicens"' demo load --citicens 5
tells 2 '--citizens takes a value' demo load --citizens
tells 1 "$work/none: No such file" config check

printf 'database = host=/x dbname=y\n# more\nworkrs = 8\n' >"$work/faulty"
tells 1 "$work/faulty:3: unknown key \"workrs\"" --config "$work/faulty" config check
printf 'database = host=/x dbname=y\nmaster_key_file = %s/key\n' "$work" >"$work/good"
tells 1 'not a readable key' --config "$work/good" config check --file
(umask 077 && head -c 32 /dev/urandom >"$work/key")
tells 0 "$work/good: good" --config "$work/good" config check --file
printf 'database = host=%s dbname=y connect_timeout=1\nmaster_key_file = key\n' "$work" >"$work/nobody"
tells 75 'the database does not answer' --config "$work/nobody" tenant list
tells 75 'its settings were not looked at' --config "$work/nobody" config check
echo "1..$n"
exit $bad
