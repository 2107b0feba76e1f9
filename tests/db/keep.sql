-- Phones are asked each year whether messages are still wanted: who is asked when, what an
-- answer does, and what none does.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO gateway (channel, kind, active, settings) VALUES ('sms', 'karaden', true, '{"parts_per_month": 10}');
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('ごみ', false);
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
CREATE FUNCTION pg_temp.person(p_ways text, p_vital boolean DEFAULT false) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  INSERT INTO citizen (state, vital_only) VALUES ('active', p_vital) RETURNING id INTO person;
  PERFORM contact_take(person, way, sha256(uuid_send(gen_random_uuid())), 'sealed') FROM unnest(string_to_array(p_ways, ' ')) AS way;
  RETURN person;
END $$;
CREATE FUNCTION pg_temp.phone(p_person bigint) RETURNS bigint LANGUAGE sql AS
$$ SELECT id FROM contact WHERE citizen_id = p_person AND channel = 'sms' $$;
SELECT pg_temp.person('sms') AS alone \gset
SELECT pg_temp.person('sms email') AS both \gset
SELECT pg_temp.person('sms', true) AS vital \gset
SELECT pg_temp.person('sms') AS answers \gset
SELECT pg_temp.person('sms') AS stranger \gset
SELECT pg_temp.person('sms line') AS moved \gset
SELECT pg_temp.person('email') AS mail \gset
SELECT pg_temp.person('sms') AS paused \gset
SELECT citizen_pause(:paused, true);
SELECT is((SELECT count(*) FROM keep_due(100)), 0::bigint, 'nobody in the first year');
UPDATE contact SET confirmed = now() - interval '364 days';
SELECT is((SELECT count(*) FROM keep_due(100)), 0::bigint, 'not a day early');
UPDATE contact SET confirmed = now() - interval '367 days';
SELECT is((SELECT count(*) FROM keep_due(100)), 6::bigint, 'every phone of who is active, and no mail');
SELECT is((SELECT count(*) FROM keep_due(4)), 4::bigint, 'a few at a time');
SELECT ok((SELECT bool_and((due AT TIME ZONE 'Asia/Tokyo')::time BETWEEN '09:00' AND '20:00' AND due >= now()) FROM keep_due(100)), 'by day');
SELECT ok(bool_and((keep_time(f, t) AT TIME ZONE 'Asia/Tokyo')::time BETWEEN '09:00' AND '20:00'), 'also behind quiet hours')
  FROM (VALUES (time '22:00', time '07:00'), ('09:00', '21:00'), ('00:00', '23:00')) AS q (f, t);
COMMIT;

SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, 'courier');
-- The courier's turn: everybody who is due has a letter, and the gateway says p_state.
CREATE FUNCTION pg_temp.turn(p_state text, p_reason text DEFAULT '') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM keep_letter(d.contact_id, now(), gen_random_uuid(), 'sealed', 1) FROM keep_due(100) d;
  SELECT count(letter_record(l.id, l.fence, p_state, 0, p_reason, '0'))
    INTO n FROM letter_claim(100, '1 minute', 1, '{}', '{}', 'sms') l;
  RETURN n;
END $$;
CREATE FUNCTION pg_temp.later(p_wait interval) RETURNS void LANGUAGE sql AS $$
  UPDATE contact SET asked = asked - p_wait;
  UPDATE letter SET finished = finished - p_wait;
$$;
RESET ROLE;
UPDATE gateway SET active = false WHERE tenant_id = :minato;
SELECT is((SELECT count(*) FROM keep_due(100)), 0::bigint, 'no gateway, no question');
UPDATE gateway SET active = true WHERE tenant_id = :minato;
INSERT INTO sms_month (tenant_id, month, parts) VALUES (:minato, sms_this_month(), 10);
SELECT is((SELECT count(*) FROM keep_due(100)), 0::bigint, 'nor beyond the month''s ceiling');
UPDATE sms_month SET parts = 0 WHERE tenant_id = :minato;
SET ROLE chromo_courier;
SELECT is(pg_temp.turn('refused'), 6::bigint, 'six letters, in vain');
SELECT is((SELECT parts FROM sms_month), 6::bigint, 'they are counted');
SELECT is((SELECT sum(asks) FROM contact), 0::bigint, 'who did not get it was not asked');
SELECT is(pg_temp.turn('accepted'), 0::bigint, 'not again at once');
RESET ROLE;
SELECT pg_temp.later('8 days');
UPDATE sms_month SET parts = 0 WHERE tenant_id = :minato;
SET ROLE chromo_courier;
SELECT is(pg_temp.turn('accepted'), 6::bigint, 'a week later');
SELECT is((SELECT count(*) FROM contact WHERE asks = 1 AND asked = now()), 6::bigint, 'asked');
SELECT is(pg_temp.turn('accepted'), 0::bigint, 'once');
SELECT is(keep_end(100), 0, 'nothing ends yet');
COMMIT;

