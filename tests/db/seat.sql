-- Seats: what is taken together, who waits in which order, offers, and what is refused.
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
INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (:event, now() + interval '9 days', now() + interval '9 days', 10) RETURNING id AS slot \gset
INSERT INTO event_quota (slot_id, name, capacity) VALUES (:slot, '市内', 6) RETURNING id AS city \gset
INSERT INTO event_quota (slot_id, name, capacity) VALUES (:slot, '車いす', 1) RETURNING id AS chair \gset
PREPARE sign(text, int, bigint[], int[]) AS
  SELECT outcome || coalesce(' ' || state, '')
    FROM application_add(:event, :slot, $2, $3, $4, 'p', 'c', $1::bytea, NULL, NULL, NULL, 'ja', 'web', NULL);
CREATE FUNCTION pg_temp.of(who text) RETURNS text LANGUAGE sql AS
$$ SELECT state || coalesce(' ' || waiting, '') FROM application WHERE contact_hash = who::bytea ORDER BY id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.id(who text) RETURNS bigint LANGUAGE sql AS
$$ SELECT id FROM application WHERE contact_hash = who::bytea ORDER BY id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.capacity(seats int) RETURNS int LANGUAGE sql AS
$$ SELECT d.overhang FROM event_slot s, event_date_save(s.event_id, s.id, s.begins, s.ends, seats,
     (SELECT jsonb_agg(jsonb_build_object('name', q.name, 'capacity', q.capacity)) FROM event_quota q WHERE q.slot_id = s.id)) d $$;
CREATE FUNCTION pg_temp.taken() RETURNS text LANGUAGE sql AS
$$ SELECT s.taken || ' ' || string_agg(q.taken::text, ' ' ORDER BY q.id) FROM event_slot s JOIN event_quota q ON q.slot_id = s.id GROUP BY s.taken $$;

SELECT results_eq(format('EXECUTE sign(%L, 4, %L, %L)', 'family', ARRAY[:city, :chair], '{4,1}'), ARRAY['kept confirmed'], 'a family of four, one with a wheelchair');
SELECT is(pg_temp.taken(), '4 4 1', 'takes seats of all that it claims');
SELECT results_eq(format('EXECUTE sign(%L, 2, %L, %L)', 'second', ARRAY[:city, :chair], '{2,1}'), ARRAY['kept waiting'], 'one quota is full: all or nothing');
SELECT is(pg_temp.taken(), '4 4 1', 'nothing was taken by halves');
SELECT results_eq(format('EXECUTE sign(%L, 5, %L, %L)', 'five', '{}', '{}'), ARRAY['kept confirmed'], 'five without claim');
SELECT results_eq(format('EXECUTE sign(%L, 3, %L, %L)', 'three', '{}', '{}'), ARRAY['kept waiting'], 'three where one is left wait');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'one', '{}', '{}'), ARRAY['kept confirmed'], 'one who fits is not kept back by them');
SELECT is(pg_temp.taken(), '10 4 1', 'full');
SELECT results_eq(format('EXECUTE sign(%L, 2, %L, %L)', 'two chairs', ARRAY[:chair], '{2}'), ARRAY['full'], 'more than a quota has in all do not wait for it');
SELECT results_eq(format('EXECUTE sign(%L, 6, %L, %L)', 'six', '{}', '{}'), ARRAY['many'], 'more than one application may have');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'x', ARRAY[:city], '{2}'), ARRAY['many'], 'more seats of a quota than people');

SELECT ok(application_end(pg_temp.id('five'), 'cancelled'), 'the five leave');
SELECT is(pg_temp.of('second'), 'waiting 1', 'who waits for the wheelchair goes on waiting');
SELECT is(pg_temp.of('three'), 'confirmed', 'the three behind them get seats');
SELECT is(pg_temp.taken(), '8 4 1', 'and as many are taken');
SELECT ok(NOT application_end(pg_temp.id('five'), 'cancelled'), 'a second time nothing happens');
SELECT is(pg_temp.taken(), '8 4 1', 'and no seat comes back twice');
SELECT is(pg_temp.capacity(7), 1, 'a capacity below what is taken is refused, by how many');
SELECT is((SELECT capacity FROM event_slot WHERE id = :slot), 10, 'and stays');
SELECT throws_ok('UPDATE event_slot SET taken = 11', '23514', NULL, 'behind it all stands a constraint');

-- Offers: an answer in time, or the next one.
UPDATE event SET offer_hours = 24 WHERE id = :event;
SELECT results_eq(format('EXECUTE sign(%L, 3, %L, %L)', 'late', '{}', '{}'), ARRAY['kept waiting'], 'another three wait');
SELECT ok(application_end(pg_temp.id('family'), 'cancelled'), 'the family leaves');
SELECT is(pg_temp.of('second'), 'offered', 'the first who waits is offered a seat');
SELECT is(pg_temp.of('late'), 'offered', 'and the next one too');
SELECT is(pg_temp.taken(), '9 2 1', 'an offer holds its seats');
UPDATE application SET offer_until = now(), told = 'offered' WHERE id = pg_temp.id('late');
SELECT ok(NOT application_accept(pg_temp.id('late')), 'too late is too late');
SELECT is(seat_expire(10), 1, 'it passes on');
SELECT is(pg_temp.of('late'), 'expired', 'and is over');
SELECT ok(application_accept(pg_temp.id('second')), 'in time it is theirs');
SELECT ok(NOT application_accept(pg_temp.id('second')), 'once');
SELECT is(pg_temp.taken(), '6 2 1', 'six are in');
SELECT is(pg_temp.capacity(6), 0, 'no seat more');
SELECT results_eq(format('EXECUTE sign(%L, 2, %L, %L)', 'last', '{}', '{}'), ARRAY['kept waiting'], 'two wait');
UPDATE event SET offer_hours = 336 WHERE id = :event;
SELECT is(pg_temp.capacity(10), 0, 'four seats more');
SELECT is((SELECT a.offer_until = s.begins FROM application a JOIN event_slot s ON s.id = a.slot_id WHERE a.id = pg_temp.id('last')), true,
          'an offer of two weeks ends where the date begins');
