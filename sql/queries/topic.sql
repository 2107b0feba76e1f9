-- Topics (分野).  The vital one, 命を守る情報, is there once and stays.
-- role: web

-- name: topic_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', t.id, 'name', t.name, 'hint', nullif(t.hint, ''), 'place', t.place,
         'active', t.active, 'vital', t.vital)
         ORDER BY NOT t.active, NOT t.vital, t.place, t.id), '[]')
  FROM topic t;

-- name: topic_show :json
SELECT jsonb_build_object('id', t.id, 'name', t.name, 'hint', t.hint, 'place', t.place,
                          'active', t.active, 'vital', t.vital, 'version', t.xmin::text)
  FROM topic t WHERE t.id = :topic::bigint;

-- name: topic_named :one
-- Has another one this name?
SELECT EXISTS (SELECT FROM topic WHERE name = :name::text AND id <> :topic::bigint) AS taken;

-- name: topic_add :exec
INSERT INTO topic (name, hint, place, active)
VALUES (:name::text, :hint::text, :place::int, :active::boolean);

-- name: topic_change :exec
-- No row: somebody else changed it meanwhile.
UPDATE topic SET name = :name::text, hint = :hint::text, place = :place::int, active = :active::boolean
 WHERE id = :topic::bigint AND xmin::text = :version::text;
