# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# ./dev memcheck: what AddressSanitizer does not see, bytes that were never written and are
# read (R29).  Valgrind runs the tests in C, and then web and courier of a test that opens
# every page by everybody who may and sends every form empty.  What it says lies in
# log/memcheck; any report is a failure.

# The walk is a test of its own (tests/http/csp), not judged here by what it says but by
# what valgrind says meanwhile.
MEMCHECK_WALK=http/csp

# Valgrind 3.19 does not know Landlock, which is all that this one asks about.
memcheck_programs() {
	make -s -C "$BUILD" print-tests | tr ' ' '\n' | grep -v '\.\(pl\|sh\)$' |
	    grep -v 'unit/base_sandbox_test$' | grep -F -- "$1" || true
}

# Only valgrind's word counts: thirty times slower, a test that looks at a clock may fail.
memcheck_one() {
	local log=$MEMCHECK_LOG/${1//\//_}.log start=$SECONDS status=0
	timeout 1800 valgrind -q --suppressions="$CHROMO_SOURCE/tests/harness/memcheck.supp" --log-file="$log.%p" \
	    "$BUILD/$1" >"$log" 2>&1 </dev/null || status=$?
	if [ "$status" -lt 124 ] && ! grep -qs '^==' "$log".*; then
		echo "ok      $1 $((SECONDS - start)) s"
	else
		echo "not ok  $1 $((SECONDS - start)) s: $log"
		return 1
	fi
}

memcheck_walk() {
	local said
	step "every page, with web and courier under valgrind"
	CHROMO_UNDER="valgrind -q --vgdb=no --suppressions=$ROOT/tests/harness/memcheck.supp --log-file=$MEMCHECK_LOG/walk.%p" "$ROOT/dev" test "$MEMCHECK_WALK" \
	    >"$MEMCHECK_LOG/walk.log" 2>&1 9>&- || true
	grep -q ' passed, ' "$MEMCHECK_LOG/walk.log" || die "the walk did not come to its end: $MEMCHECK_LOG/walk.log"
	said=$(find "$MEMCHECK_LOG" -name 'walk.[0-9]*' | wc -l)
	[ "$said" -gt 8 ] || die "valgrind ran $said processes only"
	# Lines that begin with -- are about calls of the kernel that it does not know.
	! grep -l '^==' "$MEMCHECK_LOG"/walk.[0-9]*
}

memcheck_all() {
	local bad=0
	export MEMCHECK_LOG=$DIR/log/memcheck BUILD CHROMO_SOURCE=$ROOT
	packages_need run test memcheck
	folder_open
	lock
	build "$BUILD" --enable-werror --prefix=/usr --sysconfdir=/etc --localstatedir=/var
	make -s -j"$(nproc)" -C "$BUILD" check TESTS= >/dev/null || die "the build failed"
	rm -rf "$MEMCHECK_LOG"
	mkdir -p "$MEMCHECK_LOG"
	export -f memcheck_one
	memcheck_programs "$1" | (cd "$BUILD" && xargs -r -P "$(nproc)" -I{} bash -c 'memcheck_one {}') || bad=1
	if [ -z "$1" ] || [[ $MEMCHECK_WALK == *"$1"* ]]; then
		# It takes the lock itself.
		exec 9>&-
		memcheck_walk || bad=1
	fi
	[ "$bad" = 0 ] || die "valgrind has something to say: $MEMCHECK_LOG"
	echo "valgrind has nothing to say"
}
