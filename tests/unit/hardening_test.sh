#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How the programs are built (R30): at a place that nobody knows, with tables that are
# read-only once it runs, canaries, checked functions of the library and no stack that
# runs; and none of them can start another program (R23).
build=${CHROMO_BUILD:-.}
n=0
bad=0

is() {
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; bad=1; fi
}
has() { printf '%s\n' "$2" | grep -Eq "$3"; is "$1" $?; }
lacks() { ! printf '%s\n' "$2" | grep -Eq "$3"; is "$1" $?; }

for program in chromo chromo-web chromo-courier; do
	head=$(LC_ALL=C readelf -hlWd "$build/$program")
	symbols=$(nm -D --undefined-only "$build/$program" | awk '{ sub(/@.*/, "", $2); print $2 }')
	has "$program: R30 position independent" "$head" 'Type: +DYN \(Position-Independent Executable'
	has "$program: R30 a part read-only after relocation" "$head" 'GNU_RELRO'
	has "$program: R30 all of it bound at start" "$head" '(BIND_NOW|FLAGS_1.*NOW)'
	has "$program: R30 no executable stack" "$head" 'GNU_STACK.* RW +0x'
	lacks "$program: R30 nothing writable and executable" "$head" 'LOAD.* RWE '
	# A sanitizer has canaries and checks of its own.
	if ! printf '%s\n' "$symbols" | grep -q '^__asan_'; then
		has "$program: R30 stack canaries" "$symbols" '^__stack_chk_fail$'
		has "$program: R30 checked functions" "$symbols" '^__(memcpy|snprintf|vsnprintf)_chk$'
	fi
	lacks "$program: R23 no shell, no other program" "$symbols" '^(system|popen|exec[lv]p?e?|execvpe|fexecve|posix_spawnp?)$'
done
# What systemd does not allow ends a worker at its start: the calls of base/sandbox.c.
for unit in "${CHROMO_SOURCE:-.}"/systemd/*.service.in; do
	allowed=$(grep '^SystemCallFilter=@system-service' "$unit")
	for call in landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp; do
		has "$(basename "$unit" .service.in): R51 $call may be called" "$allowed" " $call( |\$)"
	done
done
echo "1..$n"
exit $bad
