-- Lotteries: no value that could be known while people sign up, each step once and in order.
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
INSERT INTO event (department_id, author_id, state, rule, group_max, closes)
VALUES (:department, :writer, 'open', 'lottery', 5, '2030-06-01 23:59+09') RETURNING id AS event \gset
INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (:event, '2030-07-01', '2030-07-01', 2) RETURNING id AS slot \gset
PREPARE decide(date) AS INSERT INTO lottery (slot_id, rule, source, value_day, commitment, seed)
  VALUES (:slot, '{}', 's', $1, repeat('0', 64), 'x');
SAVEPOINT clean;
SELECT throws_ok($$EXECUTE decide('2030-05-31')$$, 'CH003', NULL, 'a value of a day before sign-up closes');
SELECT throws_ok($$EXECUTE decide('2030-06-01')$$, 'CH003', NULL, 'of the very day');
SELECT lives_ok($$EXECUTE decide('2030-06-02')$$, 'of the day behind it');
SELECT throws_ok(format('UPDATE event SET closes = %L WHERE id = %s', '2030-06-02 00:00+09', :event), 'CH003', NULL, 'sign-up does not run into that day');
SELECT throws_ok(format('UPDATE event SET closes = NULL WHERE id = %s', :event), 'CH003', NULL, 'nor go on for ever');
SELECT lives_ok(format('UPDATE event SET closes = %L WHERE id = %s', '2030-05-30 12:00+09', :event), 'it may close earlier');
SELECT throws_ok($$UPDATE lottery SET value_day = '2030-05-30'$$, 'CH003', NULL, 'the day is not moved before it');
UPDATE event SET closes = NULL WHERE id = :event AND NOT EXISTS (SELECT FROM lottery);
ROLLBACK TO clean;
UPDATE event SET closes = NULL WHERE id = :event;
SELECT throws_ok($$EXECUTE decide('2030-06-02')$$, 'CH003', NULL, 'where sign-up has no end nothing is drawn');
ROLLBACK TO clean;

-- Drawn: who won is in, the others wait in their order, and whoever left since stays so.
INSERT INTO event_quota (slot_id, name, capacity) VALUES (:slot, '車いす', 1) RETURNING id AS chair \gset
SELECT number AS a FROM application_add(:event, :slot, 2, ARRAY[:chair], '{1}', 'p', 'c', 'a', NULL, NULL, NULL, 'ja', 'web', NULL) \gset
SELECT number AS b FROM application_add(:event, :slot, 1, '{}', '{}', 'p', 'c', 'b', NULL, NULL, NULL, 'ja', 'web', NULL) \gset
SELECT number AS c FROM application_add(:event, :slot, 1, '{}', '{}', 'p', 'c', 'c', NULL, NULL, NULL, 'ja', 'web', NULL) \gset
SELECT is((SELECT string_agg(DISTINCT state, ' ') FROM application), 'applied', 'all have only applied');
EXECUTE decide('2030-06-02');
SELECT ok(application_end((SELECT id FROM application WHERE number = :'c'), 'cancelled', 'person'), 'one leaves before the draw');
SELECT seat_draw(:slot, jsonb_build_object('result', jsonb_build_array(
  jsonb_build_object('number', :'c'::text, 'won', true, 'waiting', 0),
  jsonb_build_object('number', :'a'::text, 'won', true, 'waiting', 0),
  jsonb_build_object('number', :'b'::text, 'won', false, 'waiting', 1))));
SELECT is((SELECT string_agg(state || coalesce(waiting, 0), ' ' ORDER BY id) FROM application), 'confirmed0 waiting1 cancelled0', 'as the record has it');
SELECT is((SELECT taken FROM event_slot), 2, 'seats are taken');
SELECT is((SELECT taken FROM event_quota), 1, 'and those of the quota');
SELECT ok(application_end((SELECT id FROM application WHERE number = :'a'), 'cancelled', 'person'), 'who won leaves');
SELECT is((SELECT state FROM application WHERE number = :'b'), 'confirmed', '補欠 moves up');
SELECT is((SELECT s.taken || ' ' || q.taken FROM event_slot s, event_quota q), '1 0', 'and takes what they need');
SELECT throws_ok(format('UPDATE lottery SET record = %L', '{}'), '23514', NULL, 'no record without a closed list');
-- The public value as it is entered: of the stated day or a later one that has come; what stood there stays.
UPDATE event SET closes = now() - interval '5 days' WHERE id = :event;
UPDATE lottery SET value_day = (now() AT TIME ZONE 'Asia/Tokyo')::date - 2;
SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date AS today \gset
SELECT ok(NOT lottery_enter(:slot, '1', :'today', :writer), 'not before the list is closed');
UPDATE lottery SET list = '{}', list_hash = 'x', closed = now();
SELECT ok(NOT lottery_enter(:slot, '1', :'today'::date - 3, :writer), 'not of a day before the stated one');
SELECT ok(NOT lottery_enter(:slot, '1', :'today'::date + 1, :writer), 'nor of one to come');
SELECT ok(lottery_enter(:slot, '1', :'today'::date - 1, :writer), 'of a later one');
SELECT ok(NOT lottery_enter(:slot, '1', :'today'::date - 1, :writer), 'not twice the same');
SELECT ok(lottery_enter(:slot, '2', :'today'::date - 1, :writer), 'a slip is put right');
SELECT is((SELECT string_agg(x ->> 'value' || (x ->> 'holds'), ' ') FROM lottery l, jsonb_array_elements(lottery_entered(l, 'ja')) x), '1false 2true', 'both are shown');
SELECT throws_ok($$UPDATE lottery SET entered = '[]'$$, 'CH003', NULL, 'what was entered stays');
SELECT throws_ok($$UPDATE lottery SET entered = entered || '{}' || '{}'$$, 'CH003', NULL, 'and grows one by one');
UPDATE lottery SET record = '{}', drawn = now();
SELECT ok(NOT lottery_enter(:slot, '3', :'today'::date - 1, :writer), 'nothing after the draw');
SELECT * FROM finish();
ROLLBACK;
