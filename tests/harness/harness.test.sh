#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# prove.pl is the judge of all tests, so it is judged here: what passes, what
# fails, and what only pretends to have run.
set -u
root=${CHROMO_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
bad=0

# check NAME EXPECTED-LINE EXPECTED-STATUS SCRIPT …
check() {
	local name=$1 line=$2 status=$3 said got i=0 files=()
	shift 3
	for script in "$@"; do
		case $script in /*) files+=("$script"); continue ;; esac
		i=$((i + 1))
		printf '%b\n' "$script" >"$dir/$i.sh"
		files+=("$dir/$i.sh")
	done
	said=$(CHROMO_JOBS=2 CHROMO_SOURCE=$dir CHROMO_TEST_LOG=$dir perl "$root/tests/harness/prove.pl" "${files[@]}" 2>/dev/null)
	got=$?
	n=$((n + 1))
	if [ "$(tail -n 1 <<<"$said")" = "$line" ] && [ "$got" = "$status" ]; then
		echo "ok $n - $name"
	else
		bad=1
		echo "not ok $n - $name"
		echo "# $(tail -n 1 <<<"$said"), status $got"
	fi
}

check 'all good' '3 passed, 0 failed' 0 'echo 1..2; echo ok 1; echo ok 2' 'echo ok 1; echo 1..1'
check 'one failed' '1 passed, 1 failed' 1 'echo 1..2; echo ok 1; echo not ok 2'
check 'dies after the last test' '1 passed, 1 failed' 1 'echo 1..1; echo ok 1; exit 3'
check 'dies by a signal' '1 passed, 1 failed' 1 'echo 1..1; echo ok 1; kill -9 $$'
check 'less than planned' '1 passed, 1 failed' 1 'echo 1..2; echo ok 1'
check 'says nothing' '0 passed, 1 failed' 1 'true'
check 'skips all' '0 passed, 1 failed' 1 'echo 1..0 "# skip no database"'
check 'a failure is not hidden by others' '2 passed, 1 failed' 1 'echo 1..1; echo ok 1' 'echo 1..1; echo not ok 1' 'echo 1..1; echo ok 1'
# The first ends once the third has run, which begins when the end of the second is seen.
# shellcheck disable=SC2016
check 'who waits holds nobody up' '4 passed, 0 failed' 0 \
    'echo 1..2; echo ok 1; for i in $(seq 300); do [ ! -e $(dirname $0)/third ] || { echo ok 2; exit 0; }; sleep 0.1; done' \
    'echo 1..1; echo ok 1' 'touch $(dirname $0)/third; echo 1..1; echo ok 1'
# Who compares times is alone: whoever runs beside it finds its file.
mkdir "$dir/http"
cat >"$dir/http/enumeration.test.mjs" <<'END'
import { rmSync, writeFileSync } from 'node:fs';
const alone = new URL('../alone', import.meta.url);
writeFileSync(alone, '');
setTimeout(() => { rmSync(alone); console.log('1..1\nok 1'); }, 700);
END
# shellcheck disable=SC2016
check 'who compares times runs alone' '2 passed, 0 failed' 0 \
    'for i in $(seq 10); do [ ! -e $(dirname $0)/alone ] || exit 1; sleep 0.1; done; echo 1..1; echo ok 1' "$dir/http/enumeration.test.mjs"
echo "1..$n"
exit $bad
