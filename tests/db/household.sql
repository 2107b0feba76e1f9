-- 世帯: who is in one, how one gets in and out, and whom a 「見ました」 leaves alone.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
-- Seven people, all with LINE and a phone; the first three live together, the others alone.
INSERT INTO citizen (state, reach) SELECT 'active', '{line,sms}' FROM generate_series(1, 7);
SELECT array_agg(id ORDER BY id) AS c FROM citizen WHERE tenant_id = :here \gset
SET LOCAL session_replication_role = replica;
INSERT INTO contact (citizen_id, channel, address, hash, state)
SELECT id, w, 'x', (id || w)::bytea, 'active' FROM citizen CROSS JOIN unnest('{line,sms}'::text[]) w WHERE tenant_id = :here;
SET LOCAL session_replication_role = origin;
SELECT (:'c'::bigint[])[1] AS a, (:'c'::bigint[])[2] AS b, (:'c'::bigint[])[3] AS d, (:'c'::bigint[])[4] AS e, (:'c'::bigint[])[5] AS f \gset
CREATE FUNCTION pg_temp.join(who bigint, code text, most int DEFAULT 12) RETURNS text LANGUAGE sql AS
$$ SELECT household_join(who, ('tries of ' || who)::bytea, 'remote', code::bytea, NULL, most) $$;
CREATE FUNCTION pg_temp.invite(who bigint, code text, most int DEFAULT 12) RETURNS boolean LANGUAGE sql AS
$$ SELECT household_invite(who, ('codes of ' || who)::bytea, code::bytea, most, interval '24 hours') $$;
CREATE FUNCTION pg_temp.people(who bigint) RETURNS bigint[] LANGUAGE sql AS
$$ SELECT array_agg(h.citizen_id ORDER BY h.citizen_id) FROM household_member m JOIN household_member h USING (household_id) WHERE m.citizen_id = who $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO chromo_web;
SET LOCAL ROLE chromo_web;

SELECT household_make(:a, 'sealed') AS home \gset
SELECT is(pg_temp.people(:a), ARRAY[:a]::bigint[], 'whoever makes one is in it');
SELECT throws_ok(format('SELECT household_make(%s, NULL)', :a), 'CH003', NULL, 'and makes no second one');
SELECT is(pg_temp.invite(:e, 'x'), false, 'whoever is in none lets nobody in');
SELECT is(pg_temp.invite(:a, 'old'), true, 'a code');
SELECT is(pg_temp.invite(:a, 'code'), true, 'and another in its place');
SELECT is(pg_temp.join(:b, 'old'), 'wrong', 'the old one lets nobody in');
SELECT is(pg_temp.join(:b, 'code'), 'joined', 'the new one does');
SELECT is(pg_temp.join(:d, 'code'), 'wrong', 'once');
SELECT is(pg_temp.people(:a), ARRAY[:a, :b]::bigint[], 'two live there');
SELECT throws_ok(format('SELECT pg_temp.join(%s, %L)', :b, 'code'), 'CH003', NULL, 'nobody is in two');
SELECT pg_temp.invite(:b, 'late');
UPDATE household SET ends = now() - interval '1 second' WHERE id = :home;
SELECT is(pg_temp.join(:d, 'late'), 'wrong', 'a code that has ended');
SELECT pg_temp.invite(:b, 'third');
SELECT is(pg_temp.join(:d, 'third', 2), 'full', 'no more than are let in');
SELECT is(pg_temp.invite(:b, 'third', 2), false, '… and no code for them');
SELECT is(pg_temp.join(:d, 'third'), 'joined', 'three');
SELECT is((SELECT array_agg(pg_temp.join(:f, 'guess')) FROM generate_series(1, 11)), array_fill('wrong'::text, ARRAY[10]) || 'often'::text, 'ten tries an hour');
SELECT pg_temp.invite(:b, 'right');
SELECT is(pg_temp.join(:f, 'right'), 'often', '… and the right code is one of them');
SELECT is((SELECT array_agg(DISTINCT act ORDER BY act) FROM audit WHERE act LIKE 'household.%'),
  '{household.invite,household.join,household.make}', 'on record');
