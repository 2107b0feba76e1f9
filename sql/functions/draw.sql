-- Lotteries (domain/draw.h).

-- Nobody may know the public value while people can still sign up: its day lies behind the one
-- on which sign-up closes, whichever of the two is changed.
CREATE OR REPLACE FUNCTION lottery_day(p_day date, p_closes timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_closes IS NULL OR p_day <= (p_closes AT TIME ZONE 'Asia/Tokyo')::date THEN
    RAISE EXCEPTION 'lottery: the value of % may be known before sign-up closes', p_day USING ERRCODE = 'CH003';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION lottery_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lottery_day(NEW.value_day, e.closes) FROM event_slot s JOIN event e ON e.id = s.event_id WHERE s.id = NEW.slot_id;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER lottery_guard BEFORE INSERT OR UPDATE OF value_day ON lottery FOR EACH ROW EXECUTE FUNCTION lottery_guard();

CREATE OR REPLACE FUNCTION lottery_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lottery_day(l.value_day, NEW.closes) FROM lottery l JOIN event_slot s ON s.id = l.slot_id
    WHERE s.event_id = NEW.id AND l.drawn IS NULL;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER lottery_event_guard BEFORE UPDATE OF closes ON event FOR EACH ROW
  WHEN (NEW.closes IS DISTINCT FROM OLD.closes) EXECUTE FUNCTION lottery_event_guard();

-- What was published at the source, and of which day: the one that was stated, or, where nothing is
-- published on it, a later one on which it is.  False: too early, too late, or said already.
CREATE OR REPLACE FUNCTION lottery_enter(p_slot bigint, p_value text, p_day date, p_staff bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  l lottery;
BEGIN
  SELECT x.* INTO l FROM lottery x WHERE x.slot_id = p_slot FOR UPDATE;
  IF NOT FOUND OR l.closed IS NULL OR l.drawn IS NOT NULL OR p_day < l.value_day OR p_day > (now() AT TIME ZONE 'Asia/Tokyo')::date
     OR (l.entered -> -1) @> jsonb_build_object('value', p_value, 'day', p_day) THEN
    RETURN false;
  END IF;
  UPDATE lottery SET entered = l.entered || jsonb_build_object('value', p_value, 'day', p_day, 'at', rfc3339(now()), 'staff', p_staff)
   WHERE slot_id = p_slot;
  PERFORM audit_write('lottery.entered', p_slot, jsonb_build_object('value', p_value, 'day', p_day));
  RETURN true;
END $$;

-- What was entered, as pages show it; the last one holds, those before it were put right.
CREATE OR REPLACE FUNCTION lottery_entered(l lottery, lang text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('value', x ->> 'value', 'day', x ->> 'day',
                    'day_text', CASE lang WHEN 'ja' THEN wareki((x ->> 'day')::timestamp AT TIME ZONE 'Asia/Tokyo')
                                ELSE western((x ->> 'day')::timestamp AT TIME ZONE 'Asia/Tokyo') END,
                    'at', moment((x ->> 'at')::timestamptz, lang), 'staff', (SELECT s.name FROM staff s WHERE s.id = (x ->> 'staff')::bigint),
                    'holds', n = jsonb_array_length(l.entered)) ORDER BY n), '[]')
    FROM jsonb_array_elements(l.entered) WITH ORDINALITY AS e (x, n)
$$;

-- What was entered stays.
CREATE OR REPLACE FUNCTION lottery_entered_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.drawn IS NOT NULL OR jsonb_array_length(NEW.entered) <> jsonb_array_length(OLD.entered) + 1
     OR NEW.entered - -1 <> OLD.entered THEN
    RAISE EXCEPTION 'lottery: what was entered stays' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER lottery_entered_guard BEFORE UPDATE OF entered ON lottery FOR EACH ROW EXECUTE FUNCTION lottery_entered_guard();

-- 当選歴: of each application for a date, how many lotteries of this town its person won within a
-- year: whoever gave the same address, or is the same registered person.  What was called
-- off was not won.
CREATE OR REPLACE FUNCTION lottery_wins(p_slot bigint) RETURNS TABLE (application bigint, wins int) LANGUAGE sql STABLE AS $$
  WITH won AS (
    SELECT w.id, w.contact_hash, w.citizen_id
      FROM lottery l
     CROSS JOIN jsonb_array_elements(l.record -> 'result') AS r
      JOIN application w ON w.slot_id = l.slot_id AND w.number = r ->> 'number'
     WHERE l.drawn > now() - interval '1 year' AND l.slot_id <> p_slot AND (r ->> 'won')::boolean AND w.why IS DISTINCT FROM 'event'),
  mine AS (SELECT a.id, a.contact_hash, a.citizen_id FROM application a WHERE a.slot_id = p_slot AND a.state = 'applied')
  SELECT x.id, count(*)::int
    FROM (SELECT m.id, w.id AS won FROM mine m JOIN won w USING (contact_hash)
          UNION SELECT m.id, w.id FROM mine m JOIN won w USING (citizen_id)) x
   GROUP BY x.id
$$;
