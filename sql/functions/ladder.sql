-- Reach until seen: an order of channels with waiting times, for those who have not
-- pressed 「見ました」.

-- How long to wait behind this step.
CREATE OR REPLACE FUNCTION ladder_wait(p_ladder jsonb, p_step int) RETURNS interval LANGUAGE sql IMMUTABLE AS
$$ SELECT make_interval(mins => greatest(1, coalesce((p_ladder->(p_step - 1)->>'wait')::int, 10))) $$;

-- Messages of this tenant whose next step is due.
CREATE OR REPLACE FUNCTION ladder_due() RETURNS SETOF bigint LANGUAGE sql STABLE AS
$$ SELECT id FROM message WHERE next_step <= now() AND state IN ('sending', 'sent') ORDER BY next_step, id $$;

-- How many SMS it took so far, or will take, in all steps and rounds, the cap being one of the whole
-- message.  Who was refused, or was not written to, cost nothing.
CREATE OR REPLACE FUNCTION ladder_spent(p_message bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(sum(CASE WHEN state IN ('held', 'cancelled') THEN accepted + unknown + refused + dropped ELSE size END), 0)
            FROM batch WHERE message_id = p_message AND channel = 'sms' AND parent IS NULL)
       - (SELECT count(*) FROM delivery WHERE message_id = p_message AND channel = 'sms' AND state IN ('refused', 'dropped'));
END $$;

-- Of these people, of the first step, how many still fit under the cap.
CREATE OR REPLACE FUNCTION ladder_room(m message, p_people int) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  yen numeric := sms_yen(m.id);
BEGIN
  IF m.ladder_yen IS NULL OR yen = 0 THEN
    RETURN p_people;
  END IF;
  RETURN greatest(0, least(p_people, floor(m.ladder_yen / yen) - ladder_spent(m.id)));
END $$;

DROP FUNCTION IF EXISTS ladder_step(bigint, int, int);
-- Plans the next step: for each member who has not seen it and is still there, the
-- first channel of the ladder that they have and that was not tried.  p_yen: what one
-- person costs by SMS; smallest ids first, and those beyond the cap go on by what comes
-- behind it.  Returns how many are written to; NULL: it was not due.
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
  spent := ladder_spent(p_message) * p_yen;

  FOR g IN
    WITH tried AS (
      SELECT u.c, array_agg(DISTINCT b.channel) AS channels
        FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
       WHERE b.message_id = p_message AND b.parent IS NULL
       GROUP BY u.c),
    next AS (
      SELECT t.c AS id, z.language,
             ARRAY(SELECT r FROM unnest(rungs) WITH ORDINALITY AS x (r, place)
                    WHERE r = ANY (z.reach) AND r <> ALL (t.channels) ORDER BY place) AS ways
        FROM tried t
        JOIN citizen o ON o.id = t.c
        JOIN citizen z ON z.id = CASE WHEN o.successor IS NULL THEN o.id ELSE ledger_successor(p_message, o.id) END AND z.state = 'active'
       WHERE NOT EXISTS (SELECT FROM seen s WHERE s.message_id = p_message AND s.citizen_id = t.c)),
    counted AS (
      SELECT id, language,
             CASE WHEN ways[1] = 'sms' AND spent + row_number() OVER (PARTITION BY ways[1] ORDER BY id) * p_yen > m.ladder_yen
                  THEN ways[2] ELSE ways[1] END AS channel
        FROM next)
    SELECT channel, CASE WHEN channel_shares(channel) THEN language ELSE '' END AS language, array_agg(id ORDER BY id) AS citizens
      FROM counted
     WHERE m.valid_until > now() AND channel IS NOT NULL
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
  m     message;
  place bigint := ledger_place(p_message, p_citizen);
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_person(p_message, place)) THEN
    RETURN false;
  END IF;
  PERFORM set_config('chromo.actor', 'citizen:' || p_citizen, true);
  SELECT * INTO m FROM message WHERE id = p_message;
  INSERT INTO seen AS s (message_id, citizen_id, how)
  SELECT p_message, x.c, CASE WHEN x.c = place THEN p_how ELSE 'household' END
    FROM (SELECT place AS c
          UNION
          -- Those to whom it goes, or may still go while it is planned.
          SELECT h.place
            FROM household_member me
           CROSS JOIN LATERAL (SELECT ledger_place(p_message, o.citizen_id) AS place FROM household_member o
                                WHERE o.household_id = me.household_id) h
           WHERE m.until_household AND me.citizen_id = p_citizen
             AND (m.planned_to IS NOT NULL OR EXISTS (SELECT FROM ledger_person(p_message, h.place)))) x
   ORDER BY x.c
      ON CONFLICT (tenant_id, message_id, citizen_id)
      DO UPDATE SET how = excluded.how, at = excluded.at WHERE s.how = 'household' AND excluded.how <> 'household';
  RETURN true;
END $$;
