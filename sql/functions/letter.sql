-- Letters (one person, one lease, one verdict), as the courier delivers them.

-- p_held are in the hands of this courier.  A letter that belongs to a message (device_again)
-- is not sent once that is stopped, or the device is not the person's any more.  contact: of
-- the sign-up that it is about, as that is by now.
CREATE OR REPLACE FUNCTION letter_claim(p_limit int, p_lease interval, p_holder int, p_dead int[],
                                        p_held bigint[] DEFAULT '{}', p_channel text DEFAULT 'email')
RETURNS TABLE (id bigint, kind text, key uuid, sealed bytea, try int, fence bigint, contact bytea)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  UPDATE letter x SET state = 'expired', sealed = NULL, finished = now()
   WHERE x.state IN ('queued', 'sending') AND x.channel = p_channel
     AND (x.valid_until <= now()
          OR (x.contact_id IS NOT NULL
              AND (NOT EXISTS (SELECT FROM contact k WHERE k.id = x.contact_id AND k.state = 'active')
                   OR EXISTS (SELECT FROM message m WHERE m.id = x.message_id AND m.state = 'stopped'))))
     AND (x.state = 'queued' OR x.lease_until <= now() OR x.holder = ANY (p_dead))
     AND x.id <> ALL (p_held);
  RETURN QUERY
    UPDATE letter x
       SET state = 'sending', fence = x.fence + 1, try = x.try + 1, lease_until = now() + p_lease,
           holder = p_holder
      FROM (SELECT y.id FROM letter y
             WHERE y.state IN ('queued', 'sending') AND y.due <= now() AND y.channel = p_channel
               AND (y.state = 'queued' OR y.lease_until <= now() OR y.holder = ANY (p_dead))
               AND y.id <> ALL (p_held)
             ORDER BY y.due, y.id LIMIT p_limit FOR UPDATE SKIP LOCKED) p
     WHERE x.id = p.id
    RETURNING x.id, x.kind, x.key, x.sealed, x.try, x.fence,
              (SELECT a.contact FROM application a WHERE a.id = x.application_id AND x.contact_id IS NULL);
END $$;

-- p_state: accepted, refused, or queued to be tried again after p_wait.  A yes counts
-- also when another courier has the letter by now.
CREATE OR REPLACE FUNCTION letter_record(p_letter bigint, p_fence bigint, p_state text, p_code int,
                                         p_reason text, p_wait interval) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  device bigint;
  what   text;
BEGIN
  UPDATE letter
     SET state = p_state, code = nullif(p_code, 0), reason = nullif(p_reason, ''),
         due = CASE WHEN p_state = 'queued' THEN now() + p_wait ELSE due END,
         lease_until = NULL,
         sealed = CASE WHEN p_state = 'queued' THEN sealed END,
         finished = CASE WHEN p_state = 'queued' THEN NULL ELSE now() END
   WHERE id = p_letter
     AND (fence = p_fence AND state = 'sending' OR p_state = 'accepted' AND state IN ('queued', 'sending'))
  RETURNING contact_id, kind INTO device, what;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF device IS NOT NULL AND p_reason = 'address_gone' THEN
    PERFORM contact_gone(ARRAY[device]);
  ELSIF what = 'phone_keep' AND p_state = 'accepted' THEN
    UPDATE contact SET asks = asks + 1, asked = now() WHERE id = device AND asks < 2;   -- keep.sql
  END IF;
  RETURN true;
END $$;

-- A device that did not take a message which another device of the same person has: it is
-- written to on its own, as long as the message is good.
CREATE OR REPLACE FUNCTION letter_device(p_batch bigint, p_contact bigint, p_channel text, p_sealed bytea, p_wait interval)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO letter (kind, channel, key, sealed, message_id, contact_id, due, valid_until)
  SELECT 'device_again', p_channel, gen_random_uuid(), p_sealed, b.message_id, p_contact, now() + p_wait, b.valid_until
    FROM batch b
   WHERE b.id = p_batch AND now() + p_wait < b.valid_until
     AND NOT EXISTS (SELECT FROM letter l WHERE l.message_id = b.message_id AND l.contact_id = p_contact)
$$;

-- Gives a letter back at once that was not handed over.
CREATE OR REPLACE FUNCTION letter_release(p_letter bigint, p_fence bigint) RETURNS void
LANGUAGE sql AS $$
  UPDATE letter SET lease_until = now(), try = try - 1
   WHERE id = p_letter AND fence = p_fence AND state = 'sending'
$$;
