-- Departments (課): they write messages, people belong to them.
-- role: web

-- name: department_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', d.id, 'name', d.name, 'contact', nullif(d.contact, ''), 'place', d.place, 'active', d.active,
         'people', (SELECT count(*) FROM staff_department x JOIN staff s ON s.id = x.staff_id
                     WHERE x.department_id = d.id AND s.state <> 'disabled'))
         ORDER BY NOT d.active, d.place, d.id), '[]')
  FROM department d;

-- name: department_options :json
-- To choose from, as templates/part/field_checkboxes takes it.  One that this person (0: a new
-- one) belongs to stays when it is no longer in use: whoever saves their page unchanged leaves them in it.
SELECT coalesce(jsonb_agg(jsonb_build_object('value', d.id, 'label', d.name) ORDER BY d.place, d.id), '[]')
  FROM department d
 WHERE d.active OR EXISTS (SELECT FROM staff_department x WHERE x.department_id = d.id AND x.staff_id = :staff::bigint);

-- name: department_show :json
SELECT jsonb_build_object('id', d.id, 'name', d.name, 'contact', d.contact, 'place', d.place,
                          'active', d.active, 'version', d.xmin::text)
  FROM department d WHERE d.id = :department::bigint;

-- name: department_named :one
-- Has another one this name?
SELECT EXISTS (SELECT FROM department WHERE name = :name::text AND id <> :department::bigint) AS taken;

-- name: department_add :exec
INSERT INTO department (name, contact, place, active)
VALUES (:name::text, :contact::text, :place::int, :active::boolean);

-- name: department_change :exec
-- No row: somebody else changed it meanwhile.
UPDATE department SET name = :name::text, contact = :contact::text, place = :place::int, active = :active::boolean
 WHERE id = :department::bigint AND xmin::text = :version::text;
