#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The generator app/db/sql2c.awk, in every awk that is installed: what it makes
# of good queries, and that it refuses bad ones with file and line.
# shellcheck disable=SC2016,SC1003 # what looks like shell is SQL and C
LC_ALL=C
export LC_ALL
source=${CHROMO_SOURCE:-.}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# A check at the end of a pipe runs in a shell of its own, so the count is in a file.
echo 0 >"$work/n"

check() {	# what status
	n=$(($(cat "$work/n") + 1))
	echo $n >"$work/n"
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
}

make() {	# part
	$awk -v part="$1" -f "$source/app/db/sql2c.awk" "$work/sql/queries/plant.sql" \
	    >"$work/out" 2>"$work/problem"
}

# has TEXT WHAT: the line stands in the output.
has() {
	grep -qF -- "$1" "$work/out"
	check "$awk: $2" $?
}

# refuses LINE PROBLEM: what is on standard input.
refuses() {
	cat >"$work/sql/queries/plant.sql"
	make c && status=1 || status=0
	check "$awk: refused: $2" "$status"
	grep -qF -- "plant.sql:$1: " "$work/problem" && grep -qF -- "$2" "$work/problem"
	check "$awk: … told with line $1" $?
}

good() {
	cat >"$work/sql/queries/plant.sql" <<-'END'
		-- Plants; it's a comment: with :colons and "quotes.

		-- name: plant_find :json
		-- why
		SELECT a::text, E'it\'s :no', 'a:b''c', "q:?", b[1:2], x ? 'k' -- it's :not
		  FROM plant
		 WHERE id = :plant::bigint AND (:ward::bigint? IS NULL OR ward = :ward)
		   AND t = ANY(:texts::text[]) AND d = :d::double precision AND s = :plant::text;

		-- name: plant_all :many
		-- role: courier relay
		SELECT 1;
	END
	make h
	check "$awk: header" $?
	has 'struct q_plant_find {' 'a struct of arguments'
	has '	int64_t plant;' 'bigint is int64_t'
	has '	const int64_t *ward;' 'with ? it is a pointer'
	has '	struct db_texts texts;' 'text[]'
	has '	double d;' 'a type of two words'
	has 'enum err q_plant_find(struct db *, struct q_plant_find, json_t **) MUST_USE;' 'a function'
	has 'enum err q_plant_find_queue(struct db *, struct q_plant_find, json_t **) MUST_USE;' 'its queued twin'
	has 'enum err q_plant_all(struct db *, struct rows **) MUST_USE;' 'no parameters, no struct'
	make c
	check "$awk: source" $?
	has 'E'"'"'it\\'"'"'s :no'"'"', '"'a:b''c'"', \"q:\?\", b[1:2], x \? '"'k'"' "' 'literals and slices stay, comments go'
	has 'id = $1::bigint AND ($2::bigint IS NULL OR ward = $2::bigint)' 'every use has its type'
	has 'd = $4::double precision AND s = $1::bigint::text "' 'a cast of its own comes behind'
	has '{ "plant_find", "sql/queries/plant.sql:3", "web", SHAPE_JSON, 0, 4, q_plant_find_params,' 'name, place, role'
	has '{ "plant_all", "sql/queries/plant.sql:10", "courier relay", SHAPE_MANY, 1, 0, NULL,' 'the role line'
	has 'const size_t db_n_queries = 2;' 'the number of queries'
	[ -e "$work/first" ] || cp "$work/out" "$work/first"
	cmp -s "$work/out" "$work/first"
	check "$awk: byte for byte what the first awk made" $?

	printf -- '-- role: courier\n-- name: a :exec\nSELECT 1;\n' >"$work/sql/queries/plant.sql"
	make c
	has '"courier", SHAPE_EXEC' 'a role for the whole file'
	: >"$work/sql/queries/plant.sql"
	make c
	has 'const size_t db_n_queries = 0;' 'no queries at all'
}

bad() {
	long=$(printf '%061d' 0 | tr 0 a)
	printf -- '-- name: a :exec\nSELECT :x;\n' | refuses 2 ':x has no type at its first use'
	printf -- '-- name: a :exec\nSELECT :x::point;\n' | refuses 2 'has a type without a C type: point'
	printf -- '-- name: a :exec\nSELECT :x::int, :x::int?;\n' | refuses 2 'not nullable at its first use'
	printf -- "-- name: a :exec\nSELECT 'one\ntwo';\n" | refuses 2 'a literal over several lines'
	printf -- '-- name: a :exec\nSELECT 1; SELECT 2;\n' | refuses 2 'one statement'
	printf -- '-- name: a :exec\nSELECT 1;\nSELECT 2\n' | refuses 3 'one statement'
	printf -- '-- name: a :exec\nSELECT 1\n-- name: b :exec\nSELECT 2;\n' | refuses 1 'does not end with ;'
	printf -- '-- name: a :exec\n-- nothing\n;\n' | refuses 1 'is empty'
	printf -- '-- name: a :exec\nSELECT 1;\n-- name: a :exec\nSELECT 2;\n' | refuses 3 'stands at sql/queries/plant.sql:1 too'
	printf -- '-- name: a_queue :exec\nSELECT 1;\n' | refuses 1 'ends in _queue'
	printf -- '-- name: %s :exec\nSELECT 1;\n' "$long" | refuses 1 'over 60 characters'
	printf -- '-- name: a :row\nSELECT 1;\n' | refuses 1 'not "-- name: some_query'
	printf -- '-- name: A :exec\nSELECT 1;\n' | refuses 1 'not "-- name: some_query'
	printf -- '-- name: a :exec\n-- role: root\nSELECT 1;\n' | refuses 2 'not "-- role:'
	printf -- '-- name: a :exec\nSELECT $1;\n' | refuses 2 'no $ outside of literals'
	printf -- '-- name: a :exec\nSELECT /* x */ 1;\n' | refuses 2 'comments are written with --'
	printf -- 'SELECT 1;\n' | refuses 1 'above the first name'
}

mkdir -p "$work/sql/queries"
for awk in mawk gawk 'gawk --posix' original-awk 'busybox awk' awk; do
	if ! $awk 'BEGIN { exit 0 }' 2>/dev/null; then
		echo "# $awk is not here"
		continue
	fi
	good
	bad
done
echo "1..$(cat "$work/n")"
