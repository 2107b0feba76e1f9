-- Planning: who is written to by which channel, frozen into batches.

-- A call of this channel carries many people, who therefore share one language and
-- one verdict (struct channel_kind: people).
CREATE OR REPLACE FUNCTION channel_shares(p_channel text) RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$ SELECT p_channel = 'line' $$;

-- Minutes of the day in which somebody's quiet hours end, if they are in them; 0: not.
CREATE OR REPLACE FUNCTION quiet_end(p_from time, p_to time, p_clock time) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_from IS NULL OR p_clock IS NULL THEN 0
              WHEN CASE WHEN p_from <= p_to THEN p_clock >= p_from AND p_clock < p_to
                        ELSE p_clock >= p_from OR p_clock < p_to END
              THEN 1440 + (extract(hour FROM p_to) * 60 + extract(minute FROM p_to))::int ELSE 0 END
$$;

-- The clock that quiet hours are read by; NULL: they are not asked for.
CREATE OR REPLACE FUNCTION quiet_clock(p_vital boolean) RETURNS time LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN NOT p_vital THEN (now() AT TIME ZONE 'Asia/Tokyo')::time END $$;

-- When somebody's quiet hours end, of which quiet_end() gave the minutes.
CREATE OR REPLACE FUNCTION quiet_due(p_minutes int) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN p_minutes = 0 THEN now()
              ELSE d.ends + CASE WHEN d.ends <= now() THEN interval '1 day' ELSE interval '0' END END
    FROM (SELECT date_trunc('day', now(), 'Asia/Tokyo') + make_interval(mins => p_minutes - 1440) AS ends) d);
END $$;

-- Of a batch first, last and size are those of its members.  A CHECK would read them again at
-- every change of the row.
CREATE OR REPLACE FUNCTION batch_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.size, NEW.first, NEW.last) IS DISTINCT FROM (cardinality(NEW.citizens), NEW.citizens[1], NEW.citizens[NEW.size]) THEN
    RAISE EXCEPTION 'batch: first, last or size are not those of its members' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER batch_members BEFORE INSERT OR UPDATE OF citizens, first, last, size ON batch
  FOR EACH ROW EXECUTE FUNCTION batch_members();

-- Cuts people, ascending, into batches; they have channel, due time and, where they share
-- a call, language in common.  Returns how many they are.  Couriers are told.
-- In SQL, not in PL/pgSQL, which would copy all of them for each slice.  Plans are kept here:
-- what foreign keys ask would else be planned for each batch (message_plan_part).
CREATE OR REPLACE FUNCTION batch_cut(p_message bigint, p_round int, p_step int, p_lane int, p_size int, p_valid_until timestamptz,
                                     p_channel text, p_language text, p_due timestamptz, p_citizens bigint[]) RETURNS int
LANGUAGE sql SET plan_cache_mode = auto AS $$
  INSERT INTO batch (message_id, channel, language, lane, round, step, key, citizens, first, last, size, due, valid_until, state, finished)
  SELECT p_message, p_channel, p_language, p_lane, p_round, p_step, gen_random_uuid(),
         p_citizens[s.low : s.high], p_citizens[s.low], p_citizens[s.high], s.high - s.low + 1, p_due, p_valid_until,
         -- What comes too late is held and listed, not sent.
         CASE WHEN p_valid_until <= p_due THEN 'held' ELSE 'queued' END,
         CASE WHEN p_valid_until <= p_due THEN now() END
    FROM (SELECT low, least(low + p_size - 1, cardinality(p_citizens)) AS high
            FROM generate_series(1, cardinality(p_citizens), p_size) AS low) s;
  SELECT pg_notify('batch_due', '');
  SELECT cardinality(p_citizens);
$$;

