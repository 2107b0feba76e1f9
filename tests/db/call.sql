-- What a round says about many calls at once is what it would say about each of them.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
WITH made AS (INSERT INTO citizen (state, language) SELECT 'active', 'ja' FROM generate_series(1, 16) RETURNING id)
INSERT INTO contact (citizen_id, channel, address, hash, state) SELECT id, 'line', ('U' || id)::bytea, ('h' || id)::bytea, 'active' FROM made;

INSERT INTO message (department_id, author_id, subject, audience, by_line, valid_until, publish_until)
SELECT d.id, s.id, '件名', 'everyone', true, now() + interval '1 day', now() + interval '9 days' FROM department d, staff s
 WHERE (d.tenant_id, s.tenant_id) = (:here, :here) RETURNING id AS m \gset
SET LOCAL session_replication_role = replica;
UPDATE message SET state = 'approved', hash = 'these bytes' WHERE id = :m;
SET LOCAL session_replication_role = origin;
SELECT message_plan(:m, 2);
SELECT min(id) AS one FROM batch WHERE message_id = :m \gset
SELECT is((SELECT count(*)::int FROM batch_claim(100, 1, interval '1 minute', 1, '{}', '{}', 'line')), 8, 'eight calls');
SELECT is((SELECT array_agg(DISTINCT ARRAY[state, fence::text, holder::text, doubt::text]) FROM batch WHERE message_id = :m),
          ARRAY[ARRAY['sending', '1', '1', 'false']], '… are in our hands');
SELECT is((SELECT count(*)::int FROM batch_claim(100, 1, interval '1 minute', 2, '{}', '{}', 'line')), 0, '… and in nobody else''s');

-- One of the second call left, of the third all did; the fourth is somebody else's by now.
UPDATE citizen SET state = 'paused' WHERE id IN (SELECT citizens[1] FROM batch WHERE id = :one + 1 UNION SELECT unnest(citizens) FROM batch WHERE id = :one + 2);
UPDATE batch SET fence = 2 WHERE id = :one + 3;
SELECT array_agg(id ORDER BY id) AS ids FROM batch WHERE message_id = :m \gset

-- All that the batches say; now() is one moment in a transaction.
CREATE FUNCTION pg_temp.told(m bigint) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg((to_jsonb(b) - '{id,key,parent}'::text[])::text, E'\n' ORDER BY first, try) FROM batch b WHERE message_id = m $$;
CREATE FUNCTION pg_temp.dropped(m bigint) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(citizen_id || ' ' || reason, ', ' ORDER BY citizen_id) FROM delivery WHERE message_id = m $$;
CREATE FUNCTION pg_temp.verdicts(OUT states text[], OUT codes int[], OUT reasons text[], OUT ids text[]) LANGUAGE sql AS $$
  SELECT '{accepted,accepted,accepted,accepted,later,refused,unknown,accepted}'::text[], '{200,200,200,200,500,400,0,409}'::int[],
         '{"","","","",gateway_failed,content_refused,timeout,""}'::text[], '{"","","","","","","",far}'::text[] $$;

SAVEPOINT before;
SELECT count(*) AS rows FROM unnest(:'ids'::bigint[]) id, batch_start(id, 1, 0, 2, interval '1 minute') \gset
SELECT pg_temp.told(:m) AS begun, pg_temp.dropped(:m) AS dropped \gset
SELECT string_agg(batch_record_call(id, 1, v.states[n], v.codes[n], v.reasons[n], '', v.ids[n], interval '5 seconds', interval '23 hours')::text, ' ' ORDER BY id) AS mine
  FROM unnest(:'ids'::bigint[]) WITH ORDINALITY AS x (id, n), pg_temp.verdicts() v \gset
SELECT pg_temp.told(:m) AS ended \gset
ROLLBACK TO before;

