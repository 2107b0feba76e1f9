-- Districts (地区) with their postal codes.
-- role: web

-- name: area_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', d.id, 'name', d.name, 'kana', nullif(d.kana, ''), 'place', d.place, 'active', d.active,
         'postcodes', (SELECT string_agg(left(p.postcode, 3) || '-' || right(p.postcode, 4), '、' ORDER BY p.postcode)
                         FROM district_postcode p WHERE p.district_id = d.id))
         ORDER BY NOT d.active, d.place, d.id), '[]')
  FROM district d;

-- name: area_show :json
SELECT jsonb_build_object('id', d.id, 'name', d.name, 'kana', d.kana, 'place', d.place,
         'active', d.active, 'version', d.xmin::text,
         'postcodes', coalesce((SELECT string_agg(left(p.postcode, 3) || '-' || right(p.postcode, 4), E'\n' ORDER BY p.postcode)
                                  FROM district_postcode p WHERE p.district_id = d.id), ''))
  FROM district d WHERE d.id = :area::bigint;

-- name: area_named :one
-- Has another one this name?
SELECT EXISTS (SELECT FROM district WHERE name = :name::text AND id <> :area::bigint) AS taken;

-- name: area_add :one
INSERT INTO district (name, kana, place, active)
VALUES (:name::text, :kana::text, :place::int, :active::boolean)
RETURNING id;

-- name: area_change :exec
-- No row: somebody else changed it meanwhile.
UPDATE district SET name = :name::text, kana = :kana::text, place = :place::int, active = :active::boolean
 WHERE id = :area::bigint AND xmin::text = :version::text;

-- name: area_postcodes_drop :exec
DELETE FROM district_postcode WHERE district_id = :area::bigint AND postcode <> ALL (:postcodes::text[]);

-- name: area_postcodes_add :exec
INSERT INTO district_postcode (district_id, postcode)
SELECT :area::bigint, p FROM unnest(:postcodes::text[]) AS p
ON CONFLICT DO NOTHING;
