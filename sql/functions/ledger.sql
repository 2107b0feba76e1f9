-- The ledger: what became of everybody, and whether it adds up.

-- What a batch says of a member without a row.  One that was refused as a whole was
-- cut in two: it goes on in those.
CREATE OR REPLACE FUNCTION batch_word(b batch) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN b.state = 'done' THEN
                CASE b.verdict WHEN 'accepted' THEN 'accepted' WHEN 'unknown' THEN 'unknown' WHEN 'refused' THEN 'later'
                               ELSE 'queued' END
              WHEN b.state = 'queued' AND b.doubt THEN 'unknown'
              WHEN b.state = 'queued' AND b.verdict = 'later' THEN 'later'
              ELSE b.state END
$$;

-- What became of one person: a row for each try, in order.  Batches of one channel,
-- language, round, step and try never overlap, so that of all that begin before the
-- person the last one is the only candidate: a few probes of batch_once, however many
-- batches there are.  Who has no row of their own has the word of the batch.
CREATE OR REPLACE FUNCTION ledger_person(p_message bigint, p_citizen bigint)
RETURNS TABLE (channel text, round int, try int, state text, code int, reason text, detail text, at timestamptz)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  s record;
  b batch;
BEGIN
  FOR s IN
    WITH RECURSIVE kind AS (
      (SELECT x.channel, x.language, x.round, x.step, x.try FROM batch x WHERE x.message_id = p_message
        ORDER BY x.channel, x.language, x.round, x.step, x.try LIMIT 1)
      UNION ALL
      SELECT n.channel, n.language, n.round, n.step, n.try
        FROM kind o
       CROSS JOIN LATERAL (SELECT x.channel, x.language, x.round, x.step, x.try FROM batch x
                            WHERE x.message_id = p_message
                              AND (x.channel, x.language, x.round, x.step, x.try) > (o.channel, o.language, o.round, o.step, o.try)
                            ORDER BY x.channel, x.language, x.round, x.step, x.try LIMIT 1) n)
    SELECT * FROM kind k ORDER BY k.round, k.step, k.try
  LOOP
    SELECT * INTO b FROM batch x
     WHERE x.message_id = p_message AND x.channel = s.channel AND x.language = s.language AND x.round = s.round
       AND x.step = s.step AND x.try = s.try AND x.first <= p_citizen
     ORDER BY x.first DESC LIMIT 1;
    CONTINUE WHEN NOT FOUND OR b.last < p_citizen OR p_citizen <> ALL (b.citizens);
    RETURN QUERY
      SELECT b.channel, b.round, b.try,
             coalesce(CASE d.receipt WHEN 'delivered' THEN 'delivered' WHEN 'undelivered' THEN 'refused' END, d.state, batch_word(b)),
             coalesce(d.code, b.code), coalesce(d.reason, b.reason), coalesce(d.detail, b.detail),
             coalesce(d.receipt_at, d.at, b.finished, b.first_try, b.due)
        FROM (SELECT) one
        LEFT JOIN delivery d ON d.message_id = p_message AND d.citizen_id = p_citizen
                            AND d.channel = b.channel AND d.round = b.round AND d.try = b.try
       ORDER BY d.part;
  END LOOP;
END $$;

-- Members of a message for whom the last word was no: refused, left meanwhile, or
-- too late.  Found from what failed, not from all: a million who got it cost nothing.
-- Of a message with steps, those are left out whom another step reached.
CREATE OR REPLACE FUNCTION message_unreached(p_message bigint)
RETURNS TABLE (citizen_id bigint, lane smallint, reason text)
LANGUAGE sql STABLE AS $$
  WITH failed AS (
    SELECT d.citizen_id AS c, d.round::int AS round, d.reason
      FROM delivery d
     WHERE d.message_id = p_message AND d.state IN ('refused', 'dropped') AND d.reason IS DISTINCT FROM 'seen'
    UNION ALL
    SELECT d.citizen_id, d.round, d.reason FROM delivery d WHERE d.message_id = p_message AND d.receipt = 'undelivered'
    UNION ALL
    SELECT u.c, b.round, CASE b.state WHEN 'held' THEN coalesce(b.reason, 'late') ELSE 'stopped' END
      FROM batch b
     CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.state IN ('held', 'cancelled')
       AND NOT EXISTS (SELECT FROM delivery d
                        WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.channel = b.channel
                          AND d.round = b.round AND d.try = b.try
                          AND d.state IN ('accepted', 'refused', 'dropped'))),
  again AS MATERIALIZED (
    SELECT b.round, u.c
      FROM batch b
     CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.round > 1 AND b.try = 1)
  SELECT DISTINCT ON (f.c) f.c, (SELECT min(b.lane) FROM batch b WHERE b.message_id = p_message), f.reason
    FROM failed f
   WHERE NOT EXISTS (SELECT FROM again a WHERE a.c = f.c AND a.round > f.round)
     AND ((SELECT m.step FROM message m WHERE m.id = p_message) = 1
          OR NOT EXISTS (SELECT FROM ledger_person(p_message, f.c) p
                          WHERE p.state IN ('accepted', 'delivered', 'unknown', 'queued', 'sending', 'later') AND p.round >= f.round))
   ORDER BY f.c, f.round DESC
$$;

