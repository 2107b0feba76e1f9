-- Mails that come back (app/domain/bounce.h).

-- A mail that the server had taken came back, or its reader called it spam.  p_sure: of an
-- address that does not exist once is enough; elsewhere, and of a mailbox that is shut, it is
-- given up the second time on another day (integrations.md 11.4).  False: it was known.
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
  IF p_kind IN ('hard', 'suspended') THEN
    UPDATE contact x
       SET failures = x.failures + 1, failed = now(), reason = 'mailbox_unknown',
           state = CASE WHEN p_kind = 'hard' AND p_sure
                          OR EXISTS (SELECT FROM mail_return r
                                      WHERE r.citizen_id = p_citizen AND r.kind IN ('hard', 'suspended')
                                        AND r.at < now() - interval '24 hours' AND r.at > coalesce(x.confirmed, '-infinity'))
                        THEN 'failed' ELSE x.state END
     WHERE x.id = k.id AND x.state = 'active';
  END IF;
  RETURN true;
END $$;
