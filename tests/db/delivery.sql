-- Who did not get it, what became of one person, and what does not add up: the
-- fast ways against the plain ones.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
INSERT INTO citizen (state) SELECT 'active' FROM generate_series(1, 30);
INSERT INTO contact (citizen_id, channel, address, hash, state)
SELECT id, 'email', 'x', id::text::bytea, 'active' FROM citizen WHERE tenant_id = :here;

CREATE FUNCTION sending() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint;
BEGIN
  INSERT INTO message (department_id, author_id, subject, audience, valid_until, publish_until)
  SELECT d.id, s.id, '件名', 'everyone', now() + interval '1 day', now() + interval '9 days'
    FROM department d, staff s WHERE d.tenant_id = current_tenant() AND s.tenant_id = current_tenant()
  RETURNING id INTO m;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = 'approved', updated = now() - interval '1 hour' WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM message_plan(m, 10);
  RETURN m;
END $$;

-- The verdict of a member by its number among the thirty, modulo six.
CREATE FUNCTION carry(p_batch bigint, p_verdicts text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  f bigint;
  c bigint[];
BEGIN
  UPDATE batch SET state = 'sending', fence = fence + 1, lease_until = now() + interval '1 minute'
   WHERE id = p_batch RETURNING fence, citizens INTO f, c;
  PERFORM batch_start(p_batch, f, 0, 1000, '1 minute');
  PERFORM batch_record(p_batch, f, c,
    ARRAY(SELECT p_verdicts[x % cardinality(p_verdicts) + 1] FROM unnest(c) x),
    ARRAY(SELECT 0 FROM unnest(c)),
    ARRAY(SELECT CASE p_verdicts[x % cardinality(p_verdicts) + 1] WHEN 'refused' THEN 'refused' ELSE '' END FROM unnest(c) x),
    ARRAY(SELECT '' FROM unnest(c)));
  PERFORM batch_finish(p_batch, f, '1 minute');
END $$;

-- By looking at each member of a message and its rows: whoever is not known to have it, and for
-- whom nothing more is done, is listed; of some it is said that they may have it.
CREATE FUNCTION unreached_plainly(p_message bigint) RETURNS SETOF bigint LANGUAGE sql AS $$
  SELECT DISTINCT u.c
    FROM batch b CROSS JOIN unnest(b.citizens) u (c)
   WHERE b.message_id = p_message
     AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.state = 'accepted')
     AND NOT EXISTS (SELECT FROM batch y WHERE y.message_id = p_message AND y.state IN ('queued', 'sending') AND u.c = ANY (y.citizens))
$$;
CREATE FUNCTION person_plainly(p_message bigint, p_citizen bigint)
RETURNS TABLE (channel text, round int, try int, state text) LANGUAGE sql AS $$
  SELECT b.channel, b.round, b.try, coalesce(d.state, CASE b.state WHEN 'done' THEN 'queued' ELSE b.state END)
    FROM batch b
    LEFT JOIN delivery d ON d.message_id = b.message_id AND d.citizen_id = p_citizen AND d.channel = b.channel
                        AND d.round = b.round AND d.try = b.try
   WHERE b.message_id = p_message AND p_citizen = ANY (b.citizens)
   ORDER BY b.round, b.try, d.part
$$;
CREATE FUNCTION same_unreached(p_message bigint, what text) RETURNS text LANGUAGE sql AS $$
  SELECT set_eq(format('SELECT citizen_id FROM message_unreached(%s)', p_message),
                format('SELECT * FROM unreached_plainly(%s)', p_message), what) $$;