-- Whom a message reached or may have reached, those included to whom it is on its way: a
-- correction of it is for them.
CREATE OR REPLACE FUNCTION message_reached(p_message bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  SELECT u.c FROM batch b CROSS JOIN unnest(b.citizens) AS u (c) WHERE b.message_id = p_message AND b.parent IS NULL
  EXCEPT
  SELECT citizen_id FROM message_unreached(p_message)
$$;

-- "None is lost" as a query (safety.md 4): whatever this finds is a fault of ours
-- or a courier that does not run.  An empty answer: every member of every message
-- has a last word, or is in exactly one batch that is waiting for its turn.

-- Of one tenant.  kind:
--	planless	approved, due for a quarter of an hour, and nobody planned it, or not to its end
--	members		the batches of the first try do not add up to the recipients
--	counts		a batch is done, but not all of its members have a word or a next try
--	open		the message is sent, and a batch of it is not
--	settled		nothing is left to do, and the message does not say so
--	lease		a courier has a batch whose lease ran out ten minutes ago
--	unknown		nobody has asked for a day what became of a mail, or of a call
--	step		the next step of a ladder is due for a quarter of an hour
--	post		a message that goes to X has no post there; or it is sent, and its post is not;
--			or nobody asks what became of it
--	letter		a letter is due for a quarter of an hour
CREATE OR REPLACE FUNCTION ledger_faults()
RETURNS TABLE (kind text, message_id bigint, batch_id bigint, n bigint)
LANGUAGE sql STABLE AS $$
  SELECT 'planless', m.id, NULL::bigint, 1::bigint
    FROM message m
   WHERE m.state = 'approved' AND coalesce(m.send_at, m.updated) < now() - interval '15 minutes'
     AND m.updated < now() - interval '15 minutes'
      OR m.state = 'sending' AND m.planned_to IS NOT NULL AND m.published < now() - interval '15 minutes'
  UNION ALL
  SELECT 'members', m.id, NULL, m.recipients - coalesce(sum(b.size), 0)
    FROM message m
    LEFT JOIN batch b ON b.message_id = m.id AND b.round = 1 AND b.step = 1 AND b.parent IS NULL
   WHERE m.state IN ('sending', 'sent', 'stopped') AND m.published IS NOT NULL
   GROUP BY m.id, m.recipients
  HAVING m.recipients IS DISTINCT FROM coalesce(sum(b.size), 0)::int
  UNION ALL
  SELECT 'counts', b.message_id, b.id, b.size - b.accepted - b.refused - b.dropped - coalesce(x.size, 0)
    FROM batch b
    LEFT JOIN (SELECT parent, sum(size) AS size FROM batch WHERE parent IS NOT NULL GROUP BY parent) x ON x.parent = b.id
   WHERE b.state = 'done'
     AND b.size <> b.accepted + b.refused + b.dropped + coalesce(x.size, 0) + CASE WHEN b.verdict = 'unknown' THEN b.unknown ELSE 0 END
  UNION ALL
  SELECT 'open', m.id, b.id, b.size::bigint
    FROM batch b
    JOIN message m ON m.id = b.message_id
   WHERE b.state IN ('queued', 'sending') AND m.state = 'sent'
  UNION ALL
  SELECT 'settled', m.id, NULL, 1
    FROM message m
   WHERE m.state = 'sending' AND m.planned_to IS NULL
     AND NOT EXISTS (SELECT FROM batch b WHERE b.message_id = m.id
                        AND (b.state IN ('queued', 'sending') OR (b.state = 'held' AND b.lease_until > now())))
     AND NOT EXISTS (SELECT FROM post p WHERE p.message_id = m.id AND p.state IN ('queued', 'sending'))
  UNION ALL
  SELECT 'lease', b.message_id, b.id, b.size::bigint
    FROM batch b
   WHERE b.state = 'sending' AND b.lease_until < now() - interval '10 minutes'
  UNION ALL
  SELECT 'unknown', b.message_id, b.id, count(*)
    FROM batch b
    JOIN message m ON m.id = b.message_id AND m.state = 'sending'
    JOIN delivery d ON d.message_id = b.message_id AND d.channel = b.channel AND d.round = b.round
                   AND d.state = 'unknown' AND d.at < now() - interval '1 day'
   WHERE b.state IN ('queued', 'sending') AND d.citizen_id = ANY (b.citizens) AND d.try >= b.try - 1
   GROUP BY b.message_id, b.id
  UNION ALL
  SELECT 'unknown', b.message_id, b.id, b.size::bigint
    FROM batch b
   WHERE b.state IN ('queued', 'sending') AND b.doubt AND b.first_try < now() - interval '25 hours'
  UNION ALL
  SELECT 'step', m.id, NULL, m.step::bigint
    FROM message m
   WHERE m.next_step < now() - interval '15 minutes' AND m.state IN ('sending', 'sent')
  UNION ALL
  SELECT 'post', m.id, NULL, 1
    FROM message m
   WHERE m.by_x AND m.published IS NOT NULL AND NOT EXISTS (SELECT FROM post p WHERE p.message_id = m.id)
  UNION ALL
  SELECT 'post', p.message_id, p.id, 1
    FROM post p
    JOIN message m ON m.id = p.message_id
   WHERE (p.state IN ('queued', 'sending') AND m.state = 'sent' AND NOT p.withdraw)
      OR (p.state = 'sending' AND p.lease_until < now() - interval '10 minutes')
      OR ((p.state = 'queued' OR (p.state = 'accepted' AND p.withdraw)) AND p.due < now() - interval '15 minutes')
  UNION ALL
  SELECT 'letter', NULL, l.id, 1
    FROM letter l
   WHERE l.state IN ('queued', 'sending') AND l.due < now() - interval '15 minutes'
     AND coalesce(l.lease_until, l.due) < now() - interval '15 minutes'
$$;
