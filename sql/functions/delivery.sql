-- Delivery, as the courier does it (architecture.md 5): batch by batch, place by place.

-- Who begins to send and who stops a message wait for each other: couriers share
-- this lock, message_stop() has it alone.
CREATE OR REPLACE FUNCTION message_gate(p_message bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT hashtextextended('message_gate', p_message) $$;

-- A courier goes through the gates of all messages of its round before it locks anything else, in
-- one order: with the month of SMS or LINE in its hands (sms_room, line_room) it would wait for
-- one behind somebody who stops that message, who waits for a courier that waits for the month.
CREATE OR REPLACE FUNCTION message_gates(p_messages bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  m bigint;
BEGIN
  FOR m IN SELECT DISTINCT u.m FROM unnest(p_messages) AS u (m) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock_shared(message_gate(m));
  END LOOP;
END $$;

-- Notes as unknown whoever of this batch may have been handed over without a word.
-- Returns how many.
CREATE OR REPLACE FUNCTION batch_doubt(b batch) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
  SELECT b.message_id, c, b.channel, b.round, b.try, b.fence, 'unknown', 'courier_lost'
    FROM unnest(b.citizens[1:b.reached]) AS c
   WHERE NOT EXISTS (SELECT FROM delivery d
                      WHERE d.message_id = b.message_id AND d.citizen_id = c AND d.channel = b.channel
                        AND d.round = b.round AND d.try = b.try
                        AND (d.part = b.fence OR d.state <> 'unknown'));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;

-- A batch that ends before all of it was sent: stopped, or too late.  Whoever is in the
-- air then is in doubt until the courier says what came of it; of a call that may have
-- been carried out nobody knows ever after.
CREATE OR REPLACE FUNCTION batch_break(b batch, p_state text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  flying int := 0;
BEGIN
  IF channel_shares(b.channel) AND (b.doubt OR (b.state = 'sending' AND b.reached > 0)) THEN
    UPDATE batch x SET state = 'done', verdict = 'unknown', doubt = true, unknown = x.size - x.dropped, finished = now()
     WHERE x.id = b.id;
  ELSE
    IF b.state = 'sending' AND b.reached > 0 THEN
      flying := batch_doubt(b);
    END IF;
    UPDATE batch x SET state = p_state, finished = now(), unknown = x.unknown + flying,
                       lease_until = CASE WHEN flying > 0 THEN x.lease_until END
     WHERE x.id = b.id;
  END IF;
END $$;

-- Takes batches of a channel for this courier: up to p_limit, none above p_lane.  Free
-- are those that wait and those whose lease ran out or whose courier is dead (p_dead); but
-- not p_held, which this very courier has in its hands: it knows what became of them, and
-- a database that was away for longer than the lease does not make it forget.  A try that
-- broke off leaves members of whom nobody knows: they are noted as unknown and sent again
-- under the same key, which is the one extra that SMTP may cost (safety.md 4).  Of a call
-- that carries all, the batch notes it (doubt).
CREATE OR REPLACE FUNCTION batch_claim(p_limit int, p_lane int, p_lease interval, p_holder int, p_dead int[],
                                       p_held bigint[] DEFAULT '{}', p_channel text DEFAULT 'email')
RETURNS TABLE (id bigint, message_id bigint, revision int, lane int, try int, key uuid, size int, fence bigint,
               language text, call int, doubt boolean, body_hash bytea, valid_until timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c     record;         -- without the members, which a claim does not read
  b     batch;
  m     message;
  lost  int;
  taken bigint[] := ARRAY[]::bigint[];
  lacks int[] := ARRAY[]::int[];
  darks boolean[] := ARRAY[]::boolean[];
BEGIN
  FOR c IN
    SELECT x.id, x.message_id, x.lane, x.try, x.key, x.size, x.fence, x.language, x.calls, x.doubt, x.body_hash, x.valid_until, x.due,
           x.state = 'sending' AND x.reached > 0 AS broken,
           x.state = 'queued' AND x.verdict = 'later' AND NOT x.doubt AND x.dropped = 0 AS undone
      FROM batch x
     WHERE x.state IN ('queued', 'sending') AND x.due <= now() AND x.lane <= p_lane AND x.channel = p_channel
       AND (x.state = 'queued' OR x.lease_until <= now() OR x.holder = ANY (p_dead))
       AND x.id <> ALL (p_held)
     ORDER BY x.lane, x.due, x.id
     LIMIT p_limit
       FOR UPDATE SKIP LOCKED
  LOOP
    IF m.id IS DISTINCT FROM c.message_id THEN
      SELECT * INTO m FROM message x WHERE x.id = c.message_id;
    END IF;
    IF m.state <> 'sending' OR c.valid_until <= now() THEN
      SELECT * INTO b FROM batch x WHERE x.id = c.id;
      PERFORM batch_break(b, CASE WHEN m.state = 'sending' THEN 'held' ELSE 'cancelled' END);
      PERFORM message_settle(c.message_id);
      CONTINUE;
    END IF;
    size := c.size;
    key := c.key;
    IF c.lane > 0 AND (c.undone OR c.fence = 0 AND (c.try > 1 OR c.due < now() - interval '10 minutes')) THEN
      size := batch_hush(c.id);
      IF size = 0 THEN
        PERFORM message_settle(c.message_id);
        CONTINUE;
      END IF;
      SELECT x.key INTO key FROM batch x WHERE x.id = c.id;
    END IF;
    lost := 0;
    doubt := c.doubt;
    IF c.broken THEN
      IF channel_shares(p_channel) THEN
        doubt := true;
      ELSE
        SELECT * INTO b FROM batch x WHERE x.id = c.id;
        lost := batch_doubt(b);
      END IF;
    END IF;
    taken := taken || c.id;
    lacks := lacks || lost;
    darks := darks || doubt;
    id := c.id;
    message_id := c.message_id;
    revision := m.revision;
    lane := c.lane;
    try := c.try;
    fence := c.fence + 1;
    language := c.language;
    call := c.calls;
    body_hash := c.body_hash;
    valid_until := c.valid_until;
    RETURN NEXT;
  END LOOP;
  UPDATE batch x
     SET state = 'sending', fence = x.fence + 1, reached = 0, unknown = x.unknown + u.lost, doubt = u.dark,
         lease_until = now() + p_lease, holder = p_holder
    FROM unnest(taken, lacks, darks) AS u (id, lost, dark)
   WHERE x.id = u.id AND x.id = ANY (taken);
END $$;

-- Marks the next p_most members behind place p_from as begun, and says whom to send
-- to: a row for each address, and a last one without a citizen that tells how far the
-- batch is begun now.  No row at all, and nothing is sent: the lease was lost, the message
-- was stopped, or its time has passed.  doubt: an earlier try may have been carried out.
--
-- Asked again with the same p_from, because the answer was lost, it gives the same
-- members again and begins no others.  p_reserve: what the town keeps of its month at LINE.
DROP FUNCTION IF EXISTS batch_start(bigint, bigint, int, int, interval);
CREATE OR REPLACE FUNCTION batch_start(p_batch bigint, p_fence bigint, p_from int, p_most int, p_lease interval, p_reserve bigint DEFAULT 0)
RETURNS TABLE (reached int, citizen_id bigint, address bytea, language text, contact_id bigint, doubt boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  b      batch;
  r      record;
  place  int := p_from;
  upto   int;
  begun  int := 0;
  gone   bigint[] := ARRAY[]::bigint[];
  saw    bigint[] := ARRAY[]::bigint[];
  dark   bigint[] := ARRAY[]::bigint[];
  nobody int := 0;
  unsure int := 0;
  paid   int := 0;
BEGIN
  SELECT * INTO b FROM batch x WHERE x.id = p_batch FOR UPDATE;
  IF b.fence IS DISTINCT FROM p_fence OR b.state <> 'sending' THEN
    RETURN;
  END IF;
  -- From here on no stop is committed before this is.
  PERFORM pg_advisory_xact_lock_shared(message_gate(b.message_id));
  IF NOT EXISTS (SELECT FROM message m WHERE m.id = b.message_id AND m.state = 'sending') THEN
    PERFORM batch_break(b, 'cancelled');
    RETURN;
  END IF;
  IF b.valid_until <= now() AND b.reached <= p_from THEN
    PERFORM batch_break(b, 'held');
    PERFORM message_settle(b.message_id);
    RETURN;
  END IF;
  IF channel_shares(b.channel) THEN
    IF p_reserve > 0 AND b.lane > 0 AND b.reached <= p_from AND NOT b.doubt AND NOT line_room(b.size, p_reserve) THEN
      PERFORM batch_hold(p_batch, p_fence, 'quota_kept');
      RETURN;
    END IF;
    RETURN QUERY SELECT * FROM batch_start_call(b, p_lease);
    RETURN;
  END IF;

  -- SMS cost something: as many as the month still has room for.  Asked again, the same.
  IF b.channel = 'sms' AND b.reached <= p_from THEN
    p_most := sms_room(b.message_id, least(p_most, b.size - p_from), b.lane = 0);
    paid := p_most;
    IF p_most = 0 THEN
      PERFORM batch_hold(p_batch, p_fence, 'quota_spent');
      RETURN;
    END IF;
  END IF;

  -- The first time round the next places are the next members; after a claim that
  -- had predecessors, those with a verdict are passed over: also who is in doubt because the
  -- gateway gave no answer, whose turn comes with the next try.  Begun again and again they
  -- would be the one by whom a gateway is probed, and everybody behind them would wait.
  upto := CASE WHEN b.reached > p_from THEN b.reached
               WHEN b.fence = 1 THEN least(b.size, p_from + p_most) ELSE b.size END;
  FOR r IN
    SELECT t.place, t.c, k.citizen AS id, k.address, k.language, k.contact,
           (b.try > 1 OR b.fence > 1)
           AND EXISTS (SELECT FROM delivery d
                        WHERE d.message_id = b.message_id AND d.citizen_id = t.c AND d.channel = b.channel
                          AND d.round = b.round AND d.state = 'unknown') AS dark,
           -- Who pressed 「見ました」 since this step of a ladder was planned.
           b.step > 1 AND EXISTS (SELECT FROM seen s WHERE s.message_id = b.message_id AND s.citizen_id = t.c) AS seen
      FROM (SELECT (p_from + u.n)::int AS place, u.c
              FROM unnest(b.citizens[p_from + 1 : upto]) WITH ORDINALITY AS u (c, n)
             WHERE b.fence = 1
                OR NOT EXISTS (SELECT FROM delivery d
                                WHERE d.message_id = b.message_id AND d.citizen_id = u.c AND d.channel = b.channel
                                  AND d.round = b.round AND d.try = b.try
                                  AND (d.state <> 'unknown' OR d.reason IS DISTINCT FROM 'courier_lost'))
             ORDER BY u.n
             LIMIT p_most) t
      -- Member by member (OFFSET): before a fresh town was analyzed, the planner would
      -- rather join all its citizens with all their addresses.
      LEFT JOIN LATERAL (SELECT c.id AS citizen, c.language, a.id AS contact, a.address
                           FROM citizen c, contact a
                          WHERE c.id = t.c AND c.state = 'active'
                            AND a.citizen_id = t.c AND a.channel = b.channel AND a.state = 'active' OFFSET 0) k ON true
     ORDER BY t.place, k.contact
  LOOP
    -- Several rows of one place: the devices of one person.
    begun := begun + (r.place <> place)::int;
    place := r.place;
    reached := r.place;
    IF r.seen THEN
      saw := saw || r.c;
      CONTINUE;
    END IF;
    citizen_id := r.c;
    doubt := r.dark;
    IF r.id IS NOT NULL THEN
      address := r.address;
      language := r.language;
      contact_id := r.contact;
      paid := paid - 1;
      RETURN NEXT;
      CONTINUE;
    END IF;
    FOR address, language, contact_id IN SELECT s.* FROM successor_addresses(b, r.c) s LOOP
      paid := paid - 1;
      RETURN NEXT;
    END LOOP;
    IF NOT FOUND THEN
      gone := gone || r.c;
      IF r.dark THEN
        dark := dark || r.c;
      END IF;
    END IF;
  END LOOP;
  IF b.channel = 'sms' AND paid > 0 THEN
    PERFORM sms_settle(b.message_id, paid, 0);
  END IF;
  IF begun < p_most THEN
    place := upto;
  END IF;

  -- Whoever left since planning, or saw it by another way, is dropped, with the reason.
  IF gone <> '{}' OR saw <> '{}' THEN
    WITH fresh AS (
      INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
      SELECT b.message_id, c, b.channel, b.round, b.try, b.fence, 'dropped', CASE WHEN c = ANY (saw) THEN 'seen' ELSE 'left' END
        FROM unnest(gone || saw) AS c
          ON CONFLICT DO NOTHING
      RETURNING citizen_id)
    SELECT count(*), count(*) FILTER (WHERE f.citizen_id = ANY (dark)) INTO nobody, unsure FROM fresh f;
  END IF;
  UPDATE batch x SET reached = greatest(x.reached, place), lease_until = now() + p_lease,
                     given = CASE WHEN b.channel = 'sms' AND b.reached <= p_from THEN sms_this_month() ELSE x.given END,
                     given_before = CASE WHEN b.reached > p_from THEN x.given_before WHEN p_from = 0 THEN 0
                                         WHEN x.given < sms_this_month() THEN p_from ELSE x.given_before END,
                     dropped = x.dropped + nobody, dropped_dark = x.dropped_dark + unsure, first_try = coalesce(x.first_try, now())
   WHERE x.id = p_batch;
  reached := place;
  citizen_id := NULL;
  address := NULL;
  language := NULL;
  contact_id := NULL;
  doubt := NULL;
  RETURN NEXT;
END $$;

-- A verdict that came after its doubt was noted (batch_doubt) takes its place, if there
-- is no other word about this try of the person.  It brings the far side's own name for it, by
-- which a receipt is known.
DROP FUNCTION IF EXISTS batch_truth(batch, bigint, bigint[], text[], int[], text[], text[]);
CREATE OR REPLACE FUNCTION batch_truth(b batch, p_fence bigint, p_citizens bigint[],
                                       p_states text[], p_codes int[], p_reasons text[], p_details text[], p_ids text[], p_parts int[])
RETURNS void LANGUAGE sql AS $$
  WITH known AS (
    UPDATE delivery d
       SET state = u.state, code = nullif(u.code, 0), reason = nullif(u.reason, ''),
           detail = nullif(u.detail, ''), at = now(), provider_id = nullif(u.id, ''), parts = nullif(u.parts, 0)
      FROM unnest(p_citizens, p_states, p_codes, p_reasons, p_details, p_ids, p_parts)
        AS u (citizen, state, code, reason, detail, id, parts)
     WHERE d.message_id = b.message_id AND d.citizen_id = u.citizen AND d.channel = b.channel
       AND d.round = b.round AND d.try = b.try AND d.part = p_fence
       AND d.state = 'unknown' AND d.reason = 'courier_lost' AND u.state <> 'unknown'
       AND NOT EXISTS (SELECT FROM delivery o
                        WHERE o.message_id = b.message_id AND o.citizen_id = u.citizen AND o.channel = b.channel
                          AND o.round = b.round AND o.try = b.try AND o.part <> p_fence AND o.state <> 'unknown')
    RETURNING d.state)
  UPDATE batch x
     SET accepted = x.accepted + t.accepted, refused = x.refused + t.refused,
         later = x.later + t.later, unknown = x.unknown - t.n
    FROM (SELECT count(*) AS n, count(*) FILTER (WHERE state = 'accepted') AS accepted,
                 count(*) FILTER (WHERE state = 'refused') AS refused,
                 count(*) FILTER (WHERE state = 'later') AS later
            FROM known) t
   WHERE x.id = b.id AND t.n > 0
$$;

-- The last one of a held batch is down: nothing more is to be waited for.
CREATE OR REPLACE FUNCTION batch_down(b batch) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM delivery d
                  WHERE d.message_id = b.message_id AND d.citizen_id = ANY (b.citizens[1:b.reached]) AND d.channel = b.channel
                    AND d.round = b.round AND d.try = b.try AND d.part = b.fence
                    AND d.state = 'unknown' AND d.reason = 'courier_lost') THEN
    UPDATE batch x SET lease_until = NULL WHERE x.id = b.id AND x.lease_until IS NOT NULL;
    PERFORM message_settle(b.message_id);
  END IF;
END $$;

-- Addresses that the far side says are gone for good: a device, a person who blocked
-- the town or asked for no more.
CREATE OR REPLACE FUNCTION contact_gone(p_contacts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_contacts <> '{}' THEN
    UPDATE contact SET state = 'failed', failed = now(), reason = 'address_gone'
     WHERE id = ANY (p_contacts) AND state = 'active';
  END IF;
END $$;

-- Writes verdicts down, and which addresses are gone (p_gone: contacts).  False: another
-- courier has the batch by now.  It noted as unknown what this one had begun; where the
-- letter was accepted, and the batch is not yet through, that is the truth, and whoever is
-- not yet written to again will not be.
CREATE OR REPLACE FUNCTION batch_record(p_batch bigint, p_fence bigint, p_citizens bigint[],
                                        p_states text[], p_codes int[], p_reasons text[], p_details text[],
                                        p_ids text[] DEFAULT '{}', p_parts int[] DEFAULT '{}', p_gone bigint[] DEFAULT '{}')
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  b       batch;
  settled bigint[] := ARRAY[]::bigint[];
  written int;
  people  bigint[];
  states  text[];
  costs   int[];
BEGIN
  SELECT * INTO b FROM batch x WHERE x.id = p_batch FOR UPDATE;
  IF NOT FOUND OR b.fence <> p_fence THEN
    IF b.state <> 'done' AND 'accepted' = ANY (p_states) THEN
      PERFORM batch_truth(b, p_fence, array_agg(u.citizen), array_agg(u.state), array_agg(u.code),
                          array_agg(u.reason), array_agg(u.detail), array_agg(u.id), array_agg(u.parts))
         FROM unnest(p_citizens, p_states, p_codes, p_reasons, p_details, p_ids, p_parts)
           AS u (citizen, state, code, reason, detail, id, parts)
        WHERE u.state = 'accepted';
    END IF;
    RETURN false;
  END IF;
  -- Who was begun a second time before the truth about the first was known has two
  -- mails: the second one counts as the doubt.  One that was looked for at the gateway, and found,
  -- is the first one: a receipt is of one row.
  IF b.fence > 1 THEN
    settled := ARRAY(SELECT c FROM unnest(p_citizens) AS c
                      WHERE EXISTS (SELECT FROM delivery d
                                     WHERE d.message_id = b.message_id AND d.citizen_id = c AND d.channel = b.channel
                                       AND d.round = b.round AND d.try = b.try AND d.part <> p_fence
                                       AND d.state <> 'unknown'));
  END IF;
  -- The same verdicts a second time (the answer to a commit was lost) change nothing.
  WITH fresh AS (
    INSERT INTO delivery (tenant_id, message_id, citizen_id, channel, round, try, part, state, code, reason, detail,
                          provider_id, parts)
    SELECT b.tenant_id, b.message_id, u.citizen, b.channel, b.round, b.try, b.fence,
           CASE WHEN u.citizen = ANY (settled) THEN 'unknown' ELSE u.state END, nullif(u.code, 0),
           CASE WHEN u.citizen = ANY (settled) THEN 'courier_lost' ELSE nullif(u.reason, '') END, nullif(u.detail, ''),
           CASE WHEN u.citizen <> ALL (settled)
                  OR NOT EXISTS (SELECT FROM delivery d
                                  WHERE d.message_id = b.message_id AND d.citizen_id = u.citizen AND d.channel = b.channel
                                    AND d.provider_id = u.id) THEN nullif(u.id, '') END,
           nullif(u.parts, 0)
      FROM unnest(p_citizens, p_states, p_codes, p_reasons, p_details, p_ids, p_parts)
        AS u (citizen, state, code, reason, detail, id, parts)
     WHERE u.citizen <> ALL (settled) OR u.state IN ('accepted', 'unknown')
    ON CONFLICT DO NOTHING
    RETURNING citizen_id, state, parts)
  UPDATE batch x
     SET accepted = x.accepted + t.accepted, refused = x.refused + t.refused,
         later = x.later + t.later, unknown = x.unknown + t.unknown
    FROM (SELECT array_agg(citizen_id) AS people, array_agg(state) AS states, array_agg(parts::int) AS parts,
                 count(*) FILTER (WHERE state = 'accepted') AS accepted,
                 count(*) FILTER (WHERE state = 'refused') AS refused,
                 count(*) FILTER (WHERE state = 'later') AS later,
                 count(*) FILTER (WHERE state = 'unknown') AS unknown,
                 count(*) AS n
            FROM fresh) t
   WHERE x.id = p_batch
  RETURNING t.n, t.people, t.states, t.parts INTO written, people, states, costs;
  IF b.channel = 'sms' THEN
    PERFORM sms_settle_batch(b, people, states, costs);
  END IF;
  IF written < cardinality(p_citizens) THEN
    PERFORM batch_truth(b, p_fence, p_citizens, p_states, p_codes, p_reasons, p_details, p_ids, p_parts);
  END IF;
  IF b.state = 'held' THEN
    PERFORM batch_down(b);
  END IF;

  PERFORM contact_gone(p_gone);
  -- An address that does not exist is not written to again after the second time
  -- on another day (integrations.md 11.4); a yes clears the count.
  IF 'mailbox_unknown' = ANY (p_reasons) THEN
    UPDATE contact k
       SET failures = k.failures + 1, failed = now(), reason = u.reason,
           state = CASE WHEN k.failures > 0 THEN 'failed' ELSE k.state END
      FROM unnest(p_citizens, p_states, p_reasons) AS u (citizen, state, reason)
     WHERE u.state = 'refused' AND u.reason = 'mailbox_unknown'
       AND k.citizen_id = u.citizen AND k.channel = b.channel AND k.state = 'active'
       AND (k.failed IS NULL OR k.failed < now() - interval '24 hours');
  END IF;
  IF EXISTS (SELECT FROM contact k WHERE k.failures > 0 AND k.state = 'active'
                AND k.citizen_id = ANY (p_citizens) AND k.channel = b.channel) THEN
    UPDATE contact k
       SET failures = 0, failed = NULL, reason = NULL
      FROM unnest(p_citizens, p_states) AS u (citizen, state)
     WHERE u.state = 'accepted' AND k.citizen_id = u.citizen AND k.channel = b.channel
       AND k.failures > 0 AND k.state = 'active';
  END IF;
  RETURN true;
END $$;

-- Ends a batch of which every member has a verdict.  Those to be tried again go
-- into a batch of their own, with the same key, after p_wait.
CREATE OR REPLACE FUNCTION batch_finish(p_batch bigint, p_fence bigint, p_wait interval) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  b     batch;
  again bigint[];
BEGIN
  UPDATE batch x SET state = 'done', finished = now(), lease_until = NULL
   WHERE x.id = p_batch AND x.fence = p_fence AND x.state = 'sending' AND x.reached = x.size
  RETURNING x.* INTO b;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF b.accepted + b.refused + b.dropped < b.size THEN
    SELECT array_agg(c ORDER BY c) INTO again
      FROM unnest(b.citizens) AS c
     WHERE NOT EXISTS (SELECT FROM delivery d
                        WHERE d.message_id = b.message_id AND d.citizen_id = c AND d.channel = b.channel
                          AND d.round = b.round AND d.try = b.try
                          AND d.state IN ('accepted', 'refused', 'dropped'));
    IF again IS NOT NULL THEN
      INSERT INTO batch (message_id, channel, language, lane, round, step, try, parent, key, first_try, citizens, first, last, size,
                         due, valid_until, state, finished)
      SELECT b.message_id, b.channel, b.language, b.lane, b.round, b.step, b.try + 1, b.id, b.key, b.first_try, again,
             again[1], again[cardinality(again)], cardinality(again), now() + p_wait, b.valid_until,
             CASE WHEN now() + p_wait >= b.valid_until THEN 'held' ELSE 'queued' END,
             CASE WHEN now() + p_wait >= b.valid_until THEN now() END;
    END IF;
  END IF;
  PERFORM message_settle(b.message_id);
END $$;

-- Gives a batch back at once when a courier ends in good order.
CREATE OR REPLACE FUNCTION batch_release(p_batch bigint, p_fence bigint) RETURNS void
LANGUAGE sql AS $$
  UPDATE batch SET lease_until = now() WHERE id = p_batch AND fence = p_fence AND state = 'sending'
$$;
