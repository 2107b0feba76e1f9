-- SMS: what it costs, and what the gateway says afterwards.

-- How many parts a text is, before a gateway has counted it: 70 UTF-16 units, or parts of
-- 67.  A slot (base/slot.h) stands for a link of about 80 units.
CREATE OR REPLACE FUNCTION sms_parts(p_text text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN units <= 70 THEN 1 ELSE (units + 66) / 67 END
    FROM (SELECT length(p_text)
                 + length(regexp_replace(p_text, '[^\U00010000-\U0010FFFF]', '', 'g'))
                 + 79 * length(regexp_replace(p_text, '[^\uFDD0-\uFDD1]', '', 'g')) AS units) u);
END $$;

-- What each SMS of this message is taken for until the gateway tells: the longest language.
CREATE OR REPLACE FUNCTION sms_parts_of(p_message bigint) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(max(sms_parts(r.content->>'text')), 1)
    FROM message_rendering r JOIN message m ON m.id = r.message_id AND m.revision = r.revision
   WHERE r.message_id = p_message AND r.channel = 'sms');
END $$;

-- What one person costs by SMS, at the account that is in use; 0: no price is known.
CREATE OR REPLACE FUNCTION sms_yen(p_message bigint) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce((SELECT (g.settings->>'yen_per_part')::numeric FROM gateway g
                    WHERE g.channel = 'sms' AND g.active AND g.settings->>'yen_per_part' ~ '^[0-9]+([.][0-9]*)?(e[0-9])?$'
                    ORDER BY g.place LIMIT 1), 0) * sms_parts_of(p_message);
END $$;

CREATE OR REPLACE FUNCTION sms_this_month() RETURNS date LANGUAGE sql STABLE AS
$$ SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo')::date $$;

-- Parts that the town allows itself in a month (settings of its accounts); NULL: no end.
CREATE OR REPLACE FUNCTION sms_ceiling() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT max((g.settings->>'parts_per_month')::bigint)
    FROM gateway g WHERE g.channel = 'sms' AND g.active AND g.settings->>'parts_per_month' ~ '^[0-9]{1,12}$');
END $$;

-- Takes parts for up to p_people SMS of a message and says for how many: fewer, or none,
-- where the month's ceiling is near.  An emergency has none, and is counted.  The row of
-- the month makes two couriers wait for each other.
CREATE OR REPLACE FUNCTION sms_room(p_message bigint, p_people int, p_urgent boolean) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  each    int := sms_parts_of(p_message);
  ceiling bigint := CASE WHEN NOT p_urgent THEN sms_ceiling() END;
  used    bigint;
  people  int := p_people;
BEGIN
  INSERT INTO sms_month (month) VALUES (sms_this_month()) ON CONFLICT DO NOTHING;
  SELECT parts INTO used FROM sms_month WHERE month = sms_this_month() FOR UPDATE;
  IF ceiling IS NOT NULL THEN
    people := greatest(0, least(p_people, (ceiling - used) / each));
  END IF;
  UPDATE sms_month SET parts = parts + people * each WHERE month = sms_this_month() AND people > 0;
  RETURN people;
END $$;

-- Of p_people for whom sms_room gave parts in this month it is now known that they cost p_parts.
CREATE OR REPLACE FUNCTION sms_settle(p_message bigint, p_people int, p_parts bigint, p_month date DEFAULT sms_this_month()) RETURNS void
LANGUAGE sql AS $$
  UPDATE sms_month SET parts = greatest(0, parts + p_parts - p_people * sms_parts_of(p_message))
   WHERE month = p_month AND p_parts <> p_people * sms_parts_of(p_message)
$$;

-- The verdicts of a batch: what they cost is known now, and belongs to the month in which the
-- parts were given out.  What was in doubt stays paid for.
CREATE OR REPLACE FUNCTION sms_settle_batch(b batch, p_citizens bigint[], p_states text[], p_parts int[]) RETURNS void
LANGUAGE sql AS $$
  SELECT sms_settle(b.message_id, count(*)::int, coalesce(sum(u.parts) FILTER (WHERE u.state = 'accepted'), 0), m.month)
    FROM unnest(p_citizens, p_states, p_parts) AS u (c, state, parts)
   CROSS JOIN LATERAL (SELECT CASE WHEN u.c = ANY (b.citizens[1:b.given_before])
                                   THEN (b.given - interval '1 month')::date ELSE coalesce(b.given, sms_this_month()) END AS month) m
   WHERE u.state IN ('later', 'refused') OR (u.state = 'accepted' AND u.parts > 0)
   GROUP BY m.month
   ORDER BY m.month
$$;

-- An SMS that is no message: a code.
CREATE OR REPLACE FUNCTION sms_count(p_parts int) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sms_month (month, parts) VALUES (sms_this_month(), p_parts)
  ON CONFLICT (tenant_id, month) DO UPDATE SET parts = sms_month.parts + excluded.parts
$$;