-- A gateway was away or slow, or somebody is tried again, and meanwhile quiet hours have begun: who
-- is in them waits for their end, in a batch of its own for each end.  Of one that nobody has begun
-- (a call stays what it is).  How many are left to be written to now; their places stay in order.
CREATE OR REPLACE FUNCTION batch_hush(p_batch bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  b    batch;
  g    record;
  left_now int := 0;
  n    int := 0;
  anew boolean;         -- with fewer people it is another call
BEGIN
  SELECT * INTO b FROM batch x WHERE x.id = p_batch;
  anew := b.fence > 0;
  FOR g IN
    SELECT q.minutes, q.citizens, w.due, CASE WHEN q.minutes > 0 AND b.valid_until <= w.due THEN 'held' ELSE 'queued' END AS state
      FROM (SELECT quiet_end(z.quiet_from, z.quiet_to, quiet_clock(false)) AS minutes, array_agg(u.c ORDER BY u.n) AS citizens
              FROM unnest(b.citizens) WITH ORDINALITY AS u (c, n) LEFT JOIN citizen z ON z.id = u.c
             GROUP BY 1) q
     CROSS JOIN LATERAL (SELECT CASE WHEN q.minutes > 0 THEN quiet_due(q.minutes) ELSE b.due END AS due) w
     ORDER BY q.minutes
  LOOP
    IF g.minutes = 0 THEN
      left_now := cardinality(g.citizens);
    END IF;
    IF left_now = b.size THEN
      RETURN b.size;
    END IF;
    n := n + 1;
    IF n = 1 THEN
      UPDATE batch x SET citizens = g.citizens, first = g.citizens[1], last = g.citizens[cardinality(g.citizens)], size = cardinality(g.citizens),
                         due = g.due, state = g.state, finished = CASE g.state WHEN 'held' THEN now() END,
                         key = CASE WHEN anew THEN gen_random_uuid() ELSE x.key END,
                         first_try = CASE WHEN NOT anew THEN x.first_try END, body_hash = CASE WHEN NOT anew THEN x.body_hash END
       WHERE x.id = b.id;
    ELSE
      INSERT INTO batch (message_id, channel, language, lane, round, step, try, parent, key, first_try, citizens, first, last, size,
                         due, valid_until, state, finished)
      SELECT b.message_id, b.channel, b.language, b.lane, b.round, b.step, b.try, b.parent,
             CASE WHEN channel_shares(b.channel) THEN gen_random_uuid() ELSE b.key END, CASE WHEN NOT anew THEN b.first_try END,
             g.citizens, g.citizens[1], g.citizens[cardinality(g.citizens)], cardinality(g.citizens), g.due, b.valid_until, g.state,
             CASE g.state WHEN 'held' THEN now() END;
    END IF;
  END LOOP;
  RETURN left_now;
END $$;

-- Messages of this tenant whose time has come, and those that are planned in part.
CREATE OR REPLACE FUNCTION message_due() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  SELECT id FROM message
   WHERE state = 'approved' AND (send_at IS NULL OR send_at <= now())
      OR state = 'sending' AND planned_to IS NOT NULL
   ORDER BY send_at NULLS FIRST, id
$$;

-- The channels of a ladder, in their order.
CREATE OR REPLACE FUNCTION ladder_channels(p_ladder jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT array_agg(x.rung->>'channel' ORDER BY x.n) FROM jsonb_array_elements(p_ladder) WITH ORDINALITY AS x (rung, n));
END $$;

-- Freezes the audience into batches and puts the message on the site.  A large one is
-- planned in parts, smallest ids first, so that the first are written to while the others
-- are planned: message.planned_to is the last who was looked at, as long as there may be
-- more, and comes with the batches in one transaction, so that planning twice cannot double.
-- p_most: so many people in this part; NULL: all that are left.  recipients: so far.
-- No row: another planner has it, it was stopped, or nothing is left.
CREATE OR REPLACE FUNCTION message_plan_part(p_message bigint, p_size int, p_most int)
RETURNS TABLE (recipients int, more boolean)
LANGUAGE plpgsql SET work_mem = '256MB' SET enable_sort = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  m       message;
  vital   boolean;
  ways    text[];
  rungs   text[];
  clock   time;
  g       record;
  planned int := 0;
  upto    bigint := 0;
  survey  survey_message;
  room    int;
BEGIN
  -- A lock that foreign keys pass: of the batches that are there some are in the air.
  SELECT * INTO m FROM message
   WHERE id = p_message AND (state = 'approved' AND (send_at IS NULL OR send_at <= now())
                             OR state = 'sending' AND planned_to IS NOT NULL)
     FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  vital := message_vital(m.topics);
  ways := message_ways(m);
  -- A ladder has an order of its own.
  rungs := ARRAY(SELECT r FROM unnest(ladder_channels(m.ladder)) WITH ORDINALITY AS x (r, place) WHERE r = ANY (ways) ORDER BY place);
  clock := quiet_clock(vital);
  SELECT * INTO survey FROM survey_message WHERE message_id = p_message;
  -- Of some it is not told how many were looked at.
  IF survey.people <> 'all' THEN
    p_most := NULL;
  END IF;

  FOR g IN
    SELECT a.channel, CASE WHEN channel_shares(a.channel) THEN a.language ELSE '' END AS language,
           quiet_end(a.quiet_from, a.quiet_to, clock) AS quiet, array_agg(a.citizen_id) AS citizens
      FROM audience(m.audience, m.districts, m.topics, vital, ways, rungs, coalesce(m.planned_to, 0), p_most) a
     -- About a survey: those who have taken part in it, or all others.
     WHERE (survey.people IS NULL OR survey.people = 'all'
            OR (survey.people = 'done') = (a.citizen_id IN (SELECT survey_took_part(survey.survey_id))))
     -- A correction: those who got what it corrects.
       AND (m.corrects IS NULL OR a.citizen_id IN (SELECT message_reached(m.corrects)))
     GROUP BY 1, 2, 3
  LOOP
    -- What a ladder may spend on SMS holds from its first step on; the second goes on from there.
    room := CASE WHEN g.channel = 'sms' AND m.ladder IS NOT NULL THEN ladder_room(m, cardinality(g.citizens)) ELSE cardinality(g.citizens) END;
    planned := planned + batch_cut(m.id, 1, 1, CASE WHEN vital THEN 0 ELSE 1 END, p_size, m.valid_until,
                                   g.channel, g.language, quiet_due(g.quiet), g.citizens[1 : room]);
    IF room < cardinality(g.citizens) THEN
      planned := planned + batch_cut(m.id, 1, 1, CASE WHEN vital THEN 0 ELSE 1 END, p_size, m.valid_until,
                                     g.channel, g.language, quiet_due(g.quiet), g.citizens[room + 1 :]);
      UPDATE batch SET state = 'held', reason = 'cost_spent', finished = now()
       WHERE message_id = m.id AND channel = g.channel AND round = 1 AND step = 1 AND state = 'queued' AND first > coalesce(g.citizens[room], m.planned_to, 0);
    END IF;
    upto := greatest(upto, g.citizens[cardinality(g.citizens)]);
  END LOOP;

  recipients := coalesce(m.recipients, 0) + planned;
  more := planned >= p_most IS TRUE;
  IF m.state = 'approved' THEN
    PERFORM post_plan(m);
  END IF;
  UPDATE message x SET state = 'sending', published = coalesce(x.published, now()), recipients = message_plan_part.recipients,
                     planned_to = CASE WHEN more THEN upto END,
                     next_step = CASE WHEN NOT more AND jsonb_array_length(m.ladder) > 1 THEN now() + ladder_wait(m.ladder, 1) END
   WHERE x.id = m.id;
  -- Nobody is told once more what was wrong: who was still to be told by a step is told what is right.
  IF NOT more THEN
    UPDATE message x SET next_step = NULL WHERE x.id = m.corrects AND x.next_step IS NOT NULL;
  END IF;
  PERFORM message_settle(m.id);
  RETURN NEXT;
END $$;

-- Looks at the batches anew if there are many more than when PostgreSQL last did.  On a fresh
-- server that was when there were none: the couriers would read all of them for each, until
-- autovacuum comes.  As the owner, who alone may.
CREATE OR REPLACE FUNCTION batch_learn() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE oid = 'batch'::regclass
                AND pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint) THEN
    ANALYZE batch;
  END IF;
