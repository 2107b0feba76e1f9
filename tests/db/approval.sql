-- Who is asked to approve, and who hears what became of it.
SELECT no_plan();

BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.example', 'a@yama.example', '');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('far', 'far', 'x', 'far', 'active');
INSERT INTO staff_role (staff_id, role) SELECT id, 'approver' FROM staff WHERE login = 'far' AND tenant_id = current_tenant();
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課'), ('防災課');
INSERT INTO staff (login, name, email, email_hash, state)
SELECT l, l, 'x', l::bytea, CASE l WHEN 'gone' THEN 'disabled' ELSE 'active' END
  FROM unnest(ARRAY['author', 'editor', 'near', 'elsewhere', 'gone', 'writer']) AS l;
INSERT INTO staff_role (staff_id, role)
SELECT id, CASE login WHEN 'writer' THEN 'writer' ELSE 'approver' END FROM staff WHERE tenant_id = current_tenant();
INSERT INTO staff_department (staff_id, department_id)
SELECT s.id, d.id FROM staff s JOIN department d ON d.tenant_id = current_tenant()
 WHERE s.tenant_id = current_tenant()
   AND d.name = CASE s.login WHEN 'elsewhere' THEN '防災課' ELSE '広報課' END;
SET LOCAL ROLE chromo_web;
SELECT id AS author FROM staff WHERE login = 'author' \gset
SELECT id AS editor FROM staff WHERE login = 'editor' \gset
INSERT INTO message (department_id, author_id, editor_id)
SELECT (SELECT id FROM department WHERE name = '広報課'), :author, :editor RETURNING id AS m \gset

SELECT results_eq(
  format('SELECT name, here FROM message_approvers(%s, %s)', :m, :author),
  $$ VALUES ('near', true) $$,
  'the approvers of the department: not the author, the editor, a disabled one, a writer, another town''s');

DELETE FROM staff_department WHERE staff_id = (SELECT id FROM staff WHERE login = 'near');
SELECT results_eq(
  format('SELECT name, here FROM message_approvers(%s, %s)', :m, :author),
  $$ VALUES ('near', false), ('elsewhere', false) $$,
  'without one there, those of the house');

SELECT results_eq(
  format('SELECT name FROM message_approvers(%s, (SELECT id FROM staff WHERE login = %L))', :m, 'near'),
  $$ VALUES ('elsewhere') $$,
  'never whoever submits it');

SELECT set_eq(
  format('SELECT id FROM message_writers(%s)', :m), ARRAY[:author, :editor]::bigint[],
  'who wrote it');

RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
