-- The door: in once, what is a double, and a link that is good for its time.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO department (name) VALUES ('生涯学習課') RETURNING id AS department \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
COMMIT;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.test', 'a@yama.test', '') AS yama \gset
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO event (department_id, author_id, state, rule, group_max) VALUES (:department, :writer, 'open', 'first', 5) RETURNING id AS event \gset
INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (:event, now() + interval '1 hour', now() + interval '2 hours', 10) RETURNING id AS slot \gset
INSERT INTO event (department_id, author_id, state, rule) VALUES (:department, :writer, 'open', 'first') RETURNING id AS other \gset
SELECT number FROM application_add(:event, :slot, 3, '{}', '{}', 'p', 'c', 'a', NULL, NULL, NULL, 'ja', 'web', NULL) \gset
SELECT id AS application FROM application WHERE number = :'number' \gset
PREPARE enter(uuid, boolean) AS INSERT INTO checkin (id, event_id, slot_id, application_id, people, again) VALUES ($1, :event, :slot, :application, 3, $2);
SAVEPOINT clean;
SELECT lives_ok($$EXECUTE enter('00000000-0000-4000-8000-000000000001', false)$$, 'somebody enters');
SELECT throws_ok($$EXECUTE enter('00000000-0000-4000-8000-000000000002', false)$$, '23505', NULL, 'nobody enters twice');
SELECT lives_ok($$EXECUTE enter('00000000-0000-4000-8000-000000000003', true)$$, 'a double entry is noted beside it');
SELECT throws_ok($$EXECUTE enter('00000000-0000-4000-8000-000000000001', true)$$, '23505', NULL, 'the same entry is there once');
SELECT is((SELECT count(*)::int FROM checkin WHERE undone IS NULL AND NOT again), 1, 'one counts');
UPDATE checkin SET undone = now() WHERE NOT again;
SELECT lives_ok($$EXECUTE enter('00000000-0000-4000-8000-000000000004', false)$$, 'after an undo they may');
SELECT throws_ok(format('INSERT INTO checkin (id, event_id, slot_id, people) VALUES (gen_random_uuid(), %s, %s, 1)', :other, :slot), '23503', NULL, 'a date of another event is none');
SELECT throws_ok(format('INSERT INTO checkin (id, event_id, slot_id, people) VALUES (gen_random_uuid(), %s, %s, 51)', :event, :slot), '23514', NULL, 'fifty at once');
SELECT throws_ok(format('INSERT INTO checkin (id, event_id, slot_id, people) VALUES (gen_random_uuid(), %s, %s, 0)', :event, :slot), '23514', NULL, 'or nobody');
INSERT INTO door (hash, event_id, name, staff_id, ends) VALUES ('\x01', :event, '北口', :writer, now() + interval '1 hour');
SELECT throws_ok(format('INSERT INTO door (hash, event_id, name, staff_id, ends) VALUES (%L, %s, %L, %s, now())', '\x02', :event, '', :writer), '23514', NULL, 'a door has a name');
SELECT enter_tenant(:yama, '');
SELECT is((SELECT count(*)::int FROM checkin) + (SELECT count(*)::int FROM door) + (SELECT count(*)::int FROM lottery), 0, 'of another town nothing is seen');
SELECT throws_ok(format('INSERT INTO checkin (id, event_id, slot_id, people) VALUES (gen_random_uuid(), %s, %s, 1)', :event, :slot), '23503', NULL, 'nor entered');
SELECT * FROM finish();
ROLLBACK;
