-- Reach until seen: an order of channels with waiting times, for those who have not
-- pressed 「見ました」.

-- How long to wait behind this step.
CREATE OR REPLACE FUNCTION ladder_wait(p_ladder jsonb, p_step int) RETURNS interval LANGUAGE sql IMMUTABLE AS
$$ SELECT make_interval(mins => greatest(1, coalesce((p_ladder->(p_step - 1)->>'wait')::int, 10))) $$;

-- Messages of this tenant whose next step is due.
CREATE OR REPLACE FUNCTION ladder_due() RETURNS SETOF bigint LANGUAGE sql STABLE AS
$$ SELECT id FROM message WHERE next_step <= now() AND state IN ('sending', 'sent') ORDER BY next_step, id $$;

DROP FUNCTION IF EXISTS ladder_step(bigint, int, int);
-- Plans the next step: for each member who has not seen it and is still there, the
-- first channel of the ladder that they have and that was not tried.  p_yen: what one
-- person costs by SMS; those beyond the cap are left out, smallest ids first in.
-- Returns how many are written to; NULL: it was not due.
CREATE OR REPLACE FUNCTION ladder_step(p_message bigint, p_size int, p_yen numeric) RETURNS int
LANGUAGE plpgsql SET work_mem = '256MB' AS $$
DECLARE
  m        message;
  rungs    text[];
  spent    numeric;
  g        record;
  n        int := 0;
BEGIN
  SELECT * INTO m FROM message
   WHERE id = p_message AND state IN ('sending', 'sent') AND next_step <= now() FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  rungs := ladder_channels(m.ladder);
  SELECT coalesce(sum(size), 0) * p_yen INTO spent
    FROM batch WHERE message_id = p_message AND channel = 'sms' AND round = 1 AND parent IS NULL;

  FOR g IN
    WITH tried AS (
      SELECT u.c, array_agg(DISTINCT b.channel) AS channels
        FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
       WHERE b.message_id = p_message AND b.parent IS NULL
       GROUP BY u.c),
    next AS (
      SELECT z.id, z.language,
             (SELECT r FROM unnest(rungs) WITH ORDINALITY AS x (r, place)
               WHERE r = ANY (z.reach) AND r <> ALL (t.channels) ORDER BY place LIMIT 1) AS channel
        FROM tried t
        JOIN citizen z ON z.id = t.c AND z.state = 'active'
       WHERE NOT EXISTS (SELECT FROM seen s WHERE s.message_id = p_message AND s.citizen_id = z.id)),
    counted AS (
      SELECT id, language, channel, row_number() OVER (PARTITION BY channel ORDER BY id) AS place
        FROM next WHERE channel IS NOT NULL)
    SELECT channel, CASE WHEN channel_shares(channel) THEN language ELSE '' END AS language, array_agg(id ORDER BY id) AS citizens
      FROM counted
     WHERE m.valid_until > now()
       AND (channel <> 'sms' OR m.ladder_yen IS NULL OR spent + place * p_yen <= m.ladder_yen)
     GROUP BY 1, 2
  LOOP
    n := n + batch_cut(m.id, 1, m.step + 1, 0, p_size, m.valid_until, g.channel, g.language, now(), g.citizens);
  END LOOP;
  UPDATE message
     SET step = m.step + 1, state = CASE WHEN n > 0 THEN 'sending' ELSE m.state END,
         next_step = CASE WHEN m.step + 1 < cardinality(rungs) AND m.valid_until > now()
                          THEN now() + ladder_wait(m.ladder, m.step + 1) END
   WHERE id = p_message;
  RETURN n;
END $$;

-- 「見ました」, once; false: the message did not go to this person.  Where it is enough that
-- somebody of a household saw it, the others have it noted as well: what is planned later
-- finds all of them in one index, and their own word takes the place of it.  In the order of
-- ids, so that two of a household who press at once do not wait for each other.
CREATE OR REPLACE FUNCTION message_saw(p_message bigint, p_citizen bigint, p_how text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  m message;
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_person(p_message, p_citizen)) THEN
    RETURN false;
  END IF;
  PERFORM set_config('chromo.actor', 'citizen:' || p_citizen, true);
  SELECT * INTO m FROM message WHERE id = p_message;
  INSERT INTO seen AS s (message_id, citizen_id, how)
  SELECT p_message, x.c, CASE WHEN x.c = p_citizen THEN p_how ELSE 'household' END
    FROM (SELECT p_citizen AS c
          UNION
          -- Those to whom it goes, or may still go while it is planned.
          SELECT h.citizen_id
            FROM household_member me
            JOIN household_member h ON h.household_id = me.household_id
           WHERE m.until_household AND me.citizen_id = p_citizen
             AND (m.planned_to IS NOT NULL OR EXISTS (SELECT FROM ledger_person(p_message, h.citizen_id)))) x
   ORDER BY x.c
      ON CONFLICT (tenant_id, message_id, citizen_id)
      DO UPDATE SET how = excluded.how, at = excluded.at WHERE s.how = 'household' AND excluded.how <> 'household';
  RETURN true;
END $$;
