-- People at the door without application: they take seats and those of quotas, are told
-- where there are none, and whoever is let in all the same is over until something comes free.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO department (name) VALUES ('生涯学習課') RETURNING id AS department \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO event (department_id, author_id, state, rule, group_max) VALUES (:department, :writer, 'open', 'first', 5) RETURNING id AS event \gset
INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (:event, now() + interval '1 hour', now() + interval '2 hours', 4) RETURNING id AS slot \gset
INSERT INTO event_quota (slot_id, name, capacity) VALUES (:slot, '車いす', 1) RETURNING id AS chair \gset
PREPARE sign(text, int, bigint[], int[]) AS
  SELECT outcome || coalesce(' ' || state, '')
    FROM application_add(:event, :slot, $2, $3, $4, 'p', 'c', $1::bytea, NULL, NULL, NULL, 'ja', 'web', NULL);
-- walk(nth, people, wheelchairs, anyway)
CREATE FUNCTION pg_temp.entry(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
PREPARE walk(int, int, int, boolean) AS
  SELECT concat_ws(' ', outcome, 'room ' || room, 'over ' || nullif(over, 0), lacking)
    FROM walk_in_add(pg_temp.entry($1), :event, :slot, $2, CASE WHEN $3 > 0 THEN ARRAY[:chair]::bigint[] ELSE '{}' END,
                     CASE WHEN $3 > 0 THEN ARRAY[$3] ELSE '{}' END, '北口', 'd', now(), NULL, $4);
CREATE FUNCTION pg_temp.of(who text) RETURNS text LANGUAGE sql AS
$$ SELECT state FROM application WHERE contact_hash = who::bytea ORDER BY id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.taken() RETURNS text LANGUAGE sql AS
$$ SELECT s.taken || '/' || s.capacity || ' ' || q.taken FROM event_slot s JOIN event_quota q ON q.slot_id = s.id ORDER BY s.id LIMIT 1 $$;
CREATE FUNCTION pg_temp.over() RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(seats || '+' || over, ' ' ORDER BY received, id), '') FROM checkin WHERE undone IS NULL AND application_id IS NULL $$;

SAVEPOINT clean;
SELECT results_eq('EXECUTE walk(1, 2, 1, false)', ARRAY['in'], 'two come in, one with a wheelchair');
SELECT is(pg_temp.taken(), '2/4 1', 'and take what they claim');
SELECT results_eq('EXECUTE walk(1, 2, 1, false)', ARRAY['in'], 'told twice');
SELECT is(pg_temp.taken(), '2/4 1', 'they are there once');
SELECT results_eq('EXECUTE walk(2, 1, 1, false)', ARRAY['short room 2 車いす'], 'of one quota there is no seat');
SELECT results_eq('EXECUTE walk(2, 3, 0, false)', ARRAY['short room 2'], 'nor three of the date');
SELECT is((SELECT count(*)::int FROM checkin), 1, 'nothing was written');
SELECT results_eq(format('EXECUTE sign(%L, 2, %L, %L)', 'web', '{}', '{}'), ARRAY['kept confirmed'], 'on the web two sign up');
SELECT results_eq('EXECUTE walk(2, 1, 0, false)', ARRAY['full room 0'], 'it is full');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'queue', '{}', '{}'), ARRAY['kept waiting'], 'on the web too');
SELECT results_eq('EXECUTE walk(2, 3, 1, true)', ARRAY['in over 3 車いす'], 'three are let in all the same');
SELECT is(pg_temp.taken(), '4/4 1', 'the capacity holds');
SELECT is(pg_temp.over(), '2+0 0+3', 'and three are over');

