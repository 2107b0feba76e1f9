-- 世帯 as its people see it (domain/household.c).
-- role: web

-- name: household_show :many
-- Who is in the household of somebody, in the order in which they came: no row, they are in
-- none.  invited: this code is the one that lets somebody in; until.
SELECT h.citizen_id = :citizen::bigint AS me, h.name, moment(o.ends, :lang::text) AS until,
       coalesce(o.code = :code::bytea AND o.ends > now(), false) AS invited
  FROM household_member mine
  JOIN household o ON o.id = mine.household_id
  JOIN household_member h ON h.household_id = mine.household_id
 WHERE mine.citizen_id = :citizen
 ORDER BY h.joined, h.citizen_id;

-- name: household_size :one
-- How many are in the household of somebody; 0: they are in none.
SELECT count(*) AS people
  FROM household_member mine
  JOIN household_member h ON h.household_id = mine.household_id
 WHERE mine.citizen_id = :citizen::bigint;

-- name: household_make :exec
SELECT household_make(:citizen::bigint, :name::bytea);

-- name: household_invite :one
SELECT household_invite(:citizen::bigint, :key::bytea, :code::bytea, :most::int, make_interval(hours => :hours::int)) AS given;

-- name: household_join :one
SELECT household_join(:citizen::bigint, :key::bytea, :remote::bytea, :code::bytea, :name::bytea, :most::int) AS outcome;

-- name: household_rename :exec
UPDATE household_member SET name = :name::bytea WHERE citizen_id = :citizen::bigint;

-- name: household_leave :exec
SELECT household_leave(:citizen::bigint);