END $$;

-- All of it at once.  NULL as above.
CREATE OR REPLACE FUNCTION message_plan(p_message bigint, p_size int) RETURNS int LANGUAGE sql AS
$$ SELECT recipients FROM message_plan_part(p_message, p_size, NULL) $$;

-- A message of which nothing is left to do is sent.  The row lock makes the
-- last two couriers see each other.  It is one that foreign keys pass: a batch
-- that is changed twice in a transaction locks the key of its message, so that two
-- couriers who both have it would wait for each other.
CREATE OR REPLACE FUNCTION message_settle(p_message bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM message WHERE id = p_message AND state = 'sending' AND planned_to IS NULL FOR NO KEY UPDATE;
  IF FOUND AND NOT EXISTS (SELECT FROM batch WHERE message_id = p_message
                              AND state IN ('queued', 'sending'))
     -- Of what was held some may still be in the air, and is not to be sent again meanwhile.
     AND NOT EXISTS (SELECT FROM batch WHERE message_id = p_message AND state = 'held' AND lease_until > now())
     AND NOT EXISTS (SELECT FROM post WHERE message_id = p_message AND state IN ('queued', 'sending')) THEN
    UPDATE message SET state = 'sent', finished = now() WHERE id = p_message;
  END IF;
END $$;

-- The same where each of many calls ends a batch, or a post ends: nobody waits for the row of the
-- message, which somebody may hold who stops it and waits for the post.
-- Of the last two that end at once each may see the other; the planner looks again
-- (message_settle_open).  It looks from the last batch on, which ends last: thousands that
-- are through lie before it.
CREATE OR REPLACE FUNCTION message_through(p_message bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM batch WHERE message_id = p_message AND state IN ('queued', 'sending') ORDER BY id DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  PERFORM FROM message WHERE id = p_message AND state = 'sending' FOR NO KEY UPDATE SKIP LOCKED;
  IF FOUND THEN
    PERFORM message_settle(p_message);
  END IF;
END $$;

-- Messages of this tenant that are through and do not say so.
CREATE OR REPLACE FUNCTION message_settle_open() RETURNS int LANGUAGE sql AS $$
  SELECT count(message_settle(m.id))::int
    FROM message m
   WHERE m.state = 'sending' AND m.planned_to IS NULL
     AND NOT EXISTS (SELECT FROM batch b WHERE b.message_id = m.id AND b.state IN ('queued', 'sending'))
     AND NOT EXISTS (SELECT FROM batch b WHERE b.message_id = m.id AND b.state = 'held' AND b.lease_until > now())
     AND NOT EXISTS (SELECT FROM post p WHERE p.message_id = m.id AND p.state IN ('queued', 'sending'))
$$;

-- 「届かなかった人に送り直す」: a new round, with new keys, for whom the last word
-- was no.  Returns how many.
CREATE OR REPLACE FUNCTION message_resend(p_message bigint, p_size int, p_valid_until timestamptz) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  m    message;
  next int;
  lane int;
  g    record;
  n    int := 0;
BEGIN
  SELECT * INTO m FROM message WHERE id = p_message AND state = 'sent' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'message: not sent' USING ERRCODE = 'CH003';
  END IF;
  SELECT max(b.round) + 1, min(b.lane) INTO next, lane FROM batch b WHERE b.message_id = p_message;
  FOR g IN
    SELECT r.channel, CASE WHEN channel_shares(r.channel) THEN r.language ELSE '' END AS language,
           quiet_end(r.quiet_from, r.quiet_to, quiet_clock(lane = 0)) AS quiet, array_agg(r.citizen_id ORDER BY r.citizen_id) AS citizens
      FROM message_again(p_message) r
     GROUP BY 1, 2, 3
  LOOP
    n := n + batch_cut(m.id, next, 1, lane, p_size, p_valid_until, g.channel, g.language, quiet_due(g.quiet), g.citizens);
  END LOOP;
  IF n > 0 THEN
    UPDATE message SET state = 'sending' WHERE id = p_message;
  END IF;
  RETURN n;
END $$;

-- Who of those whom a message did not reach can be written to again, and how.  Who may have it is
-- among them only where it is 命を守る情報: there twice is better than not at all.  What a ladder may
-- spend on SMS holds here, too: those beyond it go by their next way, or not.
CREATE OR REPLACE FUNCTION message_again(p_message bigint)
RETURNS TABLE (citizen_id bigint, channel text, language text, quiet_from time, quiet_to time)
LANGUAGE sql STABLE AS $$
  WITH able AS (
    SELECT u.citizen_id AS id, z.language, z.quiet_from, z.quiet_to,
           ARRAY(SELECT r FROM unnest(z.reach) WITH ORDINALITY AS x (r, place)
                  WHERE r = ANY (message_ways(m)) ORDER BY place) AS ways
      FROM message m
     CROSS JOIN LATERAL message_unreached(m.id) u
      JOIN citizen c ON c.id = u.citizen_id AND (NOT u.unsure OR u.lane = 0)
      JOIN citizen z ON z.id = CASE WHEN c.successor IS NULL THEN c.id ELSE ledger_successor(m.id, c.id) END
                    AND z.state = 'active' AND z.reach && message_ways(m)
     WHERE m.id = p_message),
  counted AS (
    SELECT a.*, a.ways[1] = 'sms' AND row_number() OVER (PARTITION BY a.ways[1] ORDER BY a.id)
                > (SELECT CASE WHEN m.ladder IS NOT NULL THEN ladder_room(m, x.n) ELSE x.n END
                     FROM message m, (SELECT count(*)::int AS n FROM able) x WHERE m.id = p_message) AS dear
      FROM able a)
  SELECT c.id, CASE WHEN c.dear THEN c.ways[2] ELSE c.ways[1] END, c.language, c.quiet_from, c.quiet_to
    FROM counted c
   WHERE NOT c.dear OR cardinality(c.ways) > 1
$$;

-- Stops a message: effective from its commit.  It waits for what couriers are just
-- beginning, and they find it stopped the next time.  Of a call that nobody knows
-- about it is not known ever after.
CREATE OR REPLACE FUNCTION message_stop(p_message bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(message_gate(p_message));
  UPDATE message SET state = 'stopped', finished = now(), next_step = NULL WHERE id = p_message;
  UPDATE batch SET state = CASE WHEN doubt THEN 'done' ELSE 'cancelled' END, finished = now(),
                   verdict = CASE WHEN doubt THEN 'unknown' ELSE verdict END,
                   unknown = CASE WHEN doubt THEN size - dropped ELSE unknown END
   WHERE message_id = p_message AND state IN ('queued', 'held');
  PERFORM post_withdraw(p_message);
END $$;
