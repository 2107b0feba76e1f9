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
