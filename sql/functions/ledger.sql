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
-- batches there are.  Only those whose quiet hours end at another time are in batches of their
-- own, which lie among these; nothing that saves lives has such (lane 0).  They are looked for
-- among all batches, where no candidate of a try has the person, for a try has them once.  Who
-- has no row of their own has the word of the batch.
--
-- Of whom it is not known whether they have it, and who then left, or whose next try was too late
-- or stopped, nobody will ever know.  That nothing was done in that try is no row where the one
-- before tells the doubt.
CREATE OR REPLACE FUNCTION ledger_person(p_message bigint, p_citizen bigint)
RETURNS TABLE (channel text, round int, try int, state text, code int, reason text, detail text, at timestamptz)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  s    record;
  b    batch;           -- the last one that had them
  far  batch;
  dark int;
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
    SELECT k.*, x.id, x.lane, p_citizen = ANY (x.citizens) AS mine
      FROM kind k
     CROSS JOIN LATERAL (SELECT y.id, y.lane, y.citizens FROM batch y
                          WHERE y.message_id = p_message AND y.channel = k.channel AND y.language = k.language AND y.round = k.round
                            AND y.step = k.step AND y.try = k.try AND y.first <= p_citizen
                          ORDER BY y.first DESC LIMIT 1) x
     ORDER BY k.round, k.step, k.try, mine DESC
  LOOP
    IF s.mine THEN
      SELECT * INTO b FROM batch x WHERE x.id = s.id;
    ELSIF s.lane > 0 AND (s.round, s.step, s.try) IS DISTINCT FROM (b.round, b.step, b.try) THEN
      SELECT * INTO far FROM batch x
       WHERE x.message_id = p_message AND x.channel = s.channel AND x.language = s.language AND x.round = s.round
         AND x.step = s.step AND x.try = s.try AND x.first <= p_citizen AND x.last >= p_citizen AND p_citizen = ANY (x.citizens);
      CONTINUE WHEN NOT FOUND;
      b := far;
    ELSE
      CONTINUE;
    END IF;
    dark := (SELECT max(o.try) FROM delivery o WHERE o.message_id = p_message AND o.citizen_id = p_citizen AND o.channel = b.channel
                AND o.round = b.round AND o.try <= b.try AND o.state = 'unknown');
    RETURN QUERY
      SELECT b.channel, b.round, b.try,
             coalesce(CASE d.receipt WHEN 'delivered' THEN 'delivered' WHEN 'undelivered' THEN 'refused' END,
                      CASE WHEN e.ended IS NOT NULL AND dark IS NOT NULL THEN 'unknown' END, e.ended, d.state, batch_word(b)),
             -- Why the rest of a batch was held is not why somebody got it.
             coalesce(d.code, b.code), CASE d.state WHEN 'accepted' THEN d.reason ELSE coalesce(d.reason, b.reason) END, coalesce(d.detail, b.detail),
             coalesce(d.receipt_at, d.at, b.finished, b.first_try, b.due)
        FROM (SELECT) one
        LEFT JOIN delivery d ON d.message_id = p_message AND d.citizen_id = p_citizen
                            AND d.channel = b.channel AND d.round = b.round AND d.try = b.try
       CROSS JOIN LATERAL (SELECT CASE WHEN d.state = 'dropped' AND d.reason IS DISTINCT FROM 'seen' THEN 'dropped'
                                       WHEN b.state IN ('held', 'cancelled') AND coalesce(d.state, 'later') = 'later' THEN b.state END AS ended) e
       WHERE e.ended IS NULL OR dark IS NULL OR dark < b.try - 1
       ORDER BY d.part;
  END LOOP;
END $$;

