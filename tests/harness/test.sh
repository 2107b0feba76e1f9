# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# ./dev test: builds twice (plain; with ASan and UBSan, R29), makes what the tests
# start from, and gives all of them to tests/harness/prove.pl, which counts.  Of a few
# tests (./dev test http/login) only what they want is built.

# A private chromo that a test left behind, because it was killed.
ups_remove() {
	local up
	while read -r up; do
		[ ! -d "$up" ] || CHROMO_DIR=$up "$ROOT/tests/harness/up.sh" remove
	done <"$CHROMO_UPS"
}

# Which files are tests: those of make check, its programs from both builds, and
# those that want a running chromo.
test_list() {
	local test kind
	for test in $(make -s -C "$DIR/build" print-tests); do
		if [ -e "$ROOT/$test" ]; then
			printf '%s\n' "$ROOT/$test"
		else
			printf '%s\n' "$DIR/build/$test" "$DIR/build-san/$test"
		fi
	done
	printf '%s\n' "$ROOT/tests/lint/scripts.sh"
	for kind in harness db isolation http courier browser; do
		[ -d "$ROOT/tests/$kind" ] || continue
		find "$ROOT/tests/$kind" \( -name '*.test.mjs' -o -name '*.test.sh' -o -name run \) | sort
	done
}

# Some of them are programs of make check, or start one.
want_programs() {
	printf '%s\n' "$@" | grep -Evq '/tests/(lint|isolation|http|browser|harness)/|/tests/db/.*\.mjs$' ||
	    grep -Eq "build, 'tests/|/tests/browser/render" "$@"
}

test_all() {
	local filter=$1 tests
	packages_need run test
	folder_open
	lock
	build "$DIR/build" --enable-werror --prefix=/usr --sysconfdir=/etc --localstatedir=/var
	mapfile -t tests < <(test_list | grep -F -- "$filter")
	[ ${#tests[@]} -gt 0 ] || die "no test has '$filter' in its path"
	if want_programs "${tests[@]}"; then
		# Less optimised it is built sooner; what GCC then guesses about variables is wrong.
		BUILD_WHAT=test-programs build "$DIR/build-san" --enable-werror --enable-asan --enable-ubsan \
		    CFLAGS='-g -O1 -Wno-maybe-uninitialized'
		step "test programs"
		make -s -j"$(nproc)" -C "$DIR/build" check TESTS= >/dev/null || die "the build failed"
	fi
	node_modules
	house_names
	export CHROMO_BUILD_SAN=$DIR/build-san CHROMO_UPS=$DIR/run/ups
	: >"$CHROMO_UPS"
	trap ups_remove EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP

	if printf '%s\n' "${tests[@]}" | grep -Eq '/tests/(db|isolation|http|courier|browser|harness)/'; then
		step "a database to begin from"
		house_template || step "it failed, and so will the tests that need it"
	fi
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
	export LSAN_OPTIONS=suppressions=$ROOT/tests/harness/leaks.txt:print_suppressions=0
	export CHROMO_TEST_LOG=$DIR/log/tests
	rm -rf "$CHROMO_TEST_LOG"
	mkdir -p "$CHROMO_TEST_LOG"
	step "${#tests[@]} test files; what they say is in ${CHROMO_TEST_LOG#"$PWD"/}"
	perl "$ROOT/tests/harness/prove.pl" "${tests[@]}" 9>&-
}
