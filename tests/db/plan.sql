-- A large message is planned in parts (message_plan_part): nobody twice, nobody left out,
-- and it is not at its end before the last part is there.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
-- A third on LINE, half of those in English; the others by mail.
INSERT INTO citizen (state, reach, language)
SELECT 'active', CASE WHEN g % 3 = 0 THEN '{line}'::text[] ELSE '{email}' END, CASE WHEN g % 2 = 0 THEN 'en' ELSE 'ja' END
  FROM generate_series(1, 50) g;
SET LOCAL session_replication_role = replica;
INSERT INTO contact (citizen_id, channel, address, hash, state)
SELECT id, reach[1], 'x', id::text::bytea, 'active' FROM citizen WHERE tenant_id = :here;
SET LOCAL session_replication_role = origin;

CREATE FUNCTION approved(p_mail boolean DEFAULT true) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint;
BEGIN
  INSERT INTO message (department_id, author_id, subject, audience, by_email, by_line, valid_until, publish_until)
  SELECT d.id, s.id, '件名', 'everyone', p_mail, true, now() + interval '1 day', now() + interval '9 days'
    FROM department d, staff s WHERE d.tenant_id = current_tenant() AND s.tenant_id = current_tenant()
  RETURNING id INTO m;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = 'approved' WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN m;
END $$;
CREATE FUNCTION members(p_message bigint) RETURNS TABLE (n int, different int) LANGUAGE sql AS
$$ SELECT count(*)::int, count(DISTINCT u.c)::int FROM batch b CROSS JOIN unnest(b.citizens) u (c) WHERE b.message_id = p_message $$;
CREATE FUNCTION done(p_message bigint) RETURNS void LANGUAGE sql AS
$$ UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now() WHERE message_id = p_message AND state = 'queued';
   SELECT message_settle(p_message); SELECT message_settle_open() $$;

SELECT approved() AS m \gset
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 20)), '(20,t)', 'the first twenty, and there are more');
SELECT is((SELECT (state, recipients, published IS NOT NULL)::text FROM message WHERE id = :m), '(sending,20,t)', 'they can be sent, and it is on the site');
SELECT is((SELECT planned_to FROM message WHERE id = :m), (SELECT max(u.c) FROM batch b CROSS JOIN unnest(b.citizens) u (c) WHERE b.message_id = :m),
  'the place is known');
SELECT is((SELECT array_agg(message_due) FROM message_due()), ARRAY[:m]::bigint[], 'whoever looks finds it half planned');
SELECT is((SELECT count(*)::int FROM planner_work() WHERE tenant_id = :here), 1, '… from outside, too');
SELECT done(:m);
SELECT is((SELECT state FROM message WHERE id = :m), 'sending', 'those who were planned have it, and it is not at its end');
SELECT is((SELECT count(*)::int FROM ledger_faults()), 0, 'nor is that a fault');
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 20)), '(40,t)', 'the next twenty');
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 20)), '(50,f)', 'the last ten');
SELECT is((SELECT count(*)::int FROM message_plan_part(:m, 10, 20)), 0, 'and no others');
SELECT is((SELECT members(:m)::text), '(50,50)', 'everybody once');
SELECT is((SELECT count(*)::int FROM (SELECT first, lag(last) OVER (PARTITION BY channel, language ORDER BY first) AS before FROM batch WHERE message_id = :m) x
            WHERE before >= first), 0, 'the batches of a channel and language follow each other');
SELECT is((SELECT planned_to FROM message WHERE id = :m), NULL, 'it is planned');
SELECT is((SELECT count(*)::int FROM message_due()), 0, '… and due no more');
SELECT done(:m);
SELECT is((SELECT state FROM message WHERE id = :m), 'sent', 'and comes to its end');
SELECT is((SELECT count(*)::int FROM ledger_faults()), 0, 'no fault');

SELECT approved() AS m \gset
SELECT recipients FROM message_plan_part(:m, 10, 50) \gset
SELECT done(:m);
SELECT is((SELECT state FROM message WHERE id = :m), 'sending', 'the part was full: who knows');
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 50)), '(50,f)', 'nobody was left');
SELECT is((SELECT state FROM message WHERE id = :m), 'sent', 'which is its end');

SELECT approved(p_mail => false) AS m \gset
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 10)), '(10,t)', 'those whom it does not reach are not counted');
SELECT is((SELECT (recipients, more)::text FROM message_plan_part(:m, 10, 10)), '(16,f)', '… nor taken for the end');
SELECT is((SELECT members(:m)::text), '(16,16)', 'everybody on LINE');

SELECT approved() AS m \gset
SELECT recipients FROM message_plan_part(:m, 10, 20) \gset
SELECT message_stop(:m);
SELECT is((SELECT count(*)::int FROM message_plan_part(:m, 10, 20)), 0, 'a stop between two parts is one');
SELECT is((SELECT count(*)::int FROM message_due() d WHERE d = :m), 0, '… for every look');
SELECT is((SELECT count(*)::int FROM batch WHERE message_id = :m AND state = 'queued'), 0, '… and for what was planned');

-- A server that knows nothing of batches yet.
UPDATE pg_class SET relpages = 0, reltuples = 0 WHERE oid = 'batch'::regclass;
SET LOCAL ROLE chromo_courier;
SELECT batch_learn();
RESET ROLE;
SELECT cmp_ok((SELECT reltuples::int FROM pg_class WHERE oid = 'batch'::regclass), '>', 0, 'the batches are looked at anew, by who may not do so else');
SELECT is((SELECT count(*)::int FROM ledger_faults()), 0, 'of whom the ledger tells');

SELECT approved() AS m \gset
SELECT is(message_plan(:m, 10), 50, 'or all at once');
SELECT is((SELECT members(:m)::text), '(50,50)', 'everybody once');
SELECT throws_ok(format('UPDATE batch SET %s WHERE message_id = %s', wrong, :m), '23514', NULL, 'a batch tells of its members: ' || wrong)
  FROM unnest('{size = size + 1,first = first - 1,last = last + 1,citizens = citizens || last,citizens = NULL,size = 0}'::text[]) AS wrong;
-- Whoever holds some of them and is not there: each once, also beside one of which it is not known who has it.
UPDATE batch b SET state = 'sending', holder = nullif(x.n, 3) + 900000
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM batch WHERE message_id = :m) x WHERE b.id = x.id;
SELECT is((SELECT array_agg(holder ORDER BY holder) FROM courier_missing()),
          (SELECT array_agg(DISTINCT holder) FROM batch WHERE message_id = :m AND holder IS NOT NULL), 'couriers that are gone');
SELECT cmp_ok((SELECT count(*)::int FROM courier_missing()), '>', 2, '… some of them');
SELECT * FROM finish();
ROLLBACK;