-- Of whom a message is not known to have reached them or not, by which way: handed over without a
-- word, and nothing said since that they have it or not.  open: they are asked about or written to
-- again; no longer after they left, or once it is too late or stopped.  Calls that carry all are
-- not among them: there it is the batch that says so.
--
-- Hashed, as message_missed is.  What else is said of people is looked up for each while they are
-- few, and read of the whole message at once where they are many.
CREATE OR REPLACE FUNCTION message_doubts(p_message bigint)
RETURNS TABLE (citizen_id bigint, channel text, round int, step int, reason text, open boolean)
LANGUAGE sql STABLE SET work_mem = '256MB' SET enable_nestloop = off SET enable_mergejoin = off AS $$
  WITH asked AS MATERIALIZED (
    SELECT DISTINCT ON (u.citizen_id, u.channel, u.round) u.citizen_id AS c, u.channel, u.round, u.reason
      FROM delivery u
     WHERE u.message_id = p_message AND u.state = 'unknown'
     ORDER BY u.citizen_id, u.channel, u.round, u.try DESC, u.part DESC),
  size AS MATERIALIZED (SELECT count(*) > 1000 AS many FROM asked),
  -- word: a yes or a no, or that they were dropped.
  said AS (
    SELECT a.c, a.channel, a.round, a.reason,
           (SELECT min(CASE r.state WHEN 'dropped' THEN 2 ELSE 1 END) FROM delivery r
             WHERE r.message_id = p_message AND r.citizen_id = a.c AND r.channel = a.channel AND r.round = a.round
               AND r.state IN ('accepted', 'refused', 'dropped')) AS word
      FROM asked a
     WHERE NOT (SELECT s.many FROM size s)
    UNION ALL
    SELECT a.c, a.channel, a.round, a.reason, w.word
      FROM asked a
      LEFT JOIN (SELECT r.citizen_id AS c, r.channel, r.round, min(CASE r.state WHEN 'dropped' THEN 2 ELSE 1 END) AS word
                   FROM delivery r
                   JOIN asked o ON o.c = r.citizen_id AND o.channel = r.channel AND o.round = r.round
                  WHERE r.message_id = p_message AND r.state IN ('accepted', 'refused', 'dropped') AND (SELECT s.many FROM size s)
                  GROUP BY 1, 2, 3) w USING (c, channel, round)
     WHERE (SELECT s.many FROM size s))
  SELECT k.c, k.channel, k.round::int, min(m.step)::int, min(k.reason), bool_or(m.state IN ('queued', 'sending') AND k.word IS NULL)
    FROM said k
    JOIN (SELECT u.c, b.channel, b.round, b.step, b.state
            FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
           WHERE b.message_id = p_message AND (b.unknown > 0 OR b.try > 1)
          OFFSET 0) m ON m.c = k.c AND m.channel = k.channel AND m.round = k.round
   WHERE k.word IS DISTINCT FROM 1
   GROUP BY k.c, k.channel, k.round
$$;

-- Whom a message has not reached so far, by all of its rounds, steps and tries: waiting, unsure
-- or failed, with the reason of the last way.  open: it is tried again, or asked about.  Who said
-- that they saw it was reached, and whose household did.
--
-- Whoever is in a later step or round was in the first, and has a row or an open batch there
-- where that did not reach them.  One walk over the members, hashed: of a message that was
-- planned a moment ago PostgreSQL knows nothing yet, and would look through all rows for each.
DROP FUNCTION IF EXISTS message_missed(bigint);
CREATE OR REPLACE FUNCTION message_missed(p_message bigint)
RETURNS TABLE (citizen_id bigint, stand text, reason text, open boolean)
LANGUAGE sql STABLE SET work_mem = '256MB' SET enable_nestloop = off AS $$
  WITH somebody AS MATERIALIZED (
    SELECT d.citizen_id AS c FROM delivery d WHERE d.message_id = p_message AND d.state <> 'accepted'
    UNION
    SELECT d.citizen_id FROM delivery d WHERE d.message_id = p_message AND d.receipt = 'undelivered'
    UNION
    SELECT u.c FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.round = 1 AND b.step = 1 AND (b.state <> 'done' OR b.verdict = 'unknown')),
  tried AS MATERIALIZED (
    SELECT s.c, m.round, m.step, m.channel, m.try, d.part, m.state IN ('queued', 'sending') AND d.state IS DISTINCT FROM 'dropped' AS open,
           CASE WHEN d.receipt = 'delivered' THEN 'accepted'
                WHEN d.receipt = 'undelivered' THEN 'refused'
                WHEN m.state IN ('held', 'cancelled') AND coalesce(d.state, 'later') = 'later' THEN m.state
                ELSE coalesce(d.state, m.word) END AS word,
           coalesce(d.reason, m.reason, CASE m.state WHEN 'cancelled' THEN 'stopped' ELSE 'late' END) AS reason
      FROM (SELECT u.c, b.round, b.step, b.channel, b.try, b.state, b.reason, b.word
              FROM (SELECT x.*, batch_word(x) AS word FROM batch x WHERE x.message_id = p_message OFFSET 0) b
             CROSS JOIN unnest(b.citizens) AS u (c)
            OFFSET 0) m	-- or the hash is asked anew for each batch
      JOIN somebody s ON s.c = m.c
      LEFT JOIN delivery d ON d.message_id = p_message AND d.citizen_id = s.c AND d.channel = m.channel
                          AND d.round = m.round AND d.try = m.try),
  reached AS MATERIALIZED (
    SELECT t.c FROM tried t WHERE t.word = 'accepted'
    UNION
    SELECT s.citizen_id FROM seen s WHERE s.message_id = p_message),
  -- By one way it is the last try that counts; but what was in doubt before stays so until
  -- there is a yes or a no: of whoever left meanwhile nobody will know.
  way AS (
    SELECT DISTINCT ON (t.c, t.round, t.step, t.channel) t.c, t.round, t.step, t.reason, t.open AND t.word <> 'refused' AS open,
           CASE WHEN t.word = 'refused' OR (t.word = 'dropped' AND t.reason = 'seen') THEN 'failed'
                WHEN bool_or(t.word = 'unknown') OVER tries THEN 'unsure'
                WHEN t.word IN ('dropped', 'held', 'cancelled') THEN 'failed'
                ELSE 'waiting' END AS stand
      FROM tried t
     WHERE NOT EXISTS (SELECT FROM reached r WHERE r.c = t.c)
    WINDOW tries AS (PARTITION BY t.c, t.round, t.step, t.channel)
     ORDER BY t.c, t.round, t.step, t.channel, t.try DESC, t.part DESC NULLS LAST)
  SELECT w.c,
         CASE WHEN bool_or(w.stand = 'waiting') THEN 'waiting' WHEN bool_or(w.stand = 'unsure') THEN 'unsure' ELSE 'failed' END,
         (array_agg(w.reason ORDER BY w.round DESC, w.step DESC) FILTER (WHERE w.stand = 'failed'))[1], bool_or(w.open)
    FROM way w
   GROUP BY w.c
