-- Whose an address is: whoever proved it last.  Every way into somebody's entry (a phone,
-- a device, LINE, a mail address) ends here, so that two entries of one person become one
-- and nobody gets a message twice.

-- The address is this person's from now on, whoever had it before; of what is not a device
-- they have one of each kind.  An entry that nothing reaches any more ends.  The row keeps
-- its number while the address is known: by it links in mails that went there still stop
-- what goes there (domain/stop_link.h), and none of an address that was given up.
CREATE OR REPLACE FUNCTION contact_take(p_citizen bigint, p_channel text, p_hash bytea, p_address bytea,
                                        p_label text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  was contact;
BEGIN
  -- Two proofs of one address, at once, are one behind the other.
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(p_hash, 'hex'), current_tenant()));
  SELECT * INTO was FROM contact WHERE channel = p_channel AND hash = p_hash;
  PERFORM FROM citizen WHERE id IN (p_citizen, was.citizen_id) ORDER BY id FOR UPDATE;
  DELETE FROM contact
   WHERE channel = p_channel AND (hash = p_hash OR citizen_id = p_citizen AND p_channel <> 'webpush');
  INSERT INTO contact (id, citizen_id, channel, address, hash, label, state, created, confirmed, reached) OVERRIDING SYSTEM VALUE
  VALUES (coalesce(was.id, nextval('contact_id_seq')), p_citizen, p_channel, p_address, p_hash, p_label, 'active',
          CASE WHEN was.citizen_id = p_citizen THEN was.created ELSE now() END, now(), now());
  IF was.citizen_id <> p_citizen THEN
    IF p_channel IN ('email', 'line') AND NOT EXISTS (SELECT FROM contact WHERE citizen_id = was.citizen_id) THEN
      PERFORM household_follow(was.citizen_id, p_citizen);
    END IF;
    PERFORM contact_last(was.citizen_id);
  END IF;
END $$;

-- Whoever nothing reaches any more has left: nobody could ever open their entry again.  True: so it is.
CREATE OR REPLACE FUNCTION contact_last(p_citizen bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM contact WHERE citizen_id = p_citizen) THEN
    RETURN false;
  END IF;
  PERFORM citizen_leave(p_citizen);
  RETURN true;
END $$;

-- A person gives up a phone, LINE, or one of their devices.  True: it was the last way to
-- them, and they have left with it.
CREATE OR REPLACE FUNCTION contact_give_up(p_citizen bigint, p_channel text, p_contact bigint DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  -- Two ways given up at once are given up one behind the other.
  PERFORM FROM citizen WHERE id = p_citizen FOR UPDATE;
  DELETE FROM contact WHERE citizen_id = p_citizen AND channel = p_channel AND id = coalesce(p_contact, id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  RETURN contact_last(p_citizen);
END $$;
DROP FUNCTION IF EXISTS phone_remove(bigint);
DROP FUNCTION IF EXISTS push_remove(bigint, bigint);

-- What somebody chose in two entries, as they want it: 'mine' stays as it is, 'other' comes
-- in its place, 'both' goes together.  Of both they get everything that one of them asked for.
CREATE OR REPLACE FUNCTION citizen_combine(p_citizen bigint, p_other bigint, p_keep text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_keep = 'other' THEN
    UPDATE citizen c SET districts = o.districts, topics = o.topics, vital_only = o.vital_only, language = o.language
      FROM citizen o WHERE c.id = p_citizen AND o.id = p_other;
  ELSIF p_keep = 'both' THEN
    UPDATE citizen c
       SET districts = ARRAY(SELECT unnest(c.districts) UNION SELECT unnest(o.districts) ORDER BY 1),
           topics = ARRAY(SELECT unnest(c.topics) UNION SELECT unnest(o.topics) ORDER BY 1),
           vital_only = c.vital_only AND o.vital_only
      FROM citizen o WHERE c.id = p_citizen AND o.id = p_other;
  ELSIF p_keep <> 'mine' THEN
    RAISE EXCEPTION 'combine: keep is %', p_keep USING ERRCODE = 'CH004';
  END IF;
END $$;

-- A mail address that was proved in this browser goes to the person.  False: another entry
-- has it, and what the person wants of the two is not said yet (p_keep '', or said of another
-- entry than the one that has it by now); then the proof is noted with that entry.  CH001: nothing was
-- proved here, or long ago.
CREATE OR REPLACE FUNCTION email_take(p_citizen bigint, p_browser bytea, p_address bytea, p_keep text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  c     address_code;
  other bigint;
BEGIN
  SELECT * INTO c FROM address_code
   WHERE browser = p_browser AND purpose = 'email' AND citizen_id = p_citizen AND proved IS NOT NULL AND ends > now()
     FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'email: not proved' USING ERRCODE = 'CH001';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(c.contact_hash, 'hex'), current_tenant()));
  SELECT citizen_id INTO other FROM contact WHERE channel = 'email' AND hash = c.contact_hash AND citizen_id <> p_citizen;
  IF other IS NOT NULL AND (p_keep = '' OR other IS DISTINCT FROM c.shown) THEN
    UPDATE address_code SET shown = other WHERE browser = p_browser;
    RETURN false;
  END IF;
  IF other IS NOT NULL THEN
    PERFORM FROM citizen WHERE id IN (p_citizen, other) ORDER BY id FOR UPDATE;
    PERFORM citizen_combine(p_citizen, other, p_keep);
  END IF;
  PERFORM contact_take(p_citizen, 'email', c.contact_hash, p_address);
  DELETE FROM address_code WHERE browser = p_browser;
  PERFORM audit_write('email.add', p_citizen, CASE WHEN other IS NOT NULL THEN jsonb_build_object('merged', other, 'keep', p_keep) END);
  RETURN true;
END $$;