SELECT is((SELECT array_agg(batch ORDER BY batch) FROM batch_start_calls(:'ids', array_fill(1::bigint, ARRAY[8]), interval '1 minute', 0)),
          ARRAY[:one, :one + 1, :one + 4, :one + 5, :one + 6, :one + 7]::bigint[], 'of eight six begin');
SELECT is(pg_temp.told(:m), :'begun', '… as they would one by one');
SELECT is(pg_temp.dropped(:m), :'dropped', '… and the same people are dropped');
SELECT citizens[1] AS first, citizens[2] AS second FROM batch WHERE id = :one \gset
SELECT alike((SELECT encode(address, 'escape') FROM batch_start_calls(ARRAY[:one]::bigint[], '{1}', interval '1 minute', 0)),
             format('%%U%s%%U%s', :first, :second), 'begun again, because the answer was lost, it has the same addresses');
SELECT is(pg_temp.told(:m), :'begun', '… and is the same try');
SELECT is((SELECT string_agg(mine::text, ' ' ORDER BY r.batch) FROM pg_temp.verdicts() v,
             batch_record_calls(:'ids', array_fill(1::bigint, ARRAY[8]), v.states, v.codes, v.reasons, array_fill(''::text, ARRAY[8]), v.ids,
                                array_fill(5, ARRAY[8]), interval '23 hours') r), :'mine', 'whose they are');
SELECT is(pg_temp.told(:m), :'ended', 'what becomes of each is what would become of it alone');
SELECT is((SELECT string_agg(state, ' ' ORDER BY id) FROM batch WHERE id = ANY (:'ids')), 'done done done sending queued done queued done', 'which is this');

-- Calls that were not carried out, and quiet hours have begun: who is awake is in another call, with
-- a key of its own, the others wait.  One in doubt stays what it is.
ROLLBACK TO before;
UPDATE batch SET fence = 1 WHERE message_id = :m;
UPDATE citizen SET state = 'active' WHERE tenant_id = :here;
SELECT count(*) FROM batch_start_calls(ARRAY[:one, :one + 1]::bigint[], '{1,1}', interval '1 minute', 0);
SELECT batch_record_call(:one, 1, 'later', 429, 'gateway_busy', '', '', '0 s', '23 hours'),
       batch_record_call(:one + 1, 1, 'unknown', 0, 'timeout', '', '', '0 s', '23 hours');
UPDATE citizen SET quiet_from = x.t::time, quiet_to = (x.t + interval '2 hours')::time
  FROM (SELECT date_trunc('hour', now() AT TIME ZONE 'Asia/Tokyo') AS t) x
 WHERE id IN (:second, (SELECT citizens[1] FROM batch WHERE id = :one + 1));
SELECT key AS refused FROM batch WHERE id = :one \gset
SELECT key AS dark FROM batch WHERE id = :one + 1 \gset
SELECT set_eq($$ SELECT size, doubt FROM batch_claim(100, 1, interval '1 minute', 1, '{}', '{}', 'line') $$, 'VALUES (1, false), (2, true)', 'claimed again');
SELECT ok((SELECT citizens = ARRAY[:first]::bigint[] AND key <> :'refused' FROM batch WHERE id = :one), 'who is awake, in another call');
SELECT ok((SELECT key = :'dark' FROM batch WHERE id = :one + 1), 'nobody leaves a call in doubt');
SELECT is((SELECT array_agg(b.due > now() AND b.key NOT IN (:'refused', o.key)) FROM batch b, batch o
            WHERE o.id = :one AND b.state = 'queued' AND b.citizens = ARRAY[:second]::bigint[]), '{true}', 'who is not waits, once');
SELECT is((SELECT count(*)::int FROM batch_start_calls(ARRAY[:one, :one + 1]::bigint[], '{2,2}', interval '1 minute', 0)), 2, 'both begin');
SELECT is_empty('SELECT * FROM ledger_faults()', 'all adds up');
SELECT * FROM finish();
ROLLBACK;