$$;

-- Members of a message who are not known to have it, and for whom nothing more is done: refused,
-- left meanwhile, too late.  unsure: they may have it, for what was handed over got no answer.
-- Found from what failed, not from all: a million who got it cost nothing.  Left out are who said
-- that they saw it, and of a message with steps or rounds whom another of them reached or may yet reach.
DROP FUNCTION IF EXISTS message_unreached(bigint);
CREATE OR REPLACE FUNCTION message_unreached(p_message bigint)
RETURNS TABLE (citizen_id bigint, lane smallint, reason text, unsure boolean)
LANGUAGE sql STABLE AS $$
  WITH failed AS (
    SELECT d.citizen_id AS c, d.round::int AS round, d.reason, NULL::text AS doubt
      FROM delivery d
     WHERE d.message_id = p_message AND d.state IN ('refused', 'dropped') AND d.reason IS DISTINCT FROM 'seen'
    UNION ALL
    SELECT d.citizen_id, d.round, d.reason, NULL FROM delivery d WHERE d.message_id = p_message AND d.receipt = 'undelivered'
    UNION ALL
    SELECT u.c, b.round, CASE b.state WHEN 'held' THEN coalesce(b.reason, 'late') ELSE 'stopped' END, NULL
      FROM batch b
     CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.state IN ('held', 'cancelled')
       AND NOT EXISTS (SELECT FROM delivery d
                        WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.channel = b.channel
                          AND d.round = b.round AND d.try = b.try
                          AND d.state IN ('accepted', 'refused', 'dropped'))
    UNION ALL
    SELECT u.c, b.round, b.reason, coalesce(b.reason, 'no_answer')
      FROM batch b
     CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.state = 'done' AND b.verdict = 'unknown'
       AND NOT EXISTS (SELECT FROM delivery d
                        WHERE d.message_id = p_message AND d.citizen_id = u.c AND d.channel = b.channel
                          AND d.round = b.round AND d.try = b.try AND d.state = 'dropped')
    UNION ALL
    SELECT x.citizen_id, x.round, x.reason, coalesce(x.reason, 'no_answer') FROM message_doubts(p_message) x WHERE NOT x.open),
  again AS MATERIALIZED (
    SELECT b.round, u.c
      FROM batch b
     CROSS JOIN unnest(b.citizens) AS u (c)
     WHERE b.message_id = p_message AND b.round > 1 AND b.try = 1),
  missed AS MATERIALIZED (
    SELECT x.citizen_id AS c, x.stand, x.open
      FROM message_missed(p_message) x
     WHERE (SELECT m.step FROM message m WHERE m.id = p_message) > 1 OR EXISTS (SELECT FROM again)),
  last AS (
    SELECT DISTINCT ON (f.c) f.c, coalesce(f.doubt, f.reason) AS reason, f.doubt
      FROM failed f
     WHERE NOT EXISTS (SELECT FROM again a WHERE a.c = f.c AND a.round > f.round)
       AND NOT EXISTS (SELECT FROM seen s WHERE s.message_id = p_message AND s.citizen_id = f.c)
     ORDER BY f.c, f.round DESC, f.doubt IS NULL)
  SELECT l.c, (SELECT min(b.lane) FROM batch b WHERE b.message_id = p_message), l.reason,
         coalesce(x.stand = 'unsure', l.doubt IS NOT NULL)
    FROM last l
    LEFT JOIN missed x ON x.c = l.c
   WHERE coalesce(NOT x.open, (SELECT m.step FROM message m WHERE m.id = p_message) = 1 AND NOT EXISTS (SELECT FROM again))
   ORDER BY l.c
$$;

-- Whom a message reached or may have reached, those included to whom it is on its way, or
-- goes by a step that is still to come: a correction of it is for them, and for whom they have become.
CREATE OR REPLACE FUNCTION message_reached(p_message bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  WITH member AS (
    SELECT u.c FROM batch b CROSS JOIN unnest(b.citizens) AS u (c) WHERE b.message_id = p_message AND b.parent IS NULL
    EXCEPT
    SELECT u.citizen_id FROM message_unreached(p_message) u
     WHERE NOT u.unsure AND NOT EXISTS (SELECT FROM message m WHERE m.id = p_message AND m.next_step IS NOT NULL))
  SELECT c FROM member
  UNION ALL
  SELECT z.successor FROM citizen z JOIN member m ON m.c = z.id WHERE z.successor IS NOT NULL
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
