-- Those who work in the staff portal: who they are, what they may, and their invitations.
-- role: web

-- name: staff_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', s.id, 'name', s.name, 'login', s.login, 'state', s.state,
         'signed_in', moment(s.signed_in, :lang::text),
         'roles', (SELECT coalesce(jsonb_agg(r.role ORDER BY array_position(ARRAY['writer', 'approver', 'admin'], r.role)), '[]')
                     FROM staff_role r WHERE r.staff_id = s.id),
         'departments', (SELECT string_agg(d.name, '、' ORDER BY d.place, d.id)
                           FROM staff_department x JOIN department d ON d.id = x.department_id
                          WHERE x.staff_id = s.id))
         ORDER BY s.state = 'disabled', s.name, s.id), '[]')
  FROM staff s;

-- name: staff_show :json
-- version: of what the form changes, roles and departments too, for the address is sealed anew at every
-- save; that the person signs in changes nothing there.
SELECT jsonb_build_object(
         'id', s.id, 'name', s.name, 'login', s.login, 'state', s.state, 'version', md5(concat(s.name, s.state, encode(s.email, 'hex'))),
         'email_hex', encode(s.email, 'hex'),
         'signed_in', moment(s.signed_in, :lang::text),
         'roles', (SELECT coalesce(jsonb_agg(r.role ORDER BY array_position(ARRAY['writer', 'approver', 'admin'], r.role)), '[]')
                     FROM staff_role r WHERE r.staff_id = s.id),
         'department_ids', (SELECT coalesce(jsonb_agg(x.department_id ORDER BY x.department_id), '[]')
                              FROM staff_department x WHERE x.staff_id = s.id),
         'departments', (SELECT string_agg(d.name, '、' ORDER BY d.place, d.id)
                           FROM staff_department x JOIN department d ON d.id = x.department_id
                          WHERE x.staff_id = s.id),
         'invitation', (SELECT moment(max(l.ends), :lang) FROM link l
                         WHERE l.staff_id = s.id AND l.purpose = 'invite' AND l.used IS NULL AND l.ends > now()))
  FROM staff s WHERE s.id = :staff::bigint;

-- name: staff_named :one
-- role: web owner
-- The person with this ID; 0: nobody.
SELECT coalesce((SELECT id FROM staff WHERE login = :login::text), 0) AS id;

-- name: staff_add :one
-- role: web owner
INSERT INTO staff (login, name, email, email_hash)
VALUES (:login::text, :name::text, :email::bytea, :email_hash::bytea)
RETURNING id;

-- name: staff_change :exec
-- No row: somebody else changed this person meanwhile.
UPDATE staff SET name = :name::text, email = :email::bytea, email_hash = :email_hash::bytea
 WHERE id = :staff::bigint AND md5(concat(name, state, encode(email, 'hex'))) = :version::text;

-- name: staff_roles_drop :exec
DELETE FROM staff_role WHERE staff_id = :staff::bigint AND role <> ALL (:roles::text[]);

-- name: staff_roles_add :exec
-- role: web owner
INSERT INTO staff_role (staff_id, role)
SELECT :staff::bigint, r FROM unnest(:roles::text[]) AS r
ON CONFLICT DO NOTHING;

-- name: staff_departments_drop :exec
DELETE FROM staff_department WHERE staff_id = :staff::bigint AND department_id <> ALL (:departments::bigint[]);

-- name: staff_departments_add :exec
INSERT INTO staff_department (staff_id, department_id)
SELECT :staff::bigint, d FROM unnest(:departments::bigint[]) AS d
ON CONFLICT DO NOTHING;

-- name: staff_reset :exec
-- role: web owner
-- Back to the beginning: the next invitation sets password and second factor anew.
UPDATE staff SET state = 'invited', password = NULL, totp = NULL, totp_step = 0 WHERE id = :staff::bigint;

