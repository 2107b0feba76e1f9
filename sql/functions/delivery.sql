-- Planning and delivery, as the courier does them (architecture.md 5).

-- Which tenants have messages whose time has come, or the next step of one, or writers
-- who have not been told how they ended.  This and the two below look
-- across the wall: they tell ids, lanes and numbers of couriers, and nothing else.  They are
-- asked several times a second, in PL/pgSQL, which keeps its plans.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION planner_work() RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT m.tenant_id FROM message m
   WHERE m.state = 'approved' AND (m.send_at IS NULL OR m.send_at <= now())
      OR m.next_step <= now()
      OR m.state = 'sending' AND m.planned_to IS NOT NULL
      OR m.state = 'sending' AND NOT EXISTS (SELECT FROM batch b WHERE b.tenant_id = m.tenant_id AND b.message_id = m.id
                                                AND (b.state IN ('queued', 'sending') OR (b.state = 'held' AND b.lease_until > now())))
                               AND NOT EXISTS (SELECT FROM post p WHERE p.tenant_id = m.tenant_id AND p.message_id = m.id
                                                AND p.state IN ('queued', 'sending'))
      OR m.state = 'sent' AND (m.told IS NULL OR m.told < m.finished) AND m.finished > now() - interval '1 hour'
   GROUP BY m.tenant_id
   ORDER BY random();
END $$;

