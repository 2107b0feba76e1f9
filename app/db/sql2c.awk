# SPDX-License-Identifier: Apache-2.0
#
# Turns sql/queries/*.sql into C: for each query a struct of named, typed
# arguments and a function, as db/db.h tells.  POSIX awk, LC_ALL=C.
#
#	awk -v part=h -f sql2c.awk FILE…	the header; part=c: table and functions
#
#	-- name: survey_answer_add :exec	or :json :list :text :bytes :one :many :packed
#	-- role: web courier			who runs it; above the first name: for the file
#	INSERT … :answer::jsonb … :survey::bigint … :ward::bigint? … ;
#
# A parameter has its type at its first use, and the server gets that type at
# every use, for it does not read from left to right.  What psql or the server
# would understand otherwise than we do is refused with file and line.

function refuse(where, why) { print where ": " why | "cat 1>&2"; failed = 1; exit 1 }
function here() { return FILENAME ":" FNR }

# Takes k characters off the line that is being read.
function take(k,    s) { s = substr(line, 1, k); line = substr(line, k + 1); return s }

# As a C string literal; the question mark because of trigraphs.
function quoted(s,    out, i)
{
	for (i = 1; i <= length(s); i++) out = out (index("\\\"?", substr(s, i, 1)) ? "\\" : "") substr(s, i, 1)
	return "\"" out "\""
}

function type(names, c, kind,    list, i)
{
	for (i = split(names, list, ","); i > 0; i--) { ctype[list[i]] = c; ckind[list[i]] = kind }
}

# What the server sees in place of :name, whose ::type may stand next.
function parameter(name,    i, sql, nullable)
{
	if (match(line, /^::(double precision|[a-z][a-z0-9_]*)(\[\])?\??/)) {
		sql = substr(take(RLENGTH), 3)
		nullable = sub(/\?$/, "", sql)
	}
	if (!((n, name) in number)) {
		if (!(sql in ctype))
			refuse(here(), ":" name (sql == "" ? " has no type at its first use" : " has a type without a C type: " sql))
		i = number[n, name] = ++params[n]
		pname[n, i] = name; ptype[n, i] = sql; pnull[n, i] = nullable
	}
	i = number[n, name]
	if (nullable && !pnull[n, i]) refuse(here(), ":" name " was not nullable at its first use")
	return "$" i "::" ptype[n, i] (sql == "" || sql == ptype[n, i] ? "" : "::" sql)
}

