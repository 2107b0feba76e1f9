-- Numbers of phones pass to other people.  A year after a number was proved it is asked by
-- SMS whether it still wants messages, and once more two weeks later.  Another two weeks on,
-- without an answer:
--
--	a person who is reached by something else	gets no SMS any more
--	a person who has nothing else			gets 命を守る情報 alone
--
-- The design says that numbers are confirmed each year, not what becomes of those that are
-- not.  Public words that save lives do no harm to a stranger, who can answer 停止; kept from
-- somebody who overlooked an SMS they may cost a life.  Nobody loses anything without having
-- been asked: it counts from the moment when the gateway took the SMS.  Mail is not asked:
-- an address that is given up comes back, and is seldom another's.

-- SMS are for the day, and not for the hours in which this person wants none.
CREATE OR REPLACE FUNCTION keep_time(p_from time, p_to time) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
  SELECT CASE WHEN japan::time < '09:00' THEN (japan::date + time '09:00') AT TIME ZONE 'Asia/Tokyo'
              WHEN japan::time >= '20:00' THEN (japan::date + 1 + time '09:00') AT TIME ZONE 'Asia/Tokyo'
              ELSE at END
    FROM (SELECT at, at AT TIME ZONE 'Asia/Tokyo' AS japan
            FROM (SELECT coalesce(quiet_due(quiet_end(p_from, p_to, quiet_clock(false))), now()) AS at) q) x);
END $$;

-- Who is to be asked now: not beyond the month's ceiling, and nobody who has such an SMS on
-- its way or was sent one in vain this week.
CREATE OR REPLACE FUNCTION keep_due(p_most int)
RETURNS TABLE (contact_id bigint, address bytea, language text, proved bigint, due timestamptz) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT k.id, k.address, c.language, extract(epoch FROM k.confirmed)::bigint, keep_time(c.quiet_from, c.quiet_to)
    FROM contact k JOIN citizen c ON c.id = k.citizen_id
   WHERE k.channel = 'sms' AND k.state = 'active' AND c.state = 'active'
     AND (k.asks = 0 AND k.confirmed < now() - interval '1 year'
          OR k.asks = 1 AND k.asked < now() - interval '14 days')
     AND NOT EXISTS (SELECT FROM letter l
                      WHERE l.contact_id = k.id AND l.kind = 'phone_keep'
                        AND (l.finished IS NULL OR l.finished > now() - interval '7 days'))
     AND EXISTS (SELECT FROM gateway WHERE channel = 'sms' AND active)
     AND coalesce((SELECT parts FROM sms_month WHERE month = sms_this_month()), 0) < coalesce(sms_ceiling(), 'infinity'::numeric)
   ORDER BY k.confirmed, k.id
   LIMIT p_most;
END $$;

CREATE OR REPLACE FUNCTION keep_letter(p_contact bigint, p_due timestamptz, p_key uuid, p_sealed bytea, p_parts int)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO letter (kind, channel, key, sealed, contact_id, due, valid_until)
  VALUES ('phone_keep', 'sms', p_key, p_sealed, p_contact, p_due, p_due + interval '3 days');
  PERFORM sms_count(p_parts);
END $$;

-- The time to answer is over.
CREATE OR REPLACE FUNCTION keep_end(p_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  k contact;
  n int := 0;
BEGIN
  FOR k IN
    SELECT * FROM contact
     WHERE channel = 'sms' AND state = 'active' AND asks = 2 AND asked < now() - interval '14 days'
     ORDER BY asked, id LIMIT p_most FOR UPDATE SKIP LOCKED
  LOOP
    n := n + 1;
    IF EXISTS (SELECT FROM contact o WHERE o.citizen_id = k.citizen_id AND o.id <> k.id AND o.state = 'active') THEN
      UPDATE contact SET asks = 3, state = 'failed', failed = now(), reason = 'not_confirmed' WHERE id = k.id;
    ELSE
      UPDATE citizen SET vital_only = true WHERE id = k.citizen_id AND NOT vital_only;
      UPDATE contact SET asks = 3, narrowed = FOUND WHERE id = k.id;
    END IF;
  END LOOP;
  RETURN n;
END $$;

-- Whoever holds the phone wants it: a year begins, and what ended for want of an answer is
-- there again.
CREATE OR REPLACE FUNCTION contact_proved(p_contact bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  k contact;
BEGIN
  SELECT * INTO k FROM contact WHERE id = p_contact FOR UPDATE;
  IF k.narrowed THEN
    UPDATE citizen SET vital_only = false WHERE id = k.citizen_id;
  END IF;
  UPDATE contact
     SET confirmed = now(), asks = 0, asked = NULL, narrowed = false,
         state = CASE WHEN reason = 'not_confirmed' THEN 'active' ELSE state END,
         failed = CASE WHEN reason = 'not_confirmed' THEN NULL ELSE failed END,
         reason = nullif(reason, 'not_confirmed')
   WHERE id = p_contact;
END $$;

-- A link works for what was asked: an old SMS on the telephone of somebody who has another
-- number by now answers nothing.
CREATE OR REPLACE FUNCTION keep_open(p_contact bigint, p_proved bigint) RETURNS SETOF contact LANGUAGE sql STABLE AS $$
  SELECT * FROM contact
   WHERE id = p_contact AND channel = 'sms' AND extract(epoch FROM confirmed)::bigint = p_proved
     AND (state = 'active' OR reason = 'not_confirmed')
$$;

-- The answer.  No: the number is erased, and a person who had nothing else with it.  CH001:
-- there is nothing to answer (any more).
CREATE OR REPLACE FUNCTION keep_answer(p_contact bigint, p_proved bigint, p_keep boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  k contact;
BEGIN
  SELECT * INTO k FROM keep_open(p_contact, p_proved);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'keep: nothing to answer' USING ERRCODE = 'CH001';
  END IF;
  PERFORM set_config('chromo.actor', 'citizen:' || k.citizen_id, true);
  PERFORM audit_write(CASE WHEN p_keep THEN 'phone.keep' ELSE 'phone.end' END, k.citizen_id, NULL);
  IF p_keep THEN
    PERFORM contact_proved(k.id);
    RETURN;
  END IF;
  PERFORM contact_give_up(k.citizen_id, k.channel, k.id);
END $$;
