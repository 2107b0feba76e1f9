-- Web Push: the devices on which somebody said yes.  Whoever shows an endpoint with its
-- keys holds the device: nobody else knows them.

-- The device is this person's from now on; of more than twenty the oldest go.
CREATE OR REPLACE FUNCTION push_add(p_citizen bigint, p_hash bytea, p_address bytea, p_label text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM contact_take(p_citizen, 'webpush', p_hash, p_address, p_label);
  DELETE FROM contact k
   WHERE k.citizen_id = p_citizen AND k.channel = 'webpush'
     AND k.id NOT IN (SELECT id FROM contact WHERE citizen_id = p_citizen AND channel = 'webpush'
                       ORDER BY confirmed DESC, id DESC LIMIT 20);
  PERFORM audit_write('push.add', p_citizen, jsonb_build_object('device', p_label));
END $$;

-- Somebody is registered by a device alone: its yes is the proof.  NULL: too many from there.
CREATE OR REPLACE FUNCTION push_register(p_hash bytea, p_address bytea, p_label text, p_remote bytea, p_districts bigint[],
                                         p_topics bigint[], p_vital boolean, p_language text, p_version text,
                                         p_read_in text, p_session bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  IF NOT throttle_hit('push_from', p_remote, 30, interval '1 hour') THEN
    RETURN NULL;
  END IF;
  person := citizen_register('webpush', p_hash, p_address, p_districts, p_topics, p_vital, p_language, p_version,
                             p_read_in, p_session);
  PERFORM push_add(person, p_hash, p_address, p_label);
  RETURN person;
END $$;

-- The browser gave the device another address, and it gets another number: what a courier that
-- just calls the old one hears, that it is gone (contact_gone), is not said of the new one.  Told
-- twice, the second time finds the old one no more, and leaves the new one where it is.
CREATE OR REPLACE FUNCTION push_renew(p_old bytea, p_hash bytea, p_address bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  mine  bigint;
  other bigint;
BEGIN
  SELECT citizen_id INTO mine FROM contact WHERE channel = 'webpush' AND hash = p_old FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  DELETE FROM contact WHERE channel = 'webpush' AND hash = p_hash AND hash <> p_old RETURNING citizen_id INTO other;
  UPDATE contact
     SET id = DEFAULT, address = p_address, hash = p_hash, state = 'active', failures = 0, failed = NULL, reason = NULL
   WHERE channel = 'webpush' AND hash = p_old;
  IF other IS NOT NULL THEN
    PERFORM contact_last(other, nullif(mine, other));
  END IF;
END $$;

-- 「試しに送る」: one card to one device.  False: too often.
CREATE OR REPLACE FUNCTION push_try(p_person bytea, p_key uuid, p_sealed bytea) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT throttle_hit('push_try', p_person, 10, interval '1 hour') THEN
    RETURN false;
  END IF;
  INSERT INTO letter (kind, channel, key, sealed, valid_until)
  VALUES ('push_try', 'webpush', p_key, p_sealed, now() + interval '10 minutes');
  RETURN true;
END $$;