-- What comes free.
SELECT ok(application_end((SELECT id FROM application WHERE contact_hash = 'web'), 'cancelled'), 'two cancel');
SELECT is(pg_temp.over(), '2+0 2+1', 'who is in the room has their seats');
SELECT is(pg_temp.of('queue'), 'waiting', 'and not who waits at home');
SELECT ok(checkin_undo(pg_temp.entry(1), :event), 'the first entry was a mistake');
SELECT is(pg_temp.over(), '3+0', 'the third one in the room has a seat');
SELECT is(pg_temp.taken(), '4/4 1', 'and the place for the wheelchair; and the last seat …');
SELECT is(pg_temp.of('queue'), 'confirmed', '… is theirs who waited');
SELECT ok(NOT checkin_undo(pg_temp.entry(1), :event), 'undone once');
SELECT is(pg_temp.taken(), '4/4 1', 'no seat comes back twice');
SELECT ok(NOT checkin_undo(pg_temp.entry(2), :event + 1), 'nor by another event');
-- Behind the beginning nobody is called from home.
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'late', '{}', '{}'), ARRAY['kept waiting'], 'one more waits');
UPDATE event_slot SET begins = now() - interval '1 minute';
SELECT ok(checkin_undo(pg_temp.entry(2), :event), 'an undo after it has begun');
SELECT is(pg_temp.taken() || ' ' || pg_temp.of('late'), '1/4 0 waiting', 'leaves the seats free at the door');
SELECT results_eq('EXECUTE walk(3, 1, 0, false)', ARRAY['in'], 'where others come in');

-- More seats.
ROLLBACK TO clean;
SELECT results_eq('EXECUTE walk(1, 6, 2, true)', ARRAY['in over 2 車いす'], 'six in a room of four');
SELECT results_eq(format($$SELECT overhang, bad FROM event_date_save(%s, %s, now() + interval '1 hour', now() + interval '2 hours', 5, '[{"name": "車いす", "capacity": 1}]')$$, :event, :slot),
                  $$VALUES (0, NULL::text)$$, 'there is one more');
SELECT is(pg_temp.over(), '5+1', 'it is theirs');
SELECT results_eq(format($$SELECT overhang, bad FROM event_date_save(%s, %s, now(), now(), 6, '[]')$$, :event, :slot), $$VALUES (0, '車いす')$$, 'a quota that they claim does not go');
SELECT results_eq(format($$SELECT overhang, bad FROM event_date_save(%s, %s, now() + interval '1 hour', now() + interval '2 hours', NULL, '[{"name": "車いす", "capacity": 2}]')$$, :event, :slot),
                  $$VALUES (0, NULL::text)$$, 'without limit');
SELECT is(pg_temp.over(), '6+0', 'nobody is over');
SELECT is((SELECT held FROM checkin), ARRAY[2], 'and both wheelchairs have their place');
SELECT is(event_call_off(:event), 0, 'called off');
SELECT is((SELECT taken FROM event_slot), 0, 'nothing is taken');
SELECT ok(checkin_undo(pg_temp.entry(1), :event), 'an undo then');
SELECT is((SELECT taken FROM event_slot), 0, 'gives nothing back twice');

-- A strict queue, and a draw that is to come.
ROLLBACK TO clean;
UPDATE event SET in_order = true;
SELECT results_eq(format('EXECUTE sign(%L, 3, %L, %L)', 'three', '{}', '{}'), ARRAY['kept confirmed'], 'three of four');
SELECT results_eq(format('EXECUTE sign(%L, 2, %L, %L)', 'pair', '{}', '{}'), ARRAY['kept waiting'], 'two wait for one another');
SELECT results_eq('EXECUTE walk(1, 1, 0, false)', ARRAY['full'], 'the last seat is kept for whoever waits');
UPDATE event_slot SET begins = now() - interval '1 minute';
SELECT results_eq('EXECUTE walk(1, 1, 0, false)', ARRAY['in'], 'until it begins');
ROLLBACK TO clean;
UPDATE event SET closes = now() - interval '2 days' WHERE id = :event;
INSERT INTO lottery (slot_id, rule, source, value_day, commitment, seed, list, list_hash, closed) VALUES (:slot, '{}', '天気', current_date, repeat('0', 64), 's', '{}', 'h', now());
SELECT results_eq('EXECUTE walk(1, 1, 0, false)', ARRAY['full'], 'seats that are being drawn are nobody''s');
SELECT results_eq('EXECUTE walk(1, 1, 0, true)', ARRAY['in over 1'], 'who is in is over');
UPDATE lottery SET record = '{"result": []}', drawn = now();
SELECT lives_ok(format('SELECT seat_draw(%s, %L)', :slot, '{"result": []}'), 'drawn');
SELECT is(pg_temp.over(), '1+0', 'what the draw left is theirs');
ROLLBACK TO clean;
SELECT throws_ok(format($$INSERT INTO checkin (id, event_id, slot_id, people, seats, over) VALUES (gen_random_uuid(), %s, %s, 1, 1, 1)$$, :event, :slot), '23514', NULL, 'more seats than people');
SELECT * FROM finish();
ROLLBACK;
