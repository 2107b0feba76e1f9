-- Seats (domain/application.c).  Whatever changes the seats of a date, taken of event_slot
-- and of its quotas, the order of those who wait, locks the row of the date first: so all
-- of it happens one after the other, and the constraints taken <= capacity are behind it.

-- All of it is PL/pgSQL, which keeps its plans: while a date is locked everybody waits.

-- Room for n people who claim so many seats of each quota?  The date is locked.
CREATE OR REPLACE FUNCTION seat_is_free(p_slot bigint, p_people int, p_quotas bigint[], p_claims int[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event_slot s WHERE s.id = p_slot AND s.cancelled IS NULL
                    AND (s.capacity IS NULL OR s.taken + p_people <= s.capacity)) THEN
    RETURN false;
  END IF;
  RETURN cardinality(p_quotas) = 0
         OR NOT EXISTS (SELECT FROM unnest(p_quotas, p_claims) AS c (quota, n)
                         WHERE NOT EXISTS (SELECT FROM event_quota q WHERE q.id = c.quota AND q.slot_id = p_slot
                                                                       AND q.taken + c.n <= q.capacity));
END $$;

-- Would there be, if nobody else came?  A group that is larger than the date, or than a quota that it claims, keeps nobody behind it back.
CREATE OR REPLACE FUNCTION seat_fits(p_slot bigint, p_people int, p_quotas bigint[], p_claims int[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM event_slot s WHERE s.id = p_slot AND s.capacity < p_people)
     AND NOT EXISTS (SELECT FROM unnest(p_quotas, p_claims) AS c (quota, n) JOIN event_quota q ON q.id = c.quota AND q.capacity < c.n);
END $$;

-- Whether somebody waits for this date who can come to have a seat.
CREATE OR REPLACE FUNCTION seat_is_awaited(p_slot bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM application w WHERE w.slot_id = p_slot AND w.state = 'waiting' AND seat_fits(p_slot, w.people, w.quotas, w.claims));
END $$;

-- Are all of these quotas of this date?
CREATE OR REPLACE FUNCTION seat_quotas_are(p_slot bigint, p_quotas bigint[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM unnest(p_quotas) AS c (quota) WHERE NOT EXISTS (SELECT FROM event_quota q WHERE q.id = c.quota AND q.slot_id = p_slot));
END $$;

-- Takes (n > 0) or gives back (n < 0) the seats of a date and its quotas together.
CREATE OR REPLACE FUNCTION seat_move(p_slot bigint, p_people int, p_quotas bigint[], p_claims int[], p_sign int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE event_slot SET taken = taken + p_sign * p_people WHERE id = p_slot;
  IF cardinality(p_quotas) > 0 THEN
    UPDATE event_quota q SET taken = q.taken + p_sign * c.n
      FROM unnest(p_quotas, p_claims) AS c (quota, n) WHERE q.id = c.quota AND q.slot_id = p_slot;
  END IF;
END $$;

-- Until when an offer of that moment can be taken: not beyond the beginning of the date.  NULL:
-- the event makes none.
CREATE OR REPLACE FUNCTION offer_end(p_slot bigint, p_from timestamptz, p_hours int) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT least(p_from + make_interval(hours => p_hours), s.begins) FROM event_slot s WHERE s.id = p_slot AND p_hours IS NOT NULL);
END $$;

-- What is free goes to those who are in the room without a seat (walk_in.sql), and then to those who wait, in their order
-- (first whom staff have put ahead): a seat at once, or an offer with a deadline.  A group of n gets n seats or goes on waiting; the ones behind it pass by, but
-- for a strict event.  The date is locked.  Returns how many moved up.
CREATE OR REPLACE FUNCTION seat_promote(p_slot bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  e     event;
  a     application;
  moved int := 0;
BEGIN
  PERFORM walk_in_seat(p_slot);
  SELECT x.* INTO e FROM event x JOIN event_slot s ON s.event_id = x.id WHERE s.id = p_slot AND s.begins > now();
  IF NOT FOUND OR e.state <> 'open' THEN
    RETURN 0;
  END IF;
  FOR a IN SELECT * FROM application x WHERE x.slot_id = p_slot AND x.state = 'waiting' ORDER BY NOT x.ahead, x.waiting FOR UPDATE LOOP
    EXIT WHEN NOT seat_is_free(p_slot, 1, '{}', '{}');  -- full: nobody further back has a chance
    IF NOT seat_is_free(p_slot, a.people, a.quotas, a.claims) THEN
      EXIT WHEN e.in_order AND seat_fits(p_slot, a.people, a.quotas, a.claims);
      CONTINUE;
    END IF;
    PERFORM seat_move(p_slot, a.people, a.quotas, a.claims, 1);
    UPDATE application SET state = CASE WHEN e.offer_hours IS NULL THEN 'confirmed' ELSE 'offered' END, waiting = NULL,
                           offer_until = offer_end(p_slot, now(), e.offer_hours)
     WHERE id = a.id;
    moved := moved + 1;
  END LOOP;
  RETURN moved;
END $$;

-- The date, locked; NULL: there is none of this event.  Whoever only refers to it, as an entry at
-- the door does, passes: of two who have an application and want its date one would else die.
CREATE OR REPLACE FUNCTION seat_lock(p_slot bigint, p_event bigint) RETURNS event_slot LANGUAGE plpgsql AS $$
DECLARE
  s event_slot;
BEGIN
  SELECT x.* INTO s FROM event_slot x WHERE x.id = p_slot AND x.event_id = p_event FOR NO KEY UPDATE;
  RETURN s;
END $$;

-- 受付番号: tells nothing, not how many came before.  Ten digits, which are read out by telephone.
CREATE OR REPLACE FUNCTION application_number() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN to_char(floor(random() * 1000)::int, 'FM000') || '-' || to_char(floor(random() * 1000)::int, 'FM000') || '-' ||
         to_char(floor(random() * 10000)::int, 'FM0000');
END $$;

-- Signs up.  "outcome": kept, and then number and state; closed: not open, or this date has
-- gone by or is cancelled; full: neither seats nor a place to wait, or more than the date, or a quota that
-- they claim, has in all; many: more people than one application may have; gone: a quota that they claim is none of this date any more;
-- again: this person has signed up.  Staff (p_staff) may sign
-- somebody up until the date, in the same quota and queue.
CREATE OR REPLACE FUNCTION application_add(p_event bigint, p_slot bigint, p_people int, p_quotas bigint[], p_claims int[],
                                           p_person bytea, p_contact bytea, p_hash bytea, p_answers jsonb,
                                           p_edition int, p_citizen bigint, p_language text, p_channel text, p_staff bigint,
                                           OUT outcome text, OUT number text, OUT state text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  e    record;
  s    event_slot;
  free boolean;
BEGIN
  -- From here on everybody else waits for this date; and what the event says is read when
  -- one's turn has come, for staff may have changed it meanwhile (event_guard).
  SELECT x.* INTO s FROM event_slot x WHERE x.id = p_slot AND x.event_id = p_event FOR NO KEY UPDATE;
  IF NOT FOUND OR s.cancelled IS NOT NULL OR s.begins <= now() THEN
    outcome := 'closed';
    RETURN;
  END IF;
  SELECT x.state, x.rule, x.opens, x.closes, x.group_max, x.once, x.waiting, x.in_order INTO e FROM event x WHERE x.id = p_event;
  IF e.state <> 'open' OR e.rule = 'none'
     OR (p_staff IS NULL AND NOT (coalesce(e.opens <= now(), true) AND coalesce(e.closes > now(), true))) THEN
    outcome := 'closed';
    RETURN;
  END IF;
  IF p_people NOT BETWEEN 1 AND e.group_max
     OR cardinality(p_claims) > 0 AND EXISTS (SELECT FROM unnest(p_claims) AS c (n) WHERE n NOT BETWEEN 0 AND p_people) THEN
    outcome := 'many';
    RETURN;
  END IF;
  IF cardinality(p_quotas) > 0 AND NOT seat_quotas_are(p_slot, p_quotas) THEN
    outcome := 'gone';
    RETURN;
  END IF;
  IF s.capacity < p_people OR cardinality(p_quotas) > 0 AND NOT seat_fits(p_slot, p_people, p_quotas, p_claims) THEN
    outcome := 'full';
    RETURN;
  END IF;
  -- Asked one by one: PostgreSQL plans an expression anew each time whose plan is cheaper once
  -- it is known which half of it is false.
  IF e.rule = 'lottery' THEN              -- whom staff enter behind the list: after all who were drawn
    state := CASE WHEN EXISTS (SELECT FROM lottery l WHERE l.slot_id = p_slot AND l.closed IS NOT NULL) THEN 'waiting' ELSE 'applied' END;
  ELSIF e.rule <> 'first' THEN
    state := 'applied';
  ELSE
    free := s.capacity IS NULL OR s.taken + p_people <= s.capacity;
    IF free AND cardinality(p_quotas) > 0 THEN
      free := seat_is_free(p_slot, p_people, p_quotas, p_claims);
    END IF;
    IF free AND e.in_order THEN
      free := NOT seat_is_awaited(p_slot);
    END IF;
    IF NOT free AND NOT e.waiting THEN
      outcome := 'full';
      RETURN;
    END IF;
    state := CASE WHEN free THEN 'confirmed' ELSE 'waiting' END;
  END IF;
  LOOP
    INSERT INTO application AS a (event_id, slot_id, number, people, state, waiting, quotas, claims, person, contact, contact_hash,
                                  once_hash, answers, edition, citizen_id, language, channel, staff_id)
    VALUES (p_event, p_slot, application_number(), p_people, state,
            CASE state WHEN 'waiting' THEN (SELECT coalesce(max(w.waiting), 0) + 1 FROM application w WHERE w.slot_id = p_slot AND w.state = 'waiting') END,
            p_quotas, p_claims, p_person, p_contact, p_hash, CASE WHEN e.once THEN p_hash END, p_answers, p_edition,
            p_citizen, p_language, p_channel, p_staff)
    ON CONFLICT DO NOTHING
    RETURNING a.number INTO number;
    EXIT WHEN FOUND;
    IF EXISTS (SELECT FROM application a WHERE a.event_id = p_event AND a.once_hash = p_hash
                                                     AND a.state IN ('applied', 'confirmed', 'waiting', 'offered')) THEN
      outcome := 'again';
      state := NULL;
      RETURN;
    END IF;
  END LOOP;
  IF state = 'confirmed' THEN
    PERFORM seat_move(p_slot, p_people, p_quotas, p_claims, 1);
  END IF;
  outcome := 'kept';
END $$;

-- Whether somebody is in (受付): from then on their seats are theirs.
CREATE OR REPLACE FUNCTION seat_entered(p_application bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM checkin c WHERE c.application_id = p_application AND c.undone IS NULL);
END $$;

-- Leaves: 'cancelled' by the person or by staff (p_why), or 'expired' because an offer was
-- not taken.  Seats come back, and who waits moves up.  False: it was over already.
DROP FUNCTION IF EXISTS application_end(bigint, text);
CREATE OR REPLACE FUNCTION application_end(p_application bigint, p_becomes text, p_why text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  a application;
BEGIN
  SELECT x.* INTO a FROM application x WHERE x.id = p_application;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM seat_lock(a.slot_id, a.event_id);
  SELECT x.* INTO a FROM application x WHERE x.id = p_application FOR UPDATE;
  IF a.state NOT IN ('applied', 'confirmed', 'waiting', 'offered')
     OR (p_becomes = 'expired' AND (a.state <> 'offered' OR a.offer_until > now()))
     OR seat_entered(a.id) THEN
    RETURN false;
  END IF;
  UPDATE application x SET state = p_becomes, waiting = NULL, offer_until = NULL, why = p_why,
                           cancelled = CASE WHEN p_becomes = 'cancelled' THEN now() END
   WHERE x.id = p_application;
  IF a.state IN ('confirmed', 'offered') THEN
    PERFORM seat_move(a.slot_id, a.people, a.quotas, a.claims, -1);
  END IF;
  -- Also when somebody leaves the queue: in a strict one they may have kept others back.
  IF a.state <> 'applied' THEN
    PERFORM seat_promote(a.slot_id);
  END IF;
  RETURN true;
END $$;

-- Takes an offer up: so its person knows of it, whether or not they were written to.  False: its
-- time is over, or it was answered.  It is not over before they were told (seat_expire).
CREATE OR REPLACE FUNCTION application_accept(p_application bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE application SET state = 'confirmed', offer_until = NULL, told = 'offered'
   WHERE id = p_application AND state = 'offered'
     AND (offer_until > now() OR contact IS NOT NULL AND told IS DISTINCT FROM 'offered');
  RETURN FOUND;
END $$;

-- 承認制: staff give a seat, if there is one, or say no.  "full": there is none.
CREATE OR REPLACE FUNCTION application_decide(p_application bigint, p_yes boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  a application;
BEGIN
  SELECT x.* INTO a FROM application x WHERE x.id = p_application;
  PERFORM seat_lock(a.slot_id, a.event_id);
  SELECT x.* INTO a FROM application x WHERE x.id = p_application AND x.state IN ('applied', 'waiting') FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'over';
  END IF;
  IF NOT p_yes THEN
    UPDATE application SET state = 'rejected', waiting = NULL WHERE id = p_application;
    RETURN 'rejected';
  END IF;
  IF NOT seat_is_free(a.slot_id, a.people, a.quotas, a.claims) THEN
    RETURN 'full';
  END IF;
  PERFORM seat_move(a.slot_id, a.people, a.quotas, a.claims, 1);
  UPDATE application SET state = 'confirmed', waiting = NULL WHERE id = p_application;
  RETURN 'confirmed';
END $$;

-- Staff put somebody who waits ahead of those whom they have not: they say why, and it is
-- written down.  False: they do not wait any more.
CREATE OR REPLACE FUNCTION application_ahead(p_application bigint, p_ahead boolean, p_why text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  a application;
BEGIN
  SELECT x.* INTO a FROM application x WHERE x.id = p_application;
  PERFORM seat_lock(a.slot_id, a.event_id);
  UPDATE application x SET ahead = p_ahead WHERE x.id = p_application AND x.state = 'waiting';
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM audit_write('application.ahead', p_application, jsonb_build_object('ahead', p_ahead, 'why', p_why));
  -- In a strict queue another group stands in front now, and may fit.
  PERFORM seat_promote(a.slot_id);
  RETURN true;
END $$;

-- How many groups stand in front, and oneself.
CREATE OR REPLACE FUNCTION seat_place(p_slot bigint, p_ahead boolean, p_waiting int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*)::int FROM application w
    WHERE w.slot_id = p_slot AND w.state = 'waiting' AND (NOT w.ahead, w.waiting) <= (NOT p_ahead, p_waiting));
END $$;

-- Offers whose time is over pass on to the next; of the present tenant, a few at a time.  Not
-- before their person was told: while nothing goes out nobody loses an offer.
CREATE OR REPLACE FUNCTION seat_expire(p_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n  int := 0;
  id bigint;
BEGIN
  FOR id IN SELECT a.id FROM application a
             WHERE a.state = 'offered' AND a.offer_until <= now() AND (a.told = 'offered' OR a.contact IS NULL)
             ORDER BY a.slot_id, a.id LIMIT p_most LOOP
    n := n + application_end(id, 'expired', NULL)::int;
  END LOOP;
  RETURN n;
END $$;

-- A lottery was drawn: who won is in, with their seats and those of their quotas, everybody
-- else waits in the order of the draw.  Whoever has cancelled since the list was closed stays
-- so; their seats go to those who wait.
CREATE OR REPLACE FUNCTION seat_draw(p_slot bigint, p_record jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  winners bigint[];
BEGIN
  PERFORM FROM event_slot s WHERE s.id = p_slot FOR NO KEY UPDATE;
  WITH result AS (
    SELECT r ->> 'number' AS number, (r ->> 'won')::boolean AS won, (r ->> 'waiting')::int AS waiting
      FROM jsonb_array_elements(p_record -> 'result') r),
  moved AS (
    UPDATE application a SET state = CASE WHEN r.won THEN 'confirmed' ELSE 'waiting' END, waiting = nullif(r.waiting, 0)
      FROM result r WHERE a.number = r.number AND a.slot_id = p_slot AND a.state = 'applied'
    RETURNING a.id, r.won)
  SELECT array_agg(id) INTO winners FROM moved WHERE won;
  UPDATE event_slot SET taken = taken + (SELECT coalesce(sum(a.people), 0) FROM application a WHERE a.id = ANY (winners)) WHERE id = p_slot;
  UPDATE event_quota q SET taken = q.taken + x.n
    FROM (SELECT c.quota, sum(c.n) AS n FROM application a, unnest(a.quotas, a.claims) AS c (quota, n)
           WHERE a.id = ANY (winners) GROUP BY c.quota) x
   WHERE q.id = x.quota AND q.slot_id = p_slot;
  PERFORM seat_promote(p_slot);
END $$;

-- Changes who comes: how many, with which claims, what they answered.  "changed"; "full": no
-- seats for so many, and all stays as it was; "gone": a quota is no more; "over": it has ended, or sign-up has.  Whoever
-- waits keeps their place.  Fewer than before lets others move up.
CREATE OR REPLACE FUNCTION application_change(p_application bigint, p_people int, p_quotas bigint[], p_claims int[],
                                              p_person bytea, p_answers jsonb, p_edition int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  a application;
  e event;
BEGIN
  SELECT x.* INTO a FROM application x WHERE x.id = p_application;
  IF NOT FOUND THEN
    RETURN 'over';
  END IF;
  SELECT x.* INTO e FROM event x WHERE x.id = a.event_id;
  IF NOT EXISTS (SELECT FROM seat_lock(a.slot_id, a.event_id) s WHERE s.cancelled IS NULL AND s.begins > now()) OR e.state <> 'open' THEN
    RETURN 'over';
  END IF;
  IF p_people NOT BETWEEN 1 AND e.group_max OR EXISTS (SELECT FROM unnest(p_claims) AS c (n) WHERE n NOT BETWEEN 0 AND p_people) THEN
    RETURN 'many';
  END IF;
  IF NOT seat_quotas_are(a.slot_id, p_quotas) THEN
    RETURN 'gone';
  END IF;
  SELECT x.* INTO a FROM application x WHERE x.id = p_application FOR UPDATE;
  IF a.state NOT IN ('applied', 'confirmed', 'waiting', 'offered')
     OR seat_entered(a.id)
     OR (a.state = 'applied' AND (coalesce(e.closes <= now(), false)
                                  OR EXISTS (SELECT FROM lottery l WHERE l.slot_id = a.slot_id AND l.closed IS NOT NULL))) THEN
    RETURN 'over';
  END IF;
  IF a.state IN ('confirmed', 'offered') THEN
    PERFORM seat_move(a.slot_id, a.people, a.quotas, a.claims, -1);
    -- In a strict event more seats than before are those of whoever waits.
    IF NOT seat_is_free(a.slot_id, p_people, p_quotas, p_claims) OR p_people > a.people AND seat_is_kept(a.slot_id) THEN
      PERFORM seat_move(a.slot_id, a.people, a.quotas, a.claims, 1);
      RETURN 'full';
    END IF;
    PERFORM seat_move(a.slot_id, p_people, p_quotas, p_claims, 1);
  ELSIF NOT seat_fits(a.slot_id, p_people, p_quotas, p_claims)
        AND (p_people > a.people OR seat_fits(a.slot_id, a.people, a.quotas, a.claims)) THEN
    RETURN 'full';                        -- they would wait for ever; who does so already may still be fewer
  END IF;
  UPDATE application x SET people = p_people, quotas = p_quotas, claims = p_claims, person = p_person, answers = p_answers,
                           edition = p_edition, changed = now()
   WHERE x.id = p_application;
  IF a.state <> 'applied' THEN
    PERFORM seat_promote(a.slot_id);
  END IF;
  RETURN 'changed';
END $$;

-- All of a date, or of an event, ends: everybody who signed up is told that it does not
-- take place.  Returns how many applications.
CREATE OR REPLACE FUNCTION seat_call_off(p_slot bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  PERFORM FROM event_slot s WHERE s.id = p_slot FOR NO KEY UPDATE;
  UPDATE application SET state = 'cancelled', why = 'event', waiting = NULL, offer_until = NULL, cancelled = now()
   WHERE slot_id = p_slot AND state IN ('applied', 'confirmed', 'waiting', 'offered');
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE event_slot SET taken = 0, cancelled = coalesce(cancelled, now()) WHERE id = p_slot;
  UPDATE event_quota SET taken = 0 WHERE slot_id = p_slot;
  UPDATE checkin SET seats = 0, over = 0, quotas = '{}', claims = '{}', held = '{}' WHERE slot_id = p_slot AND application_id IS NULL;
  RETURN n;
END $$;

CREATE OR REPLACE FUNCTION event_call_off(p_event bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  s bigint;
  n int := 0;
BEGIN
  UPDATE event SET state = 'cancelled', cancelled = now(), updated = now(), sequence = sequence + 1
   WHERE id = p_event AND state = 'open';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'event: not open' USING ERRCODE = 'CH003';
  END IF;
  FOR s IN SELECT id FROM event_slot WHERE event_id = p_event AND ends > now() ORDER BY id LOOP
    n := n + seat_call_off(s);
  END LOOP;
  RETURN n;
END $$;