-- Some answer.
SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
SELECT set_config('test.proved', extract(epoch FROM confirmed)::bigint::text, false) FROM contact WHERE id = pg_temp.phone(:answers);
CREATE FUNCTION pg_temp.answer(p_phone bigint, p_keep boolean) RETURNS void LANGUAGE sql AS
$$ SELECT keep_answer(p_phone, current_setting('test.proved')::bigint, p_keep) $$;
SELECT pg_temp.phone(:answers) AS phone \gset
SELECT pg_temp.answer(:phone, true);
SELECT results_eq(format('SELECT asks, confirmed = now(), state FROM contact WHERE id = %s', :phone), $$VALUES (0::smallint, true, 'active')$$, 'yes: a year begins');
SELECT throws_ok(format('SELECT pg_temp.answer(%s, false)', :phone), 'CH001', NULL, 'a link answers once');
SELECT pg_temp.answer(pg_temp.phone(:stranger), false);
SELECT is((SELECT state FROM citizen WHERE id = :stranger), 'left', 'no: who had nothing else is gone');
SELECT pg_temp.phone(:moved) AS phone \gset
SELECT pg_temp.answer(:phone, false);
SELECT results_eq(format('SELECT state, reach FROM citizen WHERE id = %s', :moved), $$VALUES ('active', '{line}'::text[])$$, '… and who has LINE goes on by it');
SELECT throws_ok(format('SELECT pg_temp.answer(%s, true)', :phone), 'CH001', NULL, 'the number is gone');
SELECT is((SELECT array_agg(act ORDER BY id) FROM audit WHERE act LIKE 'phone.%'), '{phone.keep,phone.end,phone.end}', 'on record');
SELECT throws_ok(format('SELECT pg_temp.answer(%s, true)', (SELECT id FROM contact WHERE citizen_id = :mail)), 'CH001', NULL, 'mail is not asked');
COMMIT;

-- The others do not.
RESET ROLE;
BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT pg_temp.later('15 days');
SET ROLE chromo_courier;
SELECT is(keep_end(100), 0, 'nothing ends after one question');
SELECT is(pg_temp.turn('accepted'), 3::bigint, 'the three are asked once more');
SELECT is((SELECT count(*) FROM contact WHERE asks = 2), 3::bigint, 'twice');
RESET ROLE;
SELECT pg_temp.later('13 days');
SET ROLE chromo_courier;
SELECT is(keep_end(100), 0, 'not a day early');
RESET ROLE;
SELECT pg_temp.later('2 days');
SET ROLE chromo_courier;
SELECT is(keep_end(100), 3, 'then it ends');
SELECT is(keep_end(100), 0, 'once');
SELECT is(pg_temp.turn('accepted'), 0::bigint, 'nobody is asked any more');
SELECT results_eq(format('SELECT reach, vital_only FROM citizen WHERE id = %s', :both), $$VALUES ('{email}'::text[], false)$$, 'who has mail gets mail');
SELECT results_eq(format('SELECT reach, vital_only FROM citizen WHERE id = %s', :alone), $$VALUES ('{sms}'::text[], true)$$, 'who has nothing else gets what saves lives');
SELECT results_eq(format('SELECT reach, vital_only FROM citizen WHERE id = %s', :vital), $$VALUES ('{sms}'::text[], true)$$, '… as before, if it was that already');
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
SELECT citizen_pause(:both, true), citizen_pause(:both, false);
SELECT is((SELECT reach FROM citizen WHERE id = :both), '{email}', 'また受け取る is no proof of a number');
SELECT phone_open(hash, convert_to('session of ' || id, 'UTF8')) FROM contact WHERE id IN (pg_temp.phone(:alone), pg_temp.phone(:vital));
SELECT is((SELECT vital_only FROM citizen WHERE id = :alone), false, 'opened by its phone: everything again');
SELECT is((SELECT vital_only FROM citizen WHERE id = :vital), true, '… and for who chose it, what they chose');
SELECT pg_temp.answer(pg_temp.phone(:both), true);
SELECT is((SELECT reach FROM citizen WHERE id = :both), '{email,sms}', 'answered late: SMS is a way again');
COMMIT;

-- Registered anew by a code to the number, which is an answer too.
BEGIN;
SELECT enter_tenant(:minato, '');
CREATE FUNCTION pg_temp.anew(p_person bigint, p_vital boolean) RETURNS void LANGUAGE sql AS $$
  SELECT citizen_register('sms', hash, address, '{}', '{}', p_vital, 'ja', '2026-11', 'ja', sha256(uuid_send(gen_random_uuid())))
    FROM contact WHERE id = pg_temp.phone(p_person)
$$;
SELECT pg_temp.person('sms') AS twice, pg_temp.person('sms') AS fewer \gset
SET ROLE chromo_courier;
UPDATE contact SET asks = 2, asked = now() - interval '15 days' WHERE citizen_id IN (:twice, :fewer) AND channel = 'sms';
SET ROLE chromo_web;
SELECT pg_temp.anew(:twice, false);
SET ROLE chromo_courier;
SELECT is(keep_end(100), 1, 'of two who were asked twice one has registered anew');
SET ROLE chromo_web;
SELECT is((SELECT vital_only FROM citizen WHERE id = :twice), false, '… and gets everything');
SELECT is((SELECT vital_only FROM citizen WHERE id = :fewer), true, '… the other what saves lives');
SELECT pg_temp.anew(:fewer, true);
SELECT phone_open(hash, convert_to('session of fewer', 'UTF8')) FROM contact WHERE id = pg_temp.phone(:fewer);
SELECT is((SELECT vital_only FROM citizen WHERE id = :fewer), true, 'who then chose no more than that keeps it');
SELECT is((SELECT asks FROM contact WHERE id = pg_temp.phone(:fewer)), 0::smallint, '… and is asked again in a year');
COMMIT;
SELECT * FROM finish();