CREATE FUNCTION same_people(p_message bigint, what text) RETURNS text LANGUAGE sql AS $$
  SELECT is_empty(format(
    'SELECT c.id FROM citizen c WHERE ARRAY(SELECT (channel, round, try, state)::text FROM ledger_person(%1$s, c.id))
       IS DISTINCT FROM ARRAY(SELECT (channel, round, try, state)::text FROM person_plainly(%1$s, c.id))', p_message), what) $$;

SELECT sending() AS m \gset
SELECT array_agg(id ORDER BY id) AS b FROM batch WHERE message_id = :m \gset
SELECT is((SELECT count(*) FROM batch WHERE message_id = :m), 3::bigint, 'three batches of ten');
SELECT is_empty(format('SELECT * FROM message_unreached(%s)', :m), 'nobody has failed yet');

SELECT carry((:'b'::bigint[])[1], ARRAY['accepted', 'refused', 'later', 'accepted', 'unknown', 'refused']);
SELECT same_unreached(:m, 'after the first batch');
SELECT same_people(:m, 'and each person');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');

SELECT carry(id, ARRAY['accepted']) FROM batch WHERE message_id = :m AND try = 2;
SELECT carry((:'b'::bigint[])[2], ARRAY['accepted', 'accepted', 'refused']);
UPDATE batch SET valid_until = now() - interval '1 second' WHERE id = (:'b'::bigint[])[3];
SELECT batch_claim(9, 1, '1 minute', 1, '{}');
SELECT is((SELECT state FROM message WHERE id = :m), 'sent', 'it is through');
SELECT same_unreached(:m, 'refused and too late');
SELECT same_people(:m, 'and each person');
SELECT is((SELECT count(*) FROM message_unreached(:m) WHERE reason = 'late'), 10::bigint, 'ten were too late');
UPDATE message SET next_step = now() WHERE id = :m;
SELECT is((SELECT count(*) FROM message_reached(:m)), 30::bigint, 'a correction is also for those to whom it goes by the next step');
UPDATE message SET next_step = NULL WHERE id = :m;

-- Again: a second round, over the borders of the first one's batches.
UPDATE citizen SET reach = '{email}' WHERE tenant_id = :here;
SELECT message_resend(:m, 4, now() + interval '1 day') AS again \gset
SELECT is(:again::int, (SELECT sum(size)::int FROM batch WHERE message_id = :m AND round = 2), 'all of them');
SELECT is((SELECT count(DISTINCT key) FROM batch WHERE message_id = :m AND round = 2),
          (SELECT count(*) FROM batch WHERE message_id = :m AND round = 2), 'each batch with a key of its own');
SELECT is_empty(format('SELECT * FROM message_unreached(%s)', :m), 'now they wait again');
SELECT throws_ok(format('SELECT message_resend(%s, 4, now())', :m), 'CH003', NULL, 'not twice at once');
SELECT carry(id, ARRAY['accepted', 'refused', 'later']) FROM batch WHERE message_id = :m AND round = 2 AND try = 1;
SELECT same_unreached(:m, 'in the second round');
SELECT same_people(:m, 'and each person');
SELECT carry(id, ARRAY['refused']) FROM batch WHERE message_id = :m AND round = 2 AND try = 2;
SELECT same_unreached(:m, 'after it');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');
SELECT message_resend(:m, 100, now() + interval '1 day');
SELECT carry(id, ARRAY['accepted']) FROM batch WHERE message_id = :m AND round = 3;
SELECT is_empty(format('SELECT * FROM message_unreached(%s)', :m), 'a third round reaches the rest');
SELECT same_people(:m, 'and each person');

-- Stopped in the middle of a batch.
SELECT sending() AS s \gset
SELECT min(id) AS one FROM batch WHERE message_id = :s \gset
UPDATE batch SET state = 'sending', fence = 1, lease_until = now() + interval '1 minute' WHERE id = :one;
SELECT batch_start(:one, 1, 0, 4, '1 minute');
SELECT batch_record(:one, 1, citizens[1:4], ARRAY['accepted', 'accepted', 'accepted', 'refused'], ARRAY[0, 0, 0, 0],
                    ARRAY['', '', '', 'refused'], ARRAY['', '', '', '']) FROM batch WHERE id = :one;
SELECT message_stop(:s);
SELECT batch_start(:one, 1, 4, 4, '1 minute');
SELECT same_unreached(:s, 'stopped: the three who have it are not among them');
SELECT is((SELECT count(*) FROM message_unreached(:s)), 27::bigint, 'the others are');
SELECT throws_ok(format('SELECT message_resend(%s, 4, now())', :s), 'CH003', NULL, 'and it is the end');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');

-- Ended with members in the air: they are in doubt until their verdicts come.
SELECT sending() AS w \gset
SELECT min(id) AS one, max(id) AS other FROM batch WHERE message_id = :w \gset
UPDATE batch SET state = 'sending', fence = 1, lease_until = now() + interval '1 minute' WHERE id IN (:one, :other);
SELECT batch_start(:one, 1, 0, 4, '1 minute'), batch_start(:other, 1, 0, 3, '1 minute');
SELECT batch_record(:one, 1, citizens[1:1], ARRAY['accepted'], ARRAY[0], ARRAY[''], ARRAY['']) FROM batch WHERE id = :one;
UPDATE batch SET valid_until = now() - interval '1 second' WHERE id = :other;
SELECT batch_start(:other, 1, 3, 4, '1 minute');
SELECT message_stop(:w);
SELECT batch_start(:one, 1, 4, 4, '1 minute');
SELECT results_eq(format('SELECT state, accepted, unknown FROM batch WHERE id IN (%s, %s) ORDER BY id', :one, :other),
  $$ VALUES ('cancelled', 1, 3), ('cancelled', 0, 3) $$, 'too late and stopped: whoever was in the air is in doubt');
SET LOCAL ROLE chromo_courier;
SELECT batch_record(:one, 1, citizens[2:4], ARRAY['accepted', 'refused', 'unknown'], ARRAY[250, 550, 0],
                    ARRAY['', 'refused', 'no_answer'], ARRAY['', '', '']) FROM batch WHERE id = :one;
SELECT batch_record(:other, 1, citizens[1:3], ARRAY['accepted', 'accepted', 'later'], ARRAY[250, 250, 450],
                    ARRAY['', '', 'mailbox_full'], ARRAY['', '', '']) FROM batch WHERE id = :other;
RESET ROLE;
SELECT results_eq(format('SELECT state, accepted, refused, later, unknown FROM batch WHERE id IN (%s, %s) ORDER BY id', :one, :other),
  $$ VALUES ('cancelled', 2, 1, 0, 1), ('cancelled', 2, 0, 1, 0) $$, 'and then what is known of them counts');
SELECT same_unreached(:w, 'those who have it are not among the unreached');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');

-- In doubt, and then nothing can be asked any more: they left (two), it was too late (two, in a
-- batch of their own), or it was stopped.  One is asked about again, and has it; one was refused.
CREATE FUNCTION numbers(p_message bigint) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s = %s reached, %s failed, %s unsure, %s waiting %s', total, reached, failed, unsure, waiting, reasons)
    FROM message_numbers(p_message) $$;
CREATE FUNCTION unsure(p_message bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM message_unreached(p_message) WHERE unsure $$;
SELECT sending() AS d \gset
SELECT array_agg(id ORDER BY id) AS b FROM batch WHERE message_id = :d \gset
SELECT citizens[1:6] AS c FROM batch WHERE id = (:'b'::bigint[])[1] \gset
CREATE FUNCTION answer(p_batch bigint, p_states text[], p_rest text) RETURNS void LANGUAGE sql AS $$
  UPDATE batch SET state = 'sending', fence = fence + 1, lease_until = now() + interval '1 minute' WHERE id = p_batch;
  SELECT batch_start(p_batch, b.fence, 0, 1000, '1 minute') FROM batch b WHERE b.id = p_batch;
  SELECT batch_record(p_batch, b.fence, b.citizens, w.states, ARRAY(SELECT 0 FROM unnest(b.citizens)),
                      ARRAY(SELECT CASE x WHEN 'unknown' THEN 'no_answer' WHEN 'refused' THEN 'refused' ELSE '' END FROM unnest(w.states) x),
                      ARRAY(SELECT '' FROM unnest(b.citizens)))
    FROM batch b, LATERAL (SELECT p_states || array_fill(p_rest, ARRAY[greatest(b.size - cardinality(p_states), 0)]) AS states) w WHERE b.id = p_batch;
  SELECT batch_finish(p_batch, b.fence, '1 minute') FROM batch b WHERE b.id = p_batch;
$$;
SELECT answer((:'b'::bigint[])[1], '{unknown,unknown,unknown,unknown,later,later}', 'accepted');
SELECT answer((:'b'::bigint[])[2], '{unknown,unknown}', 'accepted');
SELECT answer((:'b'::bigint[])[3], '{}', 'accepted');
SELECT is(numbers(:d), '30 = 22 reached, 0 failed, 6 unsure, 2 waiting {}', 'six in doubt, two wait');
CREATE FUNCTION dropped_day() RETURNS bigint LANGUAGE sql AS $$
  SELECT coalesce(substring(metrics() FROM 'chromo_people_day\{channel="email",verdict="dropped"\} (\d+)')::bigint, 0) $$;
SELECT dropped_day() AS dropped \gset
UPDATE citizen SET state = 'paused' WHERE id = (:'c'::bigint[])[1];
UPDATE contact SET state = 'failed' WHERE citizen_id = (:'c'::bigint[])[2];
UPDATE citizen SET state = 'paused' WHERE id = (:'c'::bigint[])[5];
SELECT answer(id, '{accepted,accepted,accepted,refused,accepted,accepted}', 'accepted') FROM batch WHERE message_id = :d AND try = 2 AND size = 6;
SELECT is(numbers(:d), '30 = 24 reached, 2 failed, 4 unsure, 0 waiting {"left": 1, "refused": 1}', 'who left in doubt is not counted as not reached');
SELECT is(dropped_day() - :dropped, 1::bigint, 'nor among the dropped of /metrics');
UPDATE batch SET valid_until = now() - interval '1 second', due = now() WHERE message_id = :d AND state = 'queued';
SELECT batch_claim(9, 1, '1 minute', 1, '{}');
SELECT is((SELECT state FROM message WHERE id = :d), 'sent', 'it is through');
SELECT is(numbers(:d), '30 = 24 reached, 2 failed, 4 unsure, 0 waiting {"left": 1, "refused": 1}', 'nor for whom it was too late to be asked');
SELECT same_unreached(:d, 'all are listed');
SELECT is(unsure(:d), 4::bigint, 'these as such');
SELECT is((SELECT string_agg(state, ' ' ORDER BY try) FROM ledger_person(:d, (:'c'::bigint[])[1])), 'unknown', 'and of the person too: one try');
SELECT is((SELECT string_agg(state, ' ' ORDER BY try) FROM ledger_person(:d, (:'c'::bigint[])[5])), 'later dropped', 'who just waited was not reached');
SELECT is((SELECT string_agg(state, ' ' ORDER BY try) FROM ledger_person(:d, (:'c'::bigint[])[3])), 'unknown accepted', 'who was found at the gateway has it');
SELECT is_empty(format('SELECT citizen_id FROM message_unreached(%1$s) WHERE NOT unsure AND citizen_id IN (SELECT message_reached(%1$s))', :d), 'no correction for those who have it not');
SELECT is((SELECT count(*) FROM message_reached(:d)), 28::bigint, 'one for those who may have it');
UPDATE citizen SET state = 'active' WHERE id = ANY (:'c');
UPDATE contact SET state = 'active' WHERE citizen_id = ANY (:'c');
SELECT is((SELECT count(*) FROM message_again(:d)), 2::bigint, 'they are not written to again');
UPDATE batch SET lane = 0 WHERE message_id = :d;
SELECT is((SELECT count(*) FROM message_again(:d)), 6::bigint, 'but by what saves lives');
SELECT is(message_resend(:d, 100, now() + interval '1 day'), 6, 'so it goes to them');
SELECT answer(id, '{accepted,refused,refused}', 'accepted') FROM batch WHERE message_id = :d AND round = 2;
SELECT is(numbers(:d), '30 = 28 reached, 1 failed, 1 unsure, 0 waiting {"refused": 1}', 'refused then they still may have the first');
SELECT is(unsure(:d), 1::bigint, 'as listed');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');

-- Where doubts are many they are read of the whole message at once: the same ones.
SELECT sending() AS g \gset
CREATE FUNCTION doubts_plainly(p_message bigint) RETURNS TABLE (citizen_id bigint, reason text, open boolean) LANGUAGE sql AS $$
  SELECT u.c, (SELECT d.reason FROM delivery d WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.state = 'unknown' ORDER BY d.try DESC LIMIT 1),
         bool_or(b.state IN ('queued', 'sending')) AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.state = 'dropped')
    FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
   WHERE b.message_id = p_message AND (b.unknown > 0 OR b.try > 1)
     AND EXISTS (SELECT FROM delivery d WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.state = 'unknown')
     AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.state IN ('accepted', 'refused'))
   GROUP BY u.c
$$;
SELECT set_config('session_replication_role', 'replica', true);
DELETE FROM batch WHERE message_id = :g;
INSERT INTO batch (message_id, channel, key, citizens, first, last, size, due, valid_until, state, unknown, try)
SELECT :g, 'email', gen_random_uuid(), c, c[1], c[cardinality(c)], cardinality(c), now(), now() + interval '1 day', k.state, k.unknown, k.try
  FROM (VALUES (1, 3000, 1, 'done', 1), (1, 1500, 2, 'done', 1), (1400, 1500, 3, 'queued', 0)) AS k (low, high, try, state, unknown),
       LATERAL (SELECT array_agg(9000000000 + i ORDER BY i) AS c FROM generate_series(k.low, k.high) i) x;
CREATE FUNCTION many(p_message bigint, p_doubts int) RETURNS void LANGUAGE sql AS $$
  DELETE FROM delivery WHERE message_id = p_message;
  INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
  SELECT p_message, 9000000000 + i, 'email', 1, 1, 1, CASE WHEN i <= p_doubts THEN 'unknown' ELSE 'accepted' END, 'first' FROM generate_series(1, 3000) i
  UNION ALL
  SELECT p_message, 9000000000 + i, 'email', 1, 2, 1, (ARRAY['accepted', 'refused', 'dropped', 'unknown', 'later'])[i % 5 + 1], 'second' FROM generate_series(1, 1500) i
$$;
SELECT many(:g, 100), set_config('session_replication_role', 'origin', true);
SELECT results_eq(format('SELECT citizen_id, reason, open FROM message_doubts(%s) ORDER BY 1', :g),
                  format('SELECT * FROM doubts_plainly(%s) ORDER BY 1', :g), 'few');
SELECT many(:g, 1500);
SELECT cmp_ok((SELECT count(*) FROM message_doubts(:g)), '>', 850::bigint, 'many');
SELECT results_eq(format('SELECT citizen_id, reason, open FROM message_doubts(%s) ORDER BY 1', :g),
                  format('SELECT * FROM doubts_plainly(%s) ORDER BY 1', :g), 'the same of many');
SELECT cmp_ok((SELECT count(*) FROM message_doubts(:g) WHERE open), '>', 30::bigint, 'some are asked again');
SELECT set_config('session_replication_role', 'replica', true);
DELETE FROM delivery WHERE message_id = :g;
DELETE FROM batch WHERE message_id = :g;
DELETE FROM message WHERE id = :g;
SELECT set_config('session_replication_role', 'origin', true);

-- Quiet hours: batches of those who are in them lie among the others, and of each person it is known all the same.
CREATE FUNCTION quiet(p_of int, p_rest int, p_hours int) RETURNS void LANGUAGE sql AS $$
  UPDATE citizen SET quiet_from = CASE WHEN p_hours > 0 THEN t::time END,
                     quiet_to = CASE WHEN p_hours > 0 THEN (t + make_interval(hours => p_hours))::time END
    FROM (SELECT date_trunc('hour', now() AT TIME ZONE 'Asia/Tokyo') AS t) x
   WHERE tenant_id = current_tenant() AND id % p_of = p_rest $$;
SELECT quiet(3, 1, 2), quiet(5, 2, 5);
SELECT sending() AS q \gset
SELECT ok((SELECT count(DISTINCT due) = 3 FROM batch WHERE message_id = :q), 'now, in two hours, and in five');
SELECT same_people(:q, 'each person');
SELECT carry(id, ARRAY['accepted', 'refused', 'later']) FROM batch WHERE message_id = :q AND due <= now();
SELECT same_people(:q, 'each person, tried again');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');
SELECT message_stop(:q);

-- The gateway was away, and they began meanwhile: whoever is in them is not woken when it is back.
SELECT quiet(1, 0, 0);
SELECT sending() AS r, sending() AS v \gset
UPDATE batch SET lane = 0 WHERE message_id = :v;
SELECT quiet(3, 1, 2), quiet(5, 2, 5);
CREATE FUNCTION awake() RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM citizen WHERE tenant_id = current_tenant() AND state = 'active' AND quiet_from IS NULL $$;
CREATE FUNCTION claimed(p_message bigint, p_lane int) RETURNS bigint LANGUAGE sql AS $$
  SELECT sum(c.size) FROM batch_claim(99, p_lane, '1 minute', 1, '{}') c WHERE c.message_id = p_message $$;
UPDATE batch SET due = now() - interval '11 minutes' WHERE message_id IN (:r, :v);
SELECT is(claimed(:v, 0), 30::bigint, 'of what saves lives all go out');
SELECT is(claimed(:r, 1), awake(), 'those who are awake');
SELECT is((SELECT count(*) FROM batch b, unnest(b.citizens) u (c) JOIN citizen z ON z.id = u.c
            WHERE b.message_id = :r AND b.state = 'queued' AND b.due > now() AND z.quiet_from IS NOT NULL), 30 - awake(), 'the others wait for the end');
SELECT ok((SELECT count(DISTINCT due) = 2 AND max(due) > now() + interval '3 hours' FROM batch WHERE message_id = :r AND state = 'queued'), 'each for their own');
SELECT is((SELECT sum(size) FROM batch WHERE message_id = :r), 30::bigint, 'and nobody is lost');
SELECT same_people(:r, 'of each it is known');
SELECT answer(id, '{}', 'accepted') FROM batch WHERE message_id = :r AND state = 'sending';
SELECT answer(id, '{}', 'later') FROM batch WHERE message_id = :r AND state = 'queued';
UPDATE batch SET due = now(), valid_until = now() + interval '1 hour' WHERE message_id = :r AND try = 2;
SELECT is(claimed(:r, 1), NULL, 'nor is who is tried again');
SELECT is((SELECT state FROM message WHERE id = :r), 'sent', 'and what is over by then is over');
SELECT same_unreached(:r, 'they are told');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');
SELECT quiet(1, 0, 0), message_stop(:v);

-- Letters: what is in the hands of this courier is not claimed by it, and a yes counts.
INSERT INTO letter (kind, key, sealed, valid_until) VALUES ('x', gen_random_uuid(), 'x', now() + interval '1 hour') RETURNING id AS l \gset
SELECT is((SELECT count(*) FROM letter_claim(9, '-1 second', 1, '{}')), 1::bigint, 'claimed, with a lease that has run out');
SELECT is_empty(format('SELECT * FROM letter_claim(9, ''-1 second'', 1, ''{}'', ''{%s}'')', :l), 'not by who has it');
SELECT is((SELECT fence FROM letter_claim(9, '1 minute', 2, '{}')), 2::bigint, 'by another');
SELECT is(letter_record(:l, 1, 'queued', 450, 'mailbox_full', '1 minute'), NULL, 'a late no does not count');
SELECT is(letter_record(:l, 1, 'accepted', 250, '', '0'), true, 'a late yes does');
SELECT is(letter_record(:l, 2, 'queued', 450, 'mailbox_full', '1 minute'), NULL, 'and it is not sent a third time');
SELECT is((SELECT state FROM letter WHERE id = :l), 'accepted', 'it is done');

-- Each fault is found.
CREATE FUNCTION fault(p_change text, p_kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    EXECUTE p_change;
    SELECT string_agg(DISTINCT kind, ' ') INTO found FROM ledger_faults();
    RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
  EXCEPTION WHEN SQLSTATE 'ZZ000' THEN NULL;
  END;
  RETURN is(found, p_kind, 'a fault: ' || p_kind);
END $$;
SELECT sending() AS g \gset
SELECT min(id) AS one FROM batch WHERE message_id = :g \gset
SELECT fault(format('UPDATE message SET recipients = 31 WHERE id = %s', :g), 'members');
SELECT fault(format('DELETE FROM batch WHERE id = %s', :one), 'members');
SELECT fault(format('UPDATE batch SET accepted = accepted - 1 WHERE id = (SELECT min(id) FROM batch WHERE message_id = %s)', :m), 'counts');
SELECT fault(format('UPDATE message SET state = ''sent'' WHERE id = %s', :g), 'open');
SELECT fault(format('UPDATE message SET state = ''sending'' WHERE id = %s', :m), 'settled');
SELECT fault(format('UPDATE batch SET state = ''sending'', lease_until = now() - interval ''1 hour'' WHERE id = %s', :one), 'lease');
SELECT fault(format('UPDATE message SET state = ''approved'', published = NULL, updated = now() - interval ''1 hour'' WHERE id = %s', :m), 'planless');
SELECT fault(format('INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, at)
  SELECT %s, citizens[1], ''email'', 1, 1, 1, ''unknown'', now() - interval ''25 hours'' FROM batch WHERE id = %s', :g, :one), 'unknown');
SELECT fault($$ INSERT INTO letter (kind, key, due, valid_until) VALUES ('x', gen_random_uuid(), now() - interval '1 hour', now()) $$, 'letter');
SELECT is_empty('SELECT * FROM ledger_faults()', 'and without one, none');

SELECT * FROM finish();
ROLLBACK;