SELECT is((SELECT count(*)::int FROM audit WHERE act LIKE 'household.%' AND detail IS NOT NULL), 0, '… with no name');
RESET ROLE;

-- An emergency that goes on until it is seen.
CREATE FUNCTION approved(p_household boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint;
BEGIN
  INSERT INTO message (department_id, author_id, subject, audience, by_line, by_sms, ladder, until_household, valid_until, publish_until)
  SELECT d.id, s.id, '件名', 'everyone', true, true, '[{"channel": "line", "wait": 10}, {"channel": "sms", "wait": 10}]', p_household,
         now() + interval '1 day', now() + interval '9 days'
    FROM department d, staff s WHERE d.tenant_id = current_tenant() AND s.tenant_id = current_tenant()
  RETURNING id INTO m;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = 'approved' WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN m;
END $$;
CREATE FUNCTION planned(p_household boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint := approved(p_household);
BEGIN
  PERFORM message_plan(m, 500);
  UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now(), verdict = 'accepted' WHERE message_id = m;
  UPDATE message SET next_step = now() WHERE id = m;
  RETURN m;
END $$;
CREATE FUNCTION second(p_message bigint) RETURNS bigint[] LANGUAGE sql AS
$$ SELECT array_agg(u.c ORDER BY u.c) FROM batch b CROSS JOIN unnest(b.citizens) u (c) WHERE b.message_id = p_message AND b.step = 2 $$;
CREATE FUNCTION hows(p_message bigint) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(how, ' ' ORDER BY citizen_id) FROM seen WHERE message_id = p_message $$;
CREATE FUNCTION saw(p_message bigint, p_citizen bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE yes boolean;
BEGIN
  SET LOCAL ROLE chromo_web;
  yes := message_saw(p_message, p_citizen, 'link');
  RESET ROLE;
  RETURN yes;
END $$;

SELECT planned(false) AS m \gset
SELECT saw(:m, :b);
SELECT is(hows(:m), 'link', 'until each has seen it: one has');
SELECT ladder_step(:m, 500, 3);
SELECT is(second(:m), array_remove(:'c'::bigint[], :b), '… and all others are written to');

SELECT planned(true) AS m \gset
SELECT is(saw(:m, :b), true, 'until somebody of the household has');
SELECT is(hows(:m), 'household link household', '… that is so of all three');
SELECT ladder_step(:m, 500, 3);
SELECT is(second(:m), (:'c'::bigint[])[4:7], '… who are not written to, those on their own are');
SELECT saw(:m, :a);
SELECT is(hows(:m), 'link link household', 'their own word takes the place of it');
SELECT saw(:m, :d);
SELECT saw(:m, :b);
SELECT is(hows(:m), 'link link link', '… and is not taken back');

-- What may be spent on SMS holds from the first step on, and whoever is beyond it goes on by what comes behind.
INSERT INTO gateway (channel, kind, active, settings) VALUES ('sms', 'karaden', true, '{"yen_per_part": "3.3"}')
  ON CONFLICT (tenant_id, channel, place) DO UPDATE SET active = true, settings = excluded.settings;
CREATE FUNCTION capped(p_ladder jsonb, p_yen int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint := approved(false);
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET ladder = p_ladder, ladder_yen = p_yen, by_email = true WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM message_plan(m, 2);
  UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now(), verdict = 'accepted' WHERE message_id = m AND state = 'queued';
  UPDATE message SET next_step = now() WHERE id = m;
  RETURN m;
END $$;
CREATE FUNCTION went(p_message bigint, p_step int) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(w, ', ' ORDER BY w) FROM (SELECT channel || ' ' || coalesce(reason, 'sent') || ' ' || sum(size) AS w FROM batch
    WHERE message_id = p_message AND step = p_step GROUP BY channel, reason) x $$;
SAVEPOINT cap;
SELECT capped('[{"channel": "sms", "wait": 10}, {"channel": "line", "wait": 10}]', 10) AS m \gset
SELECT is(went(:m, 1), 'sms cost_spent ' || (cardinality(:'c'::bigint[]) - 3) || ', sms sent 3', 'three for ten yen; of the others it is known why not');
SELECT is((SELECT recipients FROM message WHERE id = :m), cardinality(:'c'::bigint[]), '… who are counted');
SELECT ladder_step(:m, 500, 3.3);
SELECT is(went(:m, 2), 'line sent ' || cardinality(:'c'::bigint[]), 'they go on by the next, as all do');
SELECT capped('[{"channel": "sms", "wait": 10}, {"channel": "line", "wait": 10}]', NULL) AS m \gset
SELECT is(went(:m, 1), 'sms sent ' || cardinality(:'c'::bigint[]), 'no cap, no end');
INSERT INTO contact (citizen_id, channel, address, hash, state) SELECT u.c, 'email', 'x', convert_to('mail' || u.c, 'UTF8'), 'active' FROM unnest(:'c'::bigint[]) u (c);
SELECT capped('[{"channel": "line", "wait": 10}, {"channel": "sms", "wait": 10}, {"channel": "email", "wait": 10}]', 10) AS m \gset
SELECT ladder_step(:m, 500, 3.3);
SELECT is(went(:m, 2), 'email sent ' || (cardinality(:'c'::bigint[]) - 3) || ', sms sent 3', 'in a later step they go on at once');
-- It holds for a second round as well, in which whoever was refused has cost nothing.
ROLLBACK TO cap;
SELECT capped('[{"channel": "sms", "wait": 10}]', 10) AS m \gset
SET LOCAL session_replication_role = replica;
UPDATE message SET by_line = false, by_email = false, state = 'sent', next_step = NULL WHERE id = :m;
SET LOCAL session_replication_role = origin;
SELECT is((SELECT count(*)::int FROM message_unreached(:m)), cardinality(:'c'::bigint[]) - 3, 'of those whom it did not reach');
SELECT is((SELECT count(*)::int FROM message_again(:m)), 0, '… nobody is written to again by what is used up');
UPDATE batch SET accepted = accepted - 1, refused = 1 WHERE id = (SELECT min(id) FROM batch WHERE message_id = :m AND state = 'done');
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason) VALUES (:m, :a, 'sms', 1, 1, 1, 'refused', 'phone_away');
SELECT is((SELECT array_agg(citizen_id) FROM message_again(:m)), ARRAY[:a]::bigint[], '… one is, where one was refused');
SELECT is(message_resend(:m, 500, now() + interval '1 day'), 1, '… and the round has no more');
SET LOCAL session_replication_role = replica;
UPDATE message SET by_email = true, state = 'sent' WHERE id = :m;
SET LOCAL session_replication_role = origin;
INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (:e, 'email', 'x', 'mail of e', 'active');
UPDATE citizen SET channels = '{sms,email}' WHERE id = :e;
SELECT is((SELECT array_agg(citizen_id || channel) FROM message_again(:m)), ARRAY[:e || 'email'], '… who has another way goes by that');
ROLLBACK TO cap;

-- While it is planned nobody knows whom it still goes to.
SELECT approved(true) AS m \gset
SELECT recipients FROM message_plan_part(:m, 500, 1) \gset
SELECT saw(:m, :a);
SELECT is(hows(:m), 'link household household', 'the others of the household are not written to later');

-- Pressed between plan and sending.
SELECT planned(true) AS m \gset
SELECT ladder_step(:m, 500, 3);
SELECT saw(:m, :a);
UPDATE batch SET state = 'sending', fence = 1, lease_until = now() + interval '1 minute' WHERE message_id = :m AND step = 2;
SELECT results_eq(format($$SELECT s.citizen_id FROM batch b, batch_start(b.id, 1, 0, 100, interval '1 minute') s
                            WHERE b.message_id = %s AND b.step = 2 AND s.citizen_id IS NOT NULL ORDER BY 1$$, :m),
  format($$SELECT unnest('%s'::bigint[])$$, (:'c'::bigint[])[4:7]), 'who pressed since it was planned is left out when it is sent');
SELECT is((SELECT string_agg(DISTINCT reason, '') FROM delivery WHERE message_id = :m AND state = 'dropped'), 'seen', '… and the ledger says why');
SELECT is((SELECT count(*)::int FROM message_unreached(:m)), 0, '… as none who was not reached');

-- The same of a call that many share: until it is made for the first time.  From then on it has
-- its bytes and its key, and nobody is taken out of it.
CREATE FUNCTION by_line() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint := approved(true);
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET ladder = '[{"channel": "sms", "wait": 10}, {"channel": "line", "wait": 10}]' WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM message_plan(m, 500);
  UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now(), verdict = 'accepted' WHERE message_id = m;
  UPDATE message SET next_step = now() WHERE id = m;
  PERFORM ladder_step(m, 500, 3);
  RETURN m;
END $$;
-- How many addresses are in the call; each is one byte with two before it.
CREATE FUNCTION called(p_message bigint) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  UPDATE batch SET state = 'sending', fence = fence + 1, lease_until = now() + interval '1 minute' WHERE message_id = p_message AND step = 2;
  RETURN (SELECT max(length(s.address)) / 3 FROM batch b, batch_start(b.id, b.fence, 0, 100, interval '1 minute') s
           WHERE b.message_id = p_message AND b.step = 2);
END $$;
SELECT by_line() AS m \gset
SELECT saw(:m, :a);
SELECT is(called(:m), 4, 'a call leaves out who pressed since it was planned, and their household');
SELECT is((SELECT string_agg(citizen_id || reason, ' ' ORDER BY citizen_id) FROM delivery WHERE message_id = :m AND state = 'dropped'),
  format('%sseen %sseen %sseen', :a, :b, :d), '… and the ledger says why');
SELECT is((SELECT dropped FROM batch WHERE message_id = :m AND step = 2), 3, '… and the batch adds up');
SELECT body_hash AS hash FROM batch WHERE message_id = :m AND step = 2 \gset
SELECT saw(:m, :e);
SELECT is(called(:m), 4, 'made again it is the same call');
SELECT is((SELECT body_hash FROM batch WHERE message_id = :m AND step = 2), :'hash', '… to the byte');
SELECT is((SELECT count(*)::int FROM message_unreached(:m)), 0, 'none of them was not reached');
SELECT by_line() AS m \gset
SELECT count(saw(:m, c)) FROM unnest(:'c'::bigint[]) AS c;
UPDATE contact SET state = 'left' WHERE citizen_id = :f AND channel = 'line';
SELECT is(called(:m), NULL, 'nobody is left: no call');
SELECT is((SELECT state || dropped FROM batch WHERE message_id = :m AND step = 2), 'done7', '… and it is done');
UPDATE contact SET state = 'active' WHERE citizen_id = :f AND channel = 'line';

-- Out of it, and of what is on its way.
SELECT planned(true) AS m \gset
SELECT saw(:m, :a);
SET LOCAL ROLE chromo_web;
SELECT is(household_leave(:d), true, 'one leaves');
RESET ROLE;
SELECT is(hows(:m), 'link household', '… and is on their own again');
SELECT ladder_step(:m, 500, 3);
SELECT is(second(:m), (:'c'::bigint[])[3:7], '… and written to');
SELECT is((SELECT code FROM household WHERE id = :home), NULL, 'the code that was out is worth nothing');
SET LOCAL ROLE chromo_web;
SELECT citizen_leave(:b);
SELECT is(pg_temp.people(:a), ARRAY[:a]::bigint[], 'who leaves the town has left the household');
SELECT household_leave(:a);
SELECT is((SELECT count(*)::int FROM household WHERE id = :home), 0, 'the last one closes it');
SELECT is(household_leave(:a), false, 'there is nothing left to leave');
RESET ROLE;
SELECT is((SELECT count(*)::int FROM ledger_faults()), 0, 'the ledger adds up');

-- Another town sees nothing of it.
SELECT household_make(:e, 'sealed') AS home \gset
SELECT pg_temp.invite(:e, 'here');
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.example', 'a@yama.example', '') AS yama \gset
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS y \gset
SET LOCAL ROLE chromo_web;
SELECT is((SELECT count(*)::int FROM household) + (SELECT count(*)::int FROM household_member), 0, 'another town sees no household');
SELECT is(pg_temp.join(:y, 'here'), 'wrong', '… and no code of one');
RESET ROLE;
SET LOCAL ROLE chromo_report;
SELECT throws_ok('SELECT FROM household_member', '42501', NULL, 'reports see none at all');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
