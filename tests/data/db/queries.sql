-- Queries for query_test and db_test in tests/db/: one of each shape, one argument of each type.

-- name: echo :one
SELECT :a::bigint AS a, :b::int AS b, :c::boolean AS c, :d::double precision AS d,
       :e::text AS e, :f::uuid AS f, :g::timestamptz AS g, :h::date AS h, :i::inet AS i,
       :j::jsonb AS j, :k::bytea AS k, :l::numeric AS l, :m::interval AS m;

-- name: echo_null :one
SELECT :a::bigint? AS a, :b::int? AS b, :c::boolean? AS c, :d::double precision? AS d,
       :e::text AS e, :j::jsonb AS j, :k::bytea AS k, :ids::bigint[] AS ids;

-- name: echo_arrays :one
SELECT :ids::bigint[] AS ids, :ints::int[] AS ints, :texts::text[] AS texts,
       :uuids::uuid[] AS uuids, :blobs::bytea[] AS blobs;

-- name: echo_packed :packed
-- A row of what is said, and one of NULLs.
SELECT :a::bigint AS a, :b::int AS b, :c::boolean AS c, :e::text AS e, :k::bytea AS k
 UNION ALL SELECT NULL, NULL, NULL, NULL, NULL;

-- name: sums :one
SELECT (SELECT sum(i) FROM unnest(:ids::bigint[]) AS i) AS ids,
       (SELECT sum(octet_length(b)) FROM unnest(:blobs::bytea[]) AS b) AS blobs;

-- name: settings :json
SELECT jsonb_object_agg(name, setting) FROM pg_settings
 WHERE name IN ('application_name', 'statement_timeout', 'lock_timeout', 'TimeZone',
                'idle_in_transaction_session_timeout', 'transaction_read_only', 'transaction_isolation');

-- name: plant_add :exec
INSERT INTO plant (id, name, place, photo)
VALUES (:id::bigint, :name::text, :place::int?, :photo::bytea);

-- name: plant_remove_all :exec
DELETE FROM plant;

-- name: plant_names :many
SELECT id, name FROM plant ORDER BY id;

-- name: plant_count :text
SELECT count(*)::text FROM plant;

-- name: plant_photo :bytes
SELECT photo FROM plant WHERE id = :id::bigint;

-- name: plant_json :json
SELECT jsonb_build_object('id', id, 'name', name) FROM plant WHERE id = :id::bigint;

-- name: plant_list :list
SELECT id, name, place, id > 1 AS late, ARRAY[id, -7] AS ids, '{}'::bigint[] AS none,
       json_build_object('a', id) AS doc, timestamptz '2026-11-25 13:26:21.9Z' AS at, timestamptz 'infinity' AS never
  FROM plant
 ORDER BY id;

-- name: plant_all_columns :many
-- Never write this: it is what style.md warns of.
SELECT * FROM plant;

-- name: closed_count :text
SELECT count(*)::text FROM closed;

-- name: fail :exec
SELECT fail(:state::text);

-- name: fail_until :exec
SELECT fail_until(:times::bigint, :state::text);

-- name: backend :one
SELECT pg_backend_pid() AS pid;

-- name: not_number :exec
SELECT :text::text::int;