-- Which tenants have something to be sent on this channel: letters, batches (the lowest
-- lane that is due), or both.  Those of the couriers in p_dead count as given back.
-- Emergencies first, then in random order.
CREATE OR REPLACE FUNCTION courier_work(p_dead int[], p_channel text DEFAULT 'email')
RETURNS TABLE (tenant_id bigint, letters boolean, lane int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT d.tenant_id, bool_or(d.lane IS NULL), min(d.lane)::int
    FROM (SELECT b.tenant_id, b.lane FROM batch b
           WHERE b.state IN ('queued', 'sending') AND b.due <= now() AND b.channel = p_channel
             AND (b.state = 'queued' OR b.lease_until <= now() OR b.holder = ANY (p_dead))
           GROUP BY b.tenant_id, b.lane
          UNION ALL
          SELECT l.tenant_id, NULL FROM letter l
           WHERE l.state IN ('queued', 'sending') AND l.due <= now() AND l.channel = p_channel
             AND (l.state = 'queued' OR l.lease_until <= now() OR l.holder = ANY (p_dead))) d
   GROUP BY d.tenant_id
   ORDER BY coalesce(min(d.lane), 0), random();
END $$;

-- Couriers that hold something and have no connection to the database.  There are a few of
-- them, each with thousands of batches: one is looked for below the other, from the last row
-- of an index to the first, where those that are through lie.
CREATE OR REPLACE FUNCTION courier_missing() RETURNS TABLE (holder int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE sender (holder) AS (
    (SELECT b.holder FROM batch b WHERE b.state = 'sending' AND b.holder IS NOT NULL ORDER BY b.holder DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT b.holder FROM batch b WHERE b.state = 'sending' AND b.holder < s.holder ORDER BY b.holder DESC LIMIT 1)
      FROM sender s WHERE s.holder IS NOT NULL),
  held AS (
    SELECT s.holder FROM sender s
    UNION
    SELECT l.holder FROM letter l WHERE l.state = 'sending'
    UNION
    SELECT p.holder FROM post p WHERE p.state = 'sending')
  SELECT h.holder FROM held h
   WHERE h.holder IS NOT NULL
     AND NOT EXISTS (SELECT FROM pg_locks k
                      WHERE k.locktype = 'advisory' AND k.classid = 4001 AND k.objsubid = 2
                        AND k.objid = h.holder::oid AND k.granted
                        AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database()));
END $$;
REVOKE ALL ON FUNCTION planner_work, courier_work, courier_missing FROM PUBLIC;
GRANT EXECUTE ON FUNCTION planner_work, courier_work, courier_missing TO chromo_courier;
SET LOCAL ROLE chromo_owner;

-- A courier says that it is here: a lock of its session, which the server lets go
-- the moment that the process or its connection ends.  Others read it off pg_locks
-- (courier_missing).  Said again and again, because a new connection is a new session.
CREATE OR REPLACE FUNCTION courier_here(p_holder int) RETURNS boolean
LANGUAGE sql AS $$ SELECT pg_try_advisory_lock_shared(4001, p_holder) $$;

-- Who begins to send and who stops a message wait for each other: couriers share
-- this lock, message_stop() has it alone.
CREATE OR REPLACE FUNCTION message_gate(p_message bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT hashtextextended('message_gate', p_message) $$;

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
  b     batch;
  m     message;
  lost  int;
  dark  boolean;
BEGIN
  FOR b IN
    SELECT * FROM batch x
     WHERE x.state IN ('queued', 'sending') AND x.due <= now() AND x.lane <= p_lane AND x.channel = p_channel
       AND (x.state = 'queued' OR x.lease_until <= now() OR x.holder = ANY (p_dead))
       AND x.id <> ALL (p_held)
     ORDER BY x.lane, x.due, x.id
     LIMIT p_limit
       FOR UPDATE SKIP LOCKED
  LOOP
    IF m.id IS DISTINCT FROM b.message_id THEN
      SELECT * INTO m FROM message x WHERE x.id = b.message_id;
    END IF;
    IF m.state <> 'sending' OR b.valid_until <= now() THEN
      PERFORM batch_break(b, CASE WHEN m.state = 'sending' THEN 'held' ELSE 'cancelled' END);
      PERFORM message_settle(b.message_id);
      CONTINUE;
    END IF;
    lost := 0;
    dark := b.doubt;
    IF b.state = 'sending' AND b.reached > 0 THEN
      IF channel_shares(p_channel) THEN dark := true; ELSE lost := batch_doubt(b); END IF;
    END IF;
    UPDATE batch x
       SET state = 'sending', fence = x.fence + 1, reached = 0, unknown = x.unknown + lost, doubt = dark,
           lease_until = now() + p_lease, holder = p_holder
     WHERE x.id = b.id;
    RETURN QUERY
      SELECT b.id, b.message_id, m.revision, b.lane::int, b.try, b.key, b.size, b.fence + 1,
             b.language, b.calls, dark, b.body_hash, b.valid_until;
  END LOOP;
END $$;

-- Marks the next p_most members behind place p_from as begun, and says whom to send
-- to: a row for each address, and a last one without a citizen that tells how far the
-- batch is begun now.  No row at all, and nothing is sent: the lease was lost, the message
-- was stopped, or its time has passed.  doubt: an earlier try may have been carried out.
--
-- Asked again with the same p_from, because the answer was lost, it gives the same
-- members again and begins no others.
CREATE OR REPLACE FUNCTION batch_start(p_batch bigint, p_fence bigint, p_from int, p_most int, p_lease interval)
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
  nobody int := 0;
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
  -- had predecessors, those with a verdict are passed over.
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
                                  AND d.round = b.round AND d.try = b.try AND d.state <> 'unknown')
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
    IF r.id IS NULL THEN
      gone := gone || r.c;
      CONTINUE;
    END IF;
    IF r.seen THEN
      saw := saw || r.c;
      CONTINUE;
    END IF;
    citizen_id := r.id;
    address := r.address;
    language := r.language;
    contact_id := r.contact;
    doubt := r.dark;
    paid := paid - 1;
    RETURN NEXT;
  END LOOP;
  IF b.channel = 'sms' AND paid > 0 THEN
    PERFORM sms_settle(b.message_id, paid, 0);
  END IF;
  IF begun < p_most THEN
    place := upto;
  END IF;

  -- Whoever left since planning, or saw it by another way, is dropped, with the reason.
  IF gone <> '{}' OR saw <> '{}' THEN
    INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
    SELECT b.message_id, c, b.channel, b.round, b.try, b.fence, 'dropped', CASE WHEN c = ANY (saw) THEN 'seen' ELSE 'left' END
      FROM unnest(gone || saw) AS c
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS nobody = ROW_COUNT;
  END IF;
  UPDATE batch x SET reached = greatest(x.reached, place), lease_until = now() + p_lease,
                     given = CASE WHEN b.channel = 'sms' AND b.reached <= p_from THEN sms_this_month() ELSE x.given END,
                     given_before = CASE WHEN b.reached > p_from THEN x.given_before WHEN p_from = 0 THEN 0
                                         WHEN x.given < sms_this_month() THEN p_from ELSE x.given_before END,
                     dropped = x.dropped + nobody, first_try = coalesce(x.first_try, now())
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
-- is no other word about this try of the person.
CREATE OR REPLACE FUNCTION batch_truth(b batch, p_fence bigint, p_citizens bigint[],
                                       p_states text[], p_codes int[], p_reasons text[], p_details text[])
RETURNS void LANGUAGE sql AS $$
  WITH known AS (
    UPDATE delivery d
       SET state = u.state, code = nullif(u.code, 0), reason = nullif(u.reason, ''),
           detail = nullif(u.detail, ''), at = now()
      FROM unnest(p_citizens, p_states, p_codes, p_reasons, p_details) AS u (citizen, state, code, reason, detail)
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
                          array_agg(u.reason), array_agg(u.detail))
         FROM unnest(p_citizens, p_states, p_codes, p_reasons, p_details) AS u (citizen, state, code, reason, detail)
        WHERE u.state = 'accepted';
    END IF;
    RETURN false;
  END IF;
  -- Who was begun a second time before the truth about the first was known has two
  -- mails: the second one counts as the doubt.
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
           nullif(u.id, ''), nullif(u.parts, 0)
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
    PERFORM batch_truth(b, p_fence, p_citizens, p_states, p_codes, p_reasons, p_details);
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
