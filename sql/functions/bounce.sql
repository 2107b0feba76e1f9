-- Mails that come back (app/domain/bounce.h).

-- Of a message so many came back as refused for what they are (5.7.x: DMARC, a block list)
-- that it is no single filter's whim: five, and one in twenty.  Until a quarter of an hour
-- after the last of them the town's mails wait, but for emergencies (courier_tenant).
CREATE OR REPLACE FUNCTION mail_rest(p_message bigint) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO mail_bar AS b (place, breaker, until)
  SELECT 0, 'open', now() + interval '15 minutes'
   WHERE (SELECT count(*) FROM mail_return r WHERE r.message_id = p_message AND r.kind = 'policy')
         >= greatest(5, (SELECT sum(x.accepted) / 20.0 FROM batch x WHERE x.message_id = p_message AND x.channel = 'email'))
  ON CONFLICT (tenant_id, place) DO UPDATE
     SET until = excluded.until, changed = CASE WHEN b.until > now() THEN b.changed ELSE now() END
$$;

-- An address that does not exist: p_sure, and once is enough; otherwise, and of a mailbox that
-- is shut, it is given up the second time on another day (integrations.md 11.4).
CREATE OR REPLACE FUNCTION contact_returned(p_contact bigint, p_kind text, p_sure boolean) RETURNS void
LANGUAGE sql AS $$
  UPDATE contact x
     SET failures = x.failures + 1, failed = now(), reason = 'mailbox_unknown',
         state = CASE WHEN p_kind = 'hard' AND p_sure
                        OR x.reason = 'mailbox_unknown' AND x.failed < now() - interval '24 hours'
                        OR EXISTS (SELECT FROM mail_return r
                                    WHERE r.citizen_id = x.citizen_id AND r.kind IN ('hard', 'suspended')
                                      AND r.at < now() - interval '24 hours' AND r.at > coalesce(x.confirmed, '-infinity'))
                      THEN 'failed' ELSE x.state END
   WHERE x.id = p_contact AND x.state = 'active' AND p_kind IN ('hard', 'suspended')
$$;

-- A mail that the server had taken came back, or its reader called it spam.  False: it was known.
CREATE OR REPLACE FUNCTION bounce_take(p_message bigint, p_citizen bigint, p_kind text, p_status text, p_sure boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  d delivery;
  k contact;
BEGIN
  SELECT * INTO d FROM delivery x
   WHERE x.message_id = p_message AND x.citizen_id = p_citizen AND x.channel = 'email' AND x.state = 'accepted'
   ORDER BY x.round DESC, x.try DESC, x.part DESC LIMIT 1 FOR UPDATE;
  SELECT * INTO k FROM contact x WHERE x.citizen_id = p_citizen AND x.channel = 'email' FOR UPDATE;
  INSERT INTO mail_return (message_id, citizen_id, round, kind, status)
  VALUES (p_message, p_citizen, d.round, p_kind, p_status)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF p_kind = 'complaint' THEN
    -- It arrived, and is not wanted.
    UPDATE contact x SET state = 'left', reason = 'complaint' WHERE x.id = k.id AND x.state IN ('active', 'failed');
    RETURN true;
  END IF;
  UPDATE delivery x
     SET receipt = 'undelivered', receipt_at = now(),
         reason = CASE p_kind WHEN 'hard' THEN 'mailbox_unknown' WHEN 'suspended' THEN 'mailbox_unknown' WHEN 'full' THEN 'mailbox_full'
                              WHEN 'policy' THEN 'refused_policy' ELSE 'refused' END
   WHERE (x.message_id, x.citizen_id, x.channel, x.round, x.try, x.part)
       = (d.message_id, d.citizen_id, d.channel, d.round, d.try, d.part) AND x.receipt IS NULL;
  IF p_kind = 'policy' THEN
    PERFORM mail_rest(p_message);
  END IF;
  PERFORM contact_returned(k.id, p_kind, p_sure);
  RETURN true;
END $$;

-- The same of a letter to one person: a confirmation, a code, a ticket.  The link in it that
-- nobody got, or that its reader calls spam, is used up, and with it goes what was typed in to
-- register; of an address that stands, the rules of messages hold.
CREATE OR REPLACE FUNCTION bounce_letter(p_letter bigint, p_kind text, p_sure boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  l letter;
  k bigint;
BEGIN
  UPDATE letter x SET back = x.back || p_kind, back_at = now()
   WHERE x.id = p_letter AND x.channel = 'email' AND x.state = 'accepted' AND p_kind <> ALL (x.back)
  RETURNING * INTO l;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF p_kind IN ('hard', 'complaint') THEN
    UPDATE link x SET used = now(), choice = NULL WHERE x.hash = l.link AND x.used IS NULL;
  END IF;
  SELECT x.id INTO k FROM contact x WHERE x.channel = 'email' AND x.hash = l.hash;
  IF p_kind = 'complaint' THEN
    UPDATE contact x SET state = 'left', reason = 'complaint' WHERE x.id = k AND x.state IN ('active', 'failed');
  END IF;
  PERFORM contact_returned(k, p_kind, p_sure);
  RETURN true;
END $$;
