-- Batches that are one call: the gateway takes all members at once and gives one verdict
-- (channel_shares).  There is no row for each member; the ledger reads the batch.
--
-- From the first try on neither members nor bytes change under a key.  A call of which
-- nobody knows is made again under the same key while the far side remembers it; after
-- that it stays unknown, and no other key is tried without staff (safety.md 4).

-- Who is in a call, in the order of the batch: how many, their addresses in one value, each
-- with its length before it (two bytes), and their hashes.  A million addresses in as many
-- rows would be most of the work.  p_fresh: only those who are still there.
--
-- Where the members stand close together two walks along indexes, side by side, cost a third
-- of looking each of them up, and those who are not active are few enough to be looked for
-- in their stead (citizen_away); the plan is told, and is the same for all.  What a row is
-- compared with stands in variables: a field of b would be taken out of it for each row,
-- which is as much work again.
--
-- p_followed: an entry that ended is looked for in the one in which it did (ledger_successor);
-- who was in the call before stays in it, whose address it is by now.
DROP FUNCTION IF EXISTS batch_addresses(batch, boolean);
CREATE OR REPLACE FUNCTION batch_addresses(b batch, p_fresh boolean, p_followed boolean, OUT present int, OUT addresses bytea, OUT hashes bytea)
LANGUAGE plpgsql STABLE SET enable_nestloop = off SET enable_hashjoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  members bigint[] := b.citizens;
  low     bigint := b.first;
  high    bigint := b.last;
  way     text := b.channel;
BEGIN
  IF NOT p_followed AND b.dropped = 0 AND high - low < 4 * b.size THEN
    SELECT count(*), string_agg(int2send(length(k.address)::int2) || k.address, ''), string_agg(k.hash, '')
      INTO present, addresses, hashes
      FROM (SELECT x.address, x.hash
              FROM unnest(members) AS u (c)
              JOIN contact x ON x.citizen_id = u.c
              LEFT JOIN citizen away ON away.id = x.citizen_id AND away.id BETWEEN low AND high AND away.state <> 'active'
             WHERE x.citizen_id BETWEEN low AND high AND x.channel = way AND (x.state = 'active' OR NOT p_fresh)
               AND (away.id IS NULL OR NOT p_fresh)
             ORDER BY u.c) k;
    RETURN;
  END IF;
  SELECT count(*), string_agg(int2send(length(k.address)::int2) || k.address, ''), string_agg(k.hash, '')
    INTO present, addresses, hashes
    FROM (SELECT a.address, a.hash
            FROM unnest(members) WITH ORDINALITY AS u (c, n)
           -- Member by member (OFFSET), as in batch_start.
           CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN p_followed AND p_fresh THEN ledger_successor(b.message_id, u.c)
                                                    WHEN p_followed THEN (SELECT e.successor FROM citizen e WHERE e.id = u.c) END, u.c) AS id) h
           CROSS JOIN LATERAL (SELECT x.address, x.hash FROM citizen z, contact x
                                WHERE z.id = h.id AND (z.state = 'active' OR NOT p_fresh)
                                  AND x.citizen_id = h.id AND x.channel = way AND (x.state = 'active' OR NOT p_fresh) OFFSET 0) a
           WHERE b.dropped = 0
              OR NOT EXISTS (SELECT FROM delivery d
                              WHERE d.message_id = b.message_id AND d.citizen_id = u.c AND d.channel = b.channel
                                AND d.round = b.round AND d.try = b.try AND d.state = 'dropped')
           ORDER BY u.n) k;
END $$;

-- What a call is: the language, the approved bytes, the addresses in their order.
CREATE OR REPLACE FUNCTION call_hash(p_language text, p_message bytea, p_hashes bytea) RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT sha256(convert_to(p_language, 'UTF8') || coalesce(p_message, '') || coalesce(p_hashes, '')) $$;