SELECT is((SELECT count(*) FROM event_slot s, LATERAL event_date_save(:event, s.id, s.begins - interval '1 day', s.ends, s.capacity,
            (SELECT jsonb_agg(jsonb_build_object('name', q.name, 'capacity', q.capacity)) FROM event_quota q WHERE q.slot_id = s.id)) WHERE s.id = :slot), 1::bigint, 'a day earlier');
SELECT is((SELECT a.offer_until = s.begins FROM application a JOIN event_slot s ON s.id = a.slot_id WHERE a.id = pg_temp.id('last')), true, 'it ends there then');
UPDATE event SET offer_hours = NULL WHERE id = :event;
SELECT ok(application_end(pg_temp.id('last'), 'cancelled'), 'they leave');

-- Strict: who waits keeps all behind waiting.
UPDATE event SET in_order = true, offer_hours = NULL WHERE id = :event;
SELECT results_eq(format('EXECUTE sign(%L, 5, %L, %L)', 'big', '{}', '{}'), ARRAY['kept waiting'], 'five where four are left');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'small', '{}', '{}'), ARRAY['kept waiting'], 'nobody passes them');
SELECT is(application_change(pg_temp.id('second'), 3, '{}', '{}', 'p', NULL, NULL), 'full', 'nor does a group that has seats grow before them');
SELECT is(pg_temp.capacity(12), 0, 'two seats more');
SELECT is(pg_temp.of('big'), 'confirmed', 'the five have theirs');
SELECT is(pg_temp.of('small'), 'confirmed', 'and then the one');

-- Somebody is put ahead: first of all who wait, whoever came before them.
SELECT results_eq(format('EXECUTE sign(%L, 5, %L, %L)', 'five more', '{}', '{}'), ARRAY['kept waiting'], 'full again');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'old', '{}', '{}'), ARRAY['kept waiting'], 'one more');
SELECT is((SELECT seat_place(slot_id, ahead, waiting) FROM application WHERE id = pg_temp.id('old')), 2, 'is the second');
SELECT ok(application_ahead(pg_temp.id('old'), true, 'why'), 'is put ahead');
SELECT is((SELECT seat_place(slot_id, ahead, waiting) FROM application WHERE id = pg_temp.id('old')), 1, 'and the first then');
SELECT is((SELECT seat_place(slot_id, ahead, waiting) FROM application WHERE id = pg_temp.id('five more')), 2, 'the other one the second');
SELECT is((SELECT detail ->> 'why' FROM audit WHERE act = 'application.ahead' AND object_id = pg_temp.id('old')), 'why', 'and why is written down');
SELECT is(pg_temp.capacity(13), 0, 'a seat more');
SELECT is(pg_temp.of('old'), 'confirmed', 'is theirs');
SELECT ok(NOT application_ahead(pg_temp.id('old'), true, 'why'), 'who does not wait is not put ahead');
SELECT ok(application_end(pg_temp.id('five more'), 'cancelled'), 'the others give up');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'ghost', ARRAY[:city + 1000000], '{1}'), ARRAY['gone'], 'a quota of nowhere is none');

-- Approval, once a person, and what is closed.
SELECT throws_ok(format('UPDATE event SET rule = ''approval'' WHERE id = %s', :event), 'CH003', NULL, 'a rule stays while people have signed up by it');
RESET ROLE;
ALTER TABLE event DISABLE TRIGGER event_guard;
UPDATE event SET rule = 'approval', once = true WHERE id = :event;
SET ROLE chromo_web;
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'hope', '{}', '{}'), ARRAY['kept applied'], 'an application to be decided');
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'hope', '{}', '{}'), ARRAY['again'], 'once a person');
SELECT is(application_decide(pg_temp.id('hope'), true), 'full', 'no seat: staff are told');
SELECT is(application_decide(pg_temp.id('hope'), false), 'rejected', 'or say no');
SELECT is(application_decide(pg_temp.id('hope'), true), 'over', 'decided once');
UPDATE event SET closes = now(), opens = now() - interval '1 day' WHERE id = :event;
SELECT results_eq(format('EXECUTE sign(%L, 1, %L, %L)', 'after', '{}', '{}'), ARRAY['closed'], 'after the end');
SELECT is((SELECT outcome FROM application_add(:event, :slot, 1, '{}', '{}', 'p', 'c', 'tel', NULL, NULL, NULL, 'ja', 'phone', :writer)), 'kept', 'staff may still');
SELECT is((SELECT outcome FROM application_add(:event, :slot + 1, 1, '{}', '{}', 'p', 'c', 'q', NULL, NULL, NULL, 'ja', 'phone', :writer)), 'closed', 'a date of nowhere');
SELECT * FROM finish();
ROLLBACK;
