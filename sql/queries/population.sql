-- Who lives in the town, by district and age.
-- role: web

-- name: population_show :many
SELECT p.district_id, p.from_age, p.to_age, p.people FROM population p ORDER BY p.district_id, p.from_age;

-- name: population_file :json
SELECT jsonb_build_object('as_of', moment(f.as_of::timestamp AT TIME ZONE 'Asia/Tokyo', :lang::text), 'loaded', moment(f.loaded, :lang),
         'people', to_char(f.people, 'FM999,999,999'), 'staff', s.name)
  FROM population_file f JOIN staff s ON s.id = f.staff_id;

-- name: population_districts :many
SELECT d.id, d.name, coalesce(sum(p.people), 0)::bigint AS people
  FROM district d LEFT JOIN population p ON p.district_id = d.id
 WHERE d.active OR p.people IS NOT NULL
 GROUP BY d.id, d.name, d.place ORDER BY d.place, d.id;

-- name: population_drop :exec
DELETE FROM population;

-- name: population_add :exec
INSERT INTO population (district_id, from_age, to_age, people)
SELECT d, f, t, n FROM unnest(:districts::bigint[], :from::int[], :to::int[], :people::int[]) AS u (d, f, t, n);

-- name: population_note :exec
INSERT INTO population_file (as_of, people, staff_id)
VALUES (:as_of::date, (SELECT sum(people) FROM population), :staff::bigint)
ON CONFLICT (tenant_id) DO UPDATE SET as_of = excluded.as_of, people = excluded.people, loaded = now(), staff_id = excluded.staff_id;
