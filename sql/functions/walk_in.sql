-- People at the door without application (当日参加), domain/walk_in.c.  They take seats of the
-- date and its quotas under its lock, as everybody does (seat.sql).  But a person in the room
-- is a fact: who is let in although there is no seat is written down as over (人数超過), and
-- gets what comes free before anybody who waits at home.

-- Gives those who are in what they lack and is free, in their order.  The date is locked; one
-- that was called off has no seats.
CREATE OR REPLACE FUNCTION walk_in_seat(p_slot bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  c   checkin;
  n   int;
  got int[];
BEGIN
  IF walk_in_drawing(p_slot) OR EXISTS (SELECT FROM event_slot s WHERE s.id = p_slot AND s.cancelled IS NOT NULL) THEN
    RETURN;
  END IF;
  FOR c IN SELECT * FROM checkin x WHERE x.slot_id = p_slot AND (x.over > 0 OR x.held <> x.claims) ORDER BY x.received, x.id LOOP
    SELECT least(c.over, coalesce(s.capacity - s.taken, c.over)) INTO n FROM event_slot s WHERE s.id = p_slot;
    got := ARRAY(SELECT coalesce(least(x.claim - x.have, q.capacity - q.taken), 0)
                   FROM unnest(c.quotas, c.claims, c.held) WITH ORDINALITY AS x (quota, claim, have, place)
                   LEFT JOIN event_quota q ON q.id = x.quota AND q.slot_id = p_slot ORDER BY x.place);
    CONTINUE WHEN n = 0 AND 0 = ALL (got);
    PERFORM seat_move(p_slot, n, c.quotas, got, 1);
    UPDATE checkin x SET seats = x.seats + n, over = x.over - n,
                         held = ARRAY(SELECT u.have + u.more FROM unnest(c.held, got) WITH ORDINALITY AS u (have, more, place) ORDER BY u.place)
     WHERE x.id = c.id;
  END LOOP;
END $$;

-- Between the list of a lottery and its draw the seats are the draw's.
CREATE OR REPLACE FUNCTION walk_in_drawing(p_slot bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM lottery l WHERE l.slot_id = p_slot AND l.closed IS NOT NULL AND l.drawn IS NULL);
END $$;

-- Somebody comes in.  "in", with how many of them have no seat (over) and in which quotas
-- they lack one; "full", or "short" where there is room for some: nothing was written.  p_anyway: they are
-- let in all the same, or are in already.  The same entry told twice is there once.
CREATE OR REPLACE FUNCTION walk_in_add(p_id uuid, p_event bigint, p_slot bigint, p_people int, p_quotas bigint[], p_claims int[],
                                       p_door text, p_device text, p_at timestamptz, p_staff bigint, p_anyway boolean,
                                       OUT outcome text, OUT room int, OUT over int, OUT lacking text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  s event_slot := seat_lock(p_slot, p_event);
  c checkin;
BEGIN
  SELECT x.* INTO c FROM checkin x WHERE x.id = p_id;
  IF NOT FOUND THEN
    IF NOT p_anyway AND (walk_in_drawing(p_slot) OR NOT seat_is_free(p_slot, p_people, p_quotas, p_claims) OR seat_is_kept(p_slot)) THEN
      room := CASE WHEN s.cancelled IS NULL AND NOT walk_in_drawing(p_slot) AND NOT seat_is_kept(p_slot) THEN s.capacity - s.taken END;
      outcome := CASE WHEN room > 0 THEN 'short' ELSE 'full' END;
      lacking := (SELECT string_agg(q.name, '、' ORDER BY q.id) FROM unnest(p_quotas, p_claims) AS x (quota, n)
                    JOIN event_quota q ON q.id = x.quota AND q.taken + x.n > q.capacity);
      RETURN;
    END IF;
    INSERT INTO checkin (id, event_id, slot_id, people, door, device, at, staff_id, over, quotas, claims, held)
    SELECT p_id, p_event, p_slot, p_people, p_door, p_device, least(p_at, now()), p_staff,
           CASE WHEN s.cancelled IS NULL THEN p_people ELSE 0 END,    -- nobody is over where there are no seats
           -- Of a quota that is no more nobody claims anything.
           coalesce(array_agg(q.id ORDER BY q.id), '{}'), coalesce(array_agg(x.n ORDER BY q.id), '{}'),
           coalesce(array_agg(0 ORDER BY q.id), '{}')
      FROM unnest(p_quotas, p_claims) AS x (quota, n) JOIN event_quota q ON q.id = x.quota AND q.slot_id = p_slot AND s.cancelled IS NULL;
    PERFORM walk_in_seat(p_slot);
    SELECT x.* INTO c FROM checkin x WHERE x.id = p_id;
  END IF;
  outcome := 'in';
  over := c.over;
  lacking := (SELECT string_agg(q.name, '、' ORDER BY q.id) FROM unnest(c.quotas, c.claims, c.held) AS x (quota, claim, have)
                JOIN event_quota q ON q.id = x.quota WHERE x.have < x.claim);
END $$;

-- In a strict event what is free is theirs who wait, until the date begins.
CREATE OR REPLACE FUNCTION seat_is_kept(p_slot bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM event_slot s JOIN event e ON e.id = s.event_id
                  WHERE s.id = p_slot AND s.begins > now() AND e.in_order AND seat_is_awaited(p_slot));
END $$;

-- An entry was a mistake.  Whoever signed up keeps their seat; the seats of others come back, to
-- those in the room who have none, and then, until the date begins, to those who wait: as all
-- seats that come free.  False: there is no such entry, or it was undone before.
CREATE OR REPLACE FUNCTION checkin_undo(p_id uuid, p_event bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  c checkin;
BEGIN
  SELECT x.* INTO c FROM checkin x WHERE x.id = p_id AND x.event_id = p_event;
  IF c.application_id IS NULL AND c.id IS NOT NULL THEN
    PERFORM seat_lock(c.slot_id, p_event);
    SELECT x.* INTO c FROM checkin x WHERE x.id = p_id;
  END IF;
  UPDATE checkin SET undone = now(), seats = 0, over = 0, quotas = '{}', claims = '{}', held = '{}'
   WHERE id = p_id AND event_id = p_event AND undone IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF c.application_id IS NULL THEN
    PERFORM seat_move(c.slot_id, c.seats, c.quotas, c.held, -1);
    PERFORM seat_promote(c.slot_id);
  END IF;
  RETURN true;
END $$;