# One line of SQL: comments fall away, literals stay, parameters are replaced.
function scan(    out, token, escapes, literal)
{
	while (match(line, /['":;$]|--|\/\*/)) {
		out = out take(RSTART - 1)
		token = take(RLENGTH)
		if (token == "--") line = ""
		else if (token == "/*") refuse(here(), "comments are written with --")
		else if (token == "$") refuse(here(), "no $ outside of literals: neither numbers nor dollar quotes")
		else if (token == ";") {
			ended = 1
			if (line !~ /^[ \t\r]*(--.*)?$/) refuse(here(), "a query is one statement")
		} else if (token == ":" && match(line, /^[a-z_][a-z0-9_]*/)) out = out parameter(take(RLENGTH))
		else if (token == ":") out = out (sub(/^:/, "", line) ? "::" : ":")
		else {
			escapes = out ~ /(^|[^A-Za-z0-9_])[eE]$/
			literal = token == "\"" ? "^[^\"]*\"" : escapes ? "^([^'\\\\]|\\\\.)*'" : "^[^']*'"
			if (!match(line, literal)) refuse(here(), "a literal over several lines")
			out = out token take(RLENGTH)
		}
	}
	out = out line
	sub(/[ \t\r]+$/, "", out)
	return out
}

# The query that ends where another begins, or the file does.
function finish()
{
	if (open && (!ended || text[n] == "")) refuse(place[n], qname[n] (ended ? " is empty" : " does not end with ;"))
	open = ended = 0
}

BEGIN {
	type("bigint", "int64_t ", "BIGINT"); type("bigint[]", "struct db_ids ", "IDS")
	type("int,integer", "int32_t ", "INT"); type("int[],integer[]", "struct db_ints ", "INTS")
	type("boolean", "bool ", "BOOL"); type("double precision", "double ", "DOUBLE")
	type("text,uuid,timestamptz,date,time,interval,inet,numeric", "const char *", "TEXT")
	type("text[],uuid[],timestamptz[],date[]", "struct db_texts ", "TEXTS")
	type("jsonb", "const json_t *", "JSON"); type("bytea", "struct db_bytes ", "BYTES")
	type("bytea[]", "struct db_blobs ", "BLOBS")
	result[":json"] = result[":list"] = "json_t **"; result[":text"] = "const char **"; result[":exec"] = "int *"
	result[":one"] = result[":many"] = result[":packed"] = "struct rows **"; result[":bytes"] = "struct db_bytes *"; if (header == "") header = "db/queries.h"
}

FNR == 1 { finish(); file_roles = "web"; path = FILENAME; sub(/^.*\/sql\//, "sql/", path) }

/^-- *name:/ {
	finish()
	if (NF != 4 || $3 !~ /^[a-z][a-z0-9_]*$/ || !($4 in result))
		refuse(here(), "not \"-- name: some_query :json|:list|:text|:bytes|:one|:many|:packed|:exec\"")
	if (length($3) > 60) refuse(here(), "a name over 60 characters, which the server would cut")
	if ($3 ~ /_queue$/ || $3 in seen) refuse(here(), $3 (seen[$3] ? " stands at " place[seen[$3]] " too" : " ends in _queue"))
	seen[$3] = ++n; open = 1
	qname[n] = $3; shape[n] = $4; roles[n] = file_roles; place[n] = path ":" FNR; params[n] = 0
	next
}

/^-- *role:/ {
	names = $0; sub(/^-- *role: */, "", names); sub(/ +$/, "", names)
	if ((names " ") !~ /^((web|courier|relay|report|directory|owner) )+$/ || open && text[n] != "")
		refuse(here(), "not \"-- role: web|courier|relay|report|directory|owner …\" below the name")
	if (open) roles[n] = names; else file_roles = names
	next
}

{
	line = $0; was_ended = ended
	if ((line = scan()) == "") next
	if (!open || was_ended) refuse(here(), open ? "a query is one statement" : "SQL above the first name")
	text[n] = text[n] "\n\t    " quoted(line " ")
}

END {
	if (!failed) finish()
	if (failed) exit 1
	print "/* Made by app/db/sql2c.awk from sql/queries/; not to be edited. */"
	print (part == "h" ? "#pragma once\n#include \"db/db.h\"" : "#include \"" header "\"\n#include \"db/query.h\"")
	for (i = 1; i <= n; i++) {
		s = "q_" qname[i]; arguments = "(struct db *" (params[i] ? ", struct " s : "") ", " result[shape[i]] ") MUST_USE;"
		print "\n/* " place[i] " " shape[i] " */"
		if (params[i]) print (part == "h" ? "struct " s " {" : "static const struct param " s "_params[] = {")
		for (j = 1; j <= params[i]; j++) {
			sql = ptype[i, j]; pointer = pnull[i, j] && ckind[sql] ~ /^(BIGINT|INT|BOOL|DOUBLE)$/
			if (part == "h") print "\t" (pointer ? "const " ctype[sql] "*" : ctype[sql]) pname[i, j] ";"
			else print "\t{ \"" pname[i, j] "\", \"" sql "\", TYPE_" ckind[sql] ", " pointer + 0 ", offsetof(struct " s ", " pname[i, j] ") },"
		}
		if (params[i]) print "};"
		if (part == "h") print "enum err " s arguments "\nenum err " s "_queue" arguments
		else print (params[i] ? "QUERY(" : "QUERY_PLAIN(") i - 1 ", " s ", " result[shape[i]] ")"
	}
	if (part == "h") exit 0
	print "\nconst struct query db_queries[] = {"
	for (i = 1; i <= n; i++)
		print "\t{ \"" qname[i] "\", \"" place[i] "\", \"" roles[i] "\", SHAPE_" toupper(substr(shape[i], 2)) ", " i - 1 ", " \
		    params[i] ", " (params[i] ? "q_" qname[i] "_params" : "NULL") "," text[i] " },"
	print "\t{ .name = NULL }\n};\nconst size_t db_n_queries = " n + 0 ";"
}