-- Begins the call.  The first time, whoever left since planning is dropped, and of a step of a
-- ladder whoever pressed 「見ました」 since, or somebody of their household; later all
-- who were in it stay in it, also those who have stopped it meanwhile: without them
-- it would be another call, which body_hash tells.  No row: nobody is left, or the same call cannot be made
-- again, and the batch has ended.
CREATE OR REPLACE FUNCTION batch_start_call(b batch, p_lease interval)
RETURNS TABLE (reached int, citizen_id bigint, address bytea, language text, contact_id bigint, doubt boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  fresh     boolean := b.first_try IS NULL;
  followed  boolean := false;
  who       record;
  whole     bytea;
BEGIN
  IF fresh AND b.step > 1 THEN
    INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
    SELECT b.message_id, s.citizen_id, b.channel, b.round, b.try, b.fence, 'dropped', 'seen'
      FROM seen s WHERE s.message_id = b.message_id AND s.citizen_id = ANY (b.citizens)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS b.dropped = ROW_COUNT;
  END IF;
  who := batch_addresses(b, fresh, false);
  IF who.present < b.size - b.dropped AND EXISTS (SELECT FROM citizen z WHERE z.id = ANY (b.citizens) AND z.successor IS NOT NULL) THEN
    followed := true;
    who := batch_addresses(b, fresh, true);
  END IF;
  whole := call_hash(b.language, (SELECT m.hash FROM message m WHERE m.id = b.message_id), who.hashes);
  IF NOT fresh AND whole IS DISTINCT FROM b.body_hash THEN
    PERFORM batch_call_end(b.id, b.message_id, 'unknown', 0, 'call_changed', '');
    RETURN;
  END IF;
  IF fresh AND who.present < b.size THEN
    INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
    SELECT b.message_id, u.c, b.channel, b.round, b.try, b.fence, 'dropped', 'left'
      FROM unnest(b.citizens) AS u (c)
     WHERE NOT EXISTS (SELECT FROM citizen z JOIN contact x ON x.citizen_id = z.id AND x.channel = b.channel AND x.state = 'active'
                        WHERE z.id = coalesce(CASE WHEN followed THEN ledger_successor(b.message_id, u.c) END, u.c) AND z.state = 'active')
        ON CONFLICT DO NOTHING;
    IF who.present = 0 THEN
      UPDATE batch x SET state = 'done', dropped = x.size, reached = x.size, finished = now() WHERE x.id = b.id;
      PERFORM message_through(b.message_id);
      RETURN;
    END IF;
  END IF;
  UPDATE batch x
     SET reached = x.size, lease_until = now() + p_lease, dropped = x.size - who.present, calls = x.calls + (x.reached = 0)::int,
         first_try = coalesce(x.first_try, now()), body_hash = whole
   WHERE x.id = b.id;
  RETURN QUERY SELECT b.size, b.first, who.addresses, b.language, NULL::bigint, b.doubt
     UNION ALL SELECT b.size, NULL, NULL, NULL, NULL, NULL;
END $$;

-- The same for all calls that one round begins: a row for each that is begun.  Those of which
-- nothing is to be said, on their first try with all of their members, are written down in one
-- statement, which costs as much as each would.
CREATE OR REPLACE FUNCTION batch_start_calls(p_batches bigint[], p_fences bigint[], p_lease interval, p_reserve bigint)
RETURNS TABLE (batch bigint, reached int, address bytea, doubt boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  b     batch;
  m     message;
  who   record;
  plain bigint[] := ARRAY[]::bigint[];
  whole bytea[] := ARRAY[]::bytea[];
BEGIN
  FOR b IN
    SELECT * FROM batch x
     WHERE x.id = ANY (p_batches) AND x.fence = p_fences[array_position(p_batches, x.id)] AND x.state = 'sending'
     ORDER BY x.id FOR UPDATE
  LOOP
    IF m.id IS DISTINCT FROM b.message_id THEN
      -- From here on no stop is committed before this is.
      PERFORM pg_advisory_xact_lock_shared(message_gate(b.message_id));
      SELECT * INTO m FROM message x WHERE x.id = b.message_id;
    END IF;
    IF m.state = 'sending' AND b.valid_until > now() AND b.first_try IS NULL AND b.step = 1 AND b.dropped = 0
       AND (p_reserve = 0 OR b.lane = 0) THEN
      who := batch_addresses(b, true, false);
      IF who.present = b.size THEN
        plain := plain || b.id;
        whole := whole || call_hash(b.language, m.hash, who.hashes);
        batch := b.id;
        reached := b.size;
        address := who.addresses;
        doubt := b.doubt;
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;
    RETURN QUERY
      SELECT b.id, s.reached, s.address, s.doubt FROM batch_start(b.id, b.fence, 0, b.size, p_lease, p_reserve) s
       WHERE s.citizen_id IS NOT NULL;
  END LOOP;
  UPDATE batch x SET reached = x.size, lease_until = now() + p_lease, calls = x.calls + 1, first_try = now(), body_hash = u.whole
    FROM unnest(plain, whole) AS u (id, whole) WHERE x.id = u.id AND x.id = ANY (plain);
END $$;

-- The last word on a call.
CREATE OR REPLACE FUNCTION batch_call_end(p_batch bigint, p_message bigint, p_state text, p_code int, p_reason text, p_detail text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE batch x
     SET state = 'done', finished = now(), lease_until = NULL, verdict = p_state, code = nullif(p_code, 0),
         reason = nullif(p_reason, ''), detail = nullif(p_detail, ''), doubt = p_state = 'unknown',
         accepted = CASE WHEN p_state = 'accepted' THEN x.size - x.dropped ELSE 0 END,
         unknown = CASE WHEN p_state = 'unknown' THEN x.size - x.dropped ELSE 0 END
   WHERE x.id = p_batch;
  PERFORM message_through(p_message);
END $$;

-- Writes the verdict on a call down.  False: another courier has it by now; a yes counts
-- nevertheless, unless that one is just asking again (the far side will tell it).
--	accepted	all have it
--	later		again after p_wait, under the same key
--	unknown		the same, until the far side forgets the key: p_known after the first try
--	refused		nothing happened.  Of many, one may be the cause: two halves with keys of
--			their own.  Of one: refused
-- A no to a call that may have been carried out before is not believed: it stays unknown.
CREATE OR REPLACE FUNCTION batch_record_call(p_batch bigint, p_fence bigint, p_state text, p_code int, p_reason text, p_detail text,
                                             p_id text, p_wait interval, p_known interval)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  b       batch;
  stopped boolean;
  dark    boolean;
  members bigint[];
BEGIN
  SELECT * INTO b FROM batch x WHERE x.id = p_batch FOR UPDATE;
  IF NOT FOUND OR b.fence <> p_fence THEN
    IF p_state = 'accepted' AND (b.state = 'queued' OR (b.state = 'done' AND b.verdict = 'unknown')) THEN
      PERFORM batch_call_end(b.id, b.message_id, p_state, p_code, '', '');
    END IF;
    RETURN false;
  END IF;
  IF b.state = 'done' AND b.verdict = 'unknown' AND p_state = 'accepted' THEN
    PERFORM batch_call_end(b.id, b.message_id, p_state, p_code, '', '');         -- stopped meanwhile, and told after all
  END IF;
  IF b.state = 'done' OR b.reached = 0 THEN
    RETURN true;        -- the same verdict a second time
  END IF;
  IF p_id <> '' THEN
    UPDATE batch x SET provider_id = p_id WHERE x.id = b.id;
  END IF;
  IF p_state = 'accepted' THEN
    PERFORM batch_call_end(b.id, b.message_id, p_state, p_code, '', '');
    RETURN true;
  END IF;

  stopped := NOT EXISTS (SELECT FROM message m WHERE m.id = b.message_id AND m.state = 'sending');
  dark := b.doubt OR p_state = 'unknown';
  IF dark AND (p_state = 'refused' OR stopped OR now() + p_wait >= b.valid_until
               OR (p_known > interval '0' AND now() + p_wait >= b.first_try + p_known)) THEN
    PERFORM batch_call_end(b.id, b.message_id, 'unknown', p_code, p_reason, p_detail);
    RETURN true;
  END IF;
  IF p_state = 'refused' THEN
    members := ARRAY(SELECT c FROM unnest(b.citizens) AS c
                      WHERE NOT EXISTS (SELECT FROM delivery d
                                         WHERE d.message_id = b.message_id AND d.citizen_id = c AND d.channel = b.channel
                                           AND d.round = b.round AND d.try = b.try AND d.state = 'dropped')
                      ORDER BY c);
    IF cardinality(members) = 1 THEN
      INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, code, reason, detail)
      VALUES (b.message_id, members[1], b.channel, b.round, b.try, b.fence, 'refused', nullif(p_code, 0), p_reason, nullif(p_detail, ''));
      UPDATE batch x SET refused = 1 WHERE x.id = b.id;
      IF p_reason = 'address_gone' THEN
        UPDATE contact k SET state = 'failed', failed = now(), reason = p_reason
         WHERE k.citizen_id = members[1] AND k.channel = b.channel AND k.state = 'active';
      END IF;
    ELSE
      PERFORM batch_halve(b, members, stopped);
    END IF;
    PERFORM batch_call_end(b.id, b.message_id, p_state, p_code, p_reason, p_detail);
    RETURN true;
  END IF;

  UPDATE batch x
     SET state = CASE WHEN stopped THEN 'cancelled' WHEN now() + p_wait >= x.valid_until THEN 'held' ELSE 'queued' END,
         finished = CASE WHEN stopped OR now() + p_wait >= x.valid_until THEN now() END,
         due = now() + p_wait, lease_until = NULL, reached = 0, doubt = dark, verdict = p_state,
         code = nullif(p_code, 0), reason = nullif(p_reason, ''), detail = nullif(p_detail, ''),
         later = x.later + (p_state = 'later')::int
   WHERE x.id = b.id;
  PERFORM message_through(b.message_id);
  RETURN true;
END $$;

-- The same for all calls that have landed in one round; mine: for each, what batch_record_call says.
-- A plain yes is written down in one statement for all of them, each a row that it would lock anyway.
CREATE OR REPLACE FUNCTION batch_record_calls(p_batches bigint[], p_fences bigint[], p_states text[], p_codes int[], p_reasons text[],
                                              p_details text[], p_ids text[], p_waits int[], p_known interval)
RETURNS TABLE (batch bigint, mine boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  plain    bigint[];
  messages bigint[];
BEGIN
  WITH told AS (
    UPDATE batch x SET state = 'done', finished = now(), lease_until = NULL, verdict = 'accepted', code = nullif(u.code, 0),
                       reason = NULL, detail = NULL, doubt = false, accepted = x.size - x.dropped, unknown = 0
      FROM unnest(p_batches, p_fences, p_states, p_codes, p_ids) AS u (id, fence, state, code, far)
     WHERE x.id = ANY (p_batches) AND x.id = u.id AND x.fence = u.fence AND u.state = 'accepted' AND u.far = ''
       AND x.state = 'sending' AND x.reached > 0
    RETURNING x.id, x.message_id)
  SELECT array_agg(t.id), array_agg(DISTINCT t.message_id) INTO plain, messages FROM told t;
  PERFORM message_through(m) FROM unnest(messages) AS m;
  RETURN QUERY
    SELECT u.id, CASE WHEN u.id = ANY (plain) THEN true
                      ELSE batch_record_call(u.id, u.fence, u.state, u.code, u.reason, u.detail, u.far, make_interval(secs => u.wait), p_known) END
      FROM unnest(p_batches, p_fences, p_states, p_codes, p_reasons, p_details, p_ids, p_waits)
        AS u (id, fence, state, code, reason, detail, far, wait)
     ORDER BY u.id;
END $$;

-- Two halves of a call that was refused.
CREATE OR REPLACE FUNCTION batch_halve(b batch, p_members bigint[], p_stopped boolean) RETURNS void LANGUAGE sql AS $$
  INSERT INTO batch (message_id, channel, language, lane, round, step, try, parent, key, citizens, first, last, size, due, valid_until,
                     state, finished)
  SELECT b.message_id, b.channel, b.language, b.lane, b.round, b.step, b.try + 1, b.id, gen_random_uuid(), h.c, h.c[1],
         h.c[cardinality(h.c)], cardinality(h.c), now(), b.valid_until,
         CASE WHEN p_stopped THEN 'cancelled' ELSE 'queued' END, CASE WHEN p_stopped THEN now() END
    FROM (VALUES (p_members[1 : cardinality(p_members) / 2]), (p_members[cardinality(p_members) / 2 + 1 :])) AS h (c)
$$;

-- No account at the gateway: nothing of it goes out, and staff see why.
CREATE OR REPLACE FUNCTION batch_hold(p_batch bigint, p_fence bigint, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  b      batch;
  flying int := 0;
BEGIN
  SELECT * INTO b FROM batch x WHERE x.id = p_batch FOR UPDATE;
  IF b.fence IS DISTINCT FROM p_fence OR b.state <> 'sending' THEN
    RETURN;
  END IF;
  -- Whoever is in the air is in doubt until the courier says what came of it.
  IF NOT channel_shares(b.channel) AND b.reached > 0 THEN
    flying := batch_doubt(b);
  END IF;
  UPDATE batch x SET state = CASE WHEN x.doubt THEN 'done' ELSE 'held' END, reason = p_reason, finished = now(),
                     lease_until = CASE WHEN flying > 0 THEN x.lease_until END,
                     verdict = CASE WHEN x.doubt THEN 'unknown' ELSE x.verdict END,
                     unknown = CASE WHEN x.doubt THEN x.size - x.dropped ELSE x.unknown + flying END
   WHERE x.id = b.id;
  PERFORM message_through(b.message_id);
END $$;