-- A gateway tells what became of an SMS.  Only forward: delivered is the last word,
-- undelivered the last but one.  p_reason: of undelivered.  False: it changes nothing.  What
-- is of no message that is known waits for a day: the courier may not have written it yet,
-- or it is a code.  A number that nobody has any more is not written to again; another that the
-- person has given since is, and so is one that was reached after all.
CREATE OR REPLACE FUNCTION sms_receipt(p_provider text, p_receipt text, p_reason text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  d      delivery;
  nobody boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p_provider, current_tenant()));
  nobody := p_receipt = 'delivered'
            AND EXISTS (SELECT FROM delivery x WHERE x.provider_id = p_provider AND x.channel = 'sms'
                           AND x.receipt = 'undelivered' AND x.reason = 'mailbox_unknown');
  UPDATE delivery x
     SET receipt = p_receipt, receipt_at = now(),
         reason = CASE WHEN p_receipt = 'undelivered' THEN p_reason END
   WHERE x.provider_id = p_provider AND x.channel = 'sms'
     AND (x.receipt IS NULL OR (x.receipt = 'undelivered' AND p_receipt = 'delivered'))
  RETURNING x.* INTO d;
  IF NOT FOUND THEN
    IF NOT EXISTS (SELECT FROM delivery x WHERE x.provider_id = p_provider AND x.channel = 'sms') THEN
      INSERT INTO sms_early (provider_id, receipt, reason) VALUES (p_provider, p_receipt, p_reason)
      ON CONFLICT (tenant_id, provider_id) DO UPDATE SET receipt = excluded.receipt, reason = excluded.reason
        WHERE sms_early.receipt = 'undelivered';
    END IF;
    RETURN false;
  END IF;
  IF p_receipt = 'undelivered' AND p_reason = 'mailbox_unknown' THEN
    UPDATE contact SET state = 'failed', failed = now(), failures = failures + 1, reason = p_reason
     WHERE citizen_id = d.citizen_id AND channel = 'sms' AND state = 'active' AND NOT coalesce(confirmed > d.at, false);
  ELSIF nobody THEN
    UPDATE contact SET state = 'active', failed = NULL, failures = greatest(0, failures - 1), reason = NULL
     WHERE citizen_id = d.citizen_id AND channel = 'sms' AND state = 'failed' AND reason = 'mailbox_unknown'
       AND NOT coalesce(confirmed > d.at, false);
  END IF;
  RETURN true;
END $$;

-- The courier writes down what became of an SMS, and its receipt may be there already.
CREATE OR REPLACE FUNCTION sms_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  e sms_early;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.provider_id, NEW.tenant_id));
  DELETE FROM sms_early x WHERE x.provider_id = NEW.provider_id RETURNING x.* INTO e;
  IF FOUND THEN
    PERFORM sms_receipt(e.provider_id, e.receipt, e.reason);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sms_written AFTER INSERT OR UPDATE OF provider_id ON delivery
  FOR EACH ROW WHEN (NEW.channel = 'sms' AND NEW.provider_id IS NOT NULL) EXECUTE FUNCTION sms_written();

-- Somebody answered 停止: no more SMS to this number.  False: nobody has it, or it is so already.
CREATE OR REPLACE FUNCTION sms_stop(p_contact bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  SELECT citizen_id INTO person FROM contact WHERE channel = 'sms' AND hash = p_contact AND state IN ('active', 'failed');
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM set_config('chromo.actor', 'citizen:' || person, true);
  UPDATE contact SET state = 'left', reason = 'stop' WHERE channel = 'sms' AND hash = p_contact;
  RETURN true;
END $$;

-- Receipts that never came, an hour after the message's own end: where the gateway sends
-- receipts at all, those have not arrived.
CREATE OR REPLACE FUNCTION sms_expire(p_most int) RETURNS int LANGUAGE sql AS $$
  WITH late AS (
    SELECT d.tenant_id, d.message_id, d.citizen_id, d.channel, d.round, d.try, d.part
      FROM message m
      JOIN delivery d ON d.message_id = m.id AND d.channel = 'sms' AND d.state = 'accepted' AND d.receipt IS NULL
     WHERE m.by_sms AND m.valid_until BETWEEN now() - interval '3 days' AND now() - interval '1 hour'
       AND EXISTS (SELECT FROM delivery o WHERE o.message_id = m.id AND o.channel = 'sms' AND o.receipt IS NOT NULL)
     LIMIT p_most),
  done AS (
    UPDATE delivery d SET receipt = 'undelivered', receipt_at = now(), reason = 'expired'
      FROM late l
     WHERE (d.tenant_id, d.message_id, d.citizen_id, d.channel, d.round, d.try, d.part)
         = (l.tenant_id, l.message_id, l.citizen_id, l.channel, l.round, l.try, l.part)
       AND d.receipt IS NULL      -- it may have come just now
    RETURNING 1)
  SELECT count(*)::int FROM done
$$;