-- name: staff_disable :exec
UPDATE staff SET state = 'disabled' WHERE id = :staff::bigint;

-- name: staff_links_end :exec
-- role: web owner
UPDATE link SET ends = now()
 WHERE staff_id = :staff::bigint AND purpose = 'invite' AND used IS NULL AND ends > now();

-- name: staff_link_add :exec
-- role: web owner
INSERT INTO link (hash, purpose, staff_id, ends)
VALUES (:hash::bytea, 'invite', :staff::bigint, now() + make_interval(hours => :hours::int));

-- name: staff_link_find :one
-- The invitation that this token opens, if it still does.
SELECT s.id, s.login, s.name
  FROM link l JOIN staff s ON s.id = l.staff_id
 WHERE l.hash = :hash::bytea AND l.purpose = 'invite' AND l.used IS NULL AND l.ends > now() AND s.state = 'invited';

-- name: staff_link_use :exec
-- Of two who come together one changes the row (R13).
UPDATE link SET used = now()
 WHERE hash = :hash::bytea AND purpose = 'invite' AND used IS NULL AND ends > now();

-- name: staff_activate :exec
UPDATE staff SET state = 'active', password = :password::text WHERE id = :staff::bigint AND state = 'invited';

-- name: staff_password :one
SELECT login, name, password FROM staff WHERE id = :staff::bigint AND state = 'active' AND password IS NOT NULL;

-- name: staff_password_set :exec
UPDATE staff SET password = :password::text WHERE id = :staff::bigint AND state = 'active';

-- name: staff_account :json
-- A person's own page: sign-ins that are open, codes that are left.
SELECT jsonb_build_object(
         'name', s.name, 'login', s.login,
         'recovery_left', (SELECT count(*) FROM staff_recovery r WHERE r.staff_id = s.id AND r.used IS NULL),
         'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'current', x.hash = :hash::bytea, 'remote', nullif(x.remote, ''),
                               'created', moment(x.created, :lang::text), 'seen', moment(x.seen, :lang))
                               ORDER BY x.hash = :hash DESC, x.seen DESC), '[]')
                        FROM staff_session x
                       WHERE x.staff_id = s.id AND x.stage = 'full'
                         AND x.seen > now() - interval '30 minutes' AND x.created > now() - interval '12 hours'))
  FROM staff s WHERE s.id = :staff::bigint;

-- name: staff_audit :json
-- The record, newest first, from before a given row on; one row more than a page
-- shows, so that it is known whether there are older ones.
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', a.id, 'at', moment(a.at, :lang::text), 'act', a.act,
         'who', CASE a.actor_kind WHEN 'staff' THEN s.name END,
         'kind', a.actor_kind,
         'object', a.object_id::text, 'remote', a.remote,
         'object_name', CASE split_part(split_part(a.act, '.', 1), '_', 1)
                          WHEN 'staff' THEN (SELECT o.name FROM staff o WHERE o.id = a.object_id)
                          WHEN 'department' THEN (SELECT o.name FROM department o WHERE o.id = a.object_id)
                          WHEN 'district' THEN (SELECT o.name FROM district o WHERE o.id = a.object_id)
                          WHEN 'topic' THEN (SELECT o.name FROM topic o WHERE o.id = a.object_id) END,
         'columns', coalesce(a.detail->'columns', '[]'))
         ORDER BY a.id DESC), '[]')
  FROM (SELECT * FROM audit
         WHERE (:before::bigint? IS NULL OR id < :before)
           AND (:staff::bigint? IS NULL OR (actor_kind = 'staff' AND actor_id = :staff))
         ORDER BY id DESC LIMIT :most::int) a
  LEFT JOIN staff s ON a.actor_kind = 'staff' AND s.id = a.actor_id;

-- name: staff_names :json
SELECT coalesce(jsonb_agg(jsonb_build_object('value', id, 'label', name) ORDER BY name, id), '[]') FROM staff;
