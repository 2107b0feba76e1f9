-- What couriers ask before they begin: who has work, and which of them are no longer there.

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
