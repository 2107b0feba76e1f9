-- Whose an address is: whoever proved it last.  Every way into somebody's entry (a phone,
-- a device, LINE, a mail address) ends here, so that two entries of one person become one
-- and nobody gets a message twice.

-- The entry that ends was the same person (as household_follow() says it): what they signed up for
-- is theirs, and where they had their one voice in a survey they have it no second time.
CREATE OR REPLACE FUNCTION citizen_follow(p_from bigint, p_to bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- What is under way to it finds them here.
  UPDATE citizen SET successor = p_to WHERE id = p_from OR successor = p_from;
  -- Who said that they saw a message is not written to again in their other place.
  INSERT INTO seen (message_id, citizen_id, how)
  SELECT s.message_id, p_to, s.how
    FROM message m JOIN seen s ON s.message_id = m.id AND s.citizen_id = p_from
   WHERE m.ladder IS NOT NULL AND (m.state = 'sending' OR m.next_step IS NOT NULL)
     AND EXISTS (SELECT FROM ledger_person(m.id, p_to))
      ON CONFLICT DO NOTHING;
  UPDATE application SET citizen_id = p_to WHERE citizen_id = p_from;
  UPDATE response r SET citizen_id = p_to
   WHERE r.citizen_id = p_from
     AND r.questionnaire_id IN (SELECT questionnaire_id FROM survey WHERE mode = 'named')
     AND NOT EXISTS (SELECT FROM response o WHERE o.questionnaire_id = r.questionnaire_id AND o.citizen_id = p_to);
  INSERT INTO right_drawn (survey_id, citizen_id, hidden)
  SELECT d.survey_id, p_to, d.hidden FROM right_drawn d
   WHERE d.citizen_id = p_from AND d.survey_id IN (SELECT id FROM survey WHERE mode = 'once')
  ON CONFLICT DO NOTHING;
END $$;

-- Whose entry an address leads to, held; NULL: nobody's, or its person has just left.
CREATE OR REPLACE FUNCTION contact_person(p_channel text, p_hash bytea) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM citizen WHERE id = (SELECT citizen_id FROM contact WHERE channel = p_channel AND hash = p_hash) FOR UPDATE;
  RETURN (SELECT citizen_id FROM contact WHERE channel = p_channel AND hash = p_hash);
END $$;

-- The address is this person's from now on, whoever had it before; of what is not a device
-- they have one of each kind.  An entry that nothing reaches any more ends.  The row keeps
-- its number while the address is known: by it links in mails that went there still stop
-- what goes there (domain/stop_link.h), and none of an address that was given up.  CH001: they
-- have left meanwhile.
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
  IF EXISTS (SELECT FROM citizen WHERE id = p_citizen AND state = 'left') THEN
    RAISE EXCEPTION 'contact: of somebody who has left' USING ERRCODE = 'CH001';
  END IF;
  SELECT * INTO was FROM contact WHERE channel = p_channel AND hash = p_hash;   -- whose person may have left
  DELETE FROM contact
   WHERE channel = p_channel AND (hash = p_hash OR citizen_id = p_citizen AND p_channel <> 'webpush');
  INSERT INTO contact (id, citizen_id, channel, address, hash, label, state, created, confirmed, reached) OVERRIDING SYSTEM VALUE
  VALUES (coalesce(was.id, nextval('contact_id_seq')), p_citizen, p_channel, p_address, p_hash, p_label, 'active',
          CASE WHEN was.citizen_id = p_citizen THEN was.created ELSE now() END, now(), now());
  IF was.citizen_id <> p_citizen THEN
    IF p_channel IN ('email', 'line') AND NOT EXISTS (SELECT FROM contact WHERE citizen_id = was.citizen_id) THEN
      PERFORM household_follow(was.citizen_id, p_citizen);
      PERFORM citizen_follow(was.citizen_id, p_citizen);
    END IF;
    -- Of a mail address it was asked before (email_take).
    PERFORM contact_last(was.citizen_id, CASE WHEN p_channel <> 'email' THEN p_citizen END);
  END IF;
END $$;

-- Whoever nothing reaches any more has left: nobody could ever open their entry again.  True: so it is.
-- p_into: their last way is that person's now, who is asked what they want of the two (merge_ended);
-- until then they have what they had.
DROP FUNCTION IF EXISTS contact_last(bigint);
CREATE OR REPLACE FUNCTION contact_last(p_citizen bigint, p_into bigint DEFAULT NULL) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  was citizen;
BEGIN
  -- Another way to them that is just being added is one.
  PERFORM FROM citizen WHERE id = p_citizen FOR UPDATE;
  IF EXISTS (SELECT FROM contact WHERE citizen_id = p_citizen) THEN
    RETURN false;
  END IF;
  SELECT * INTO was FROM citizen WHERE id = p_citizen;
  -- Who waited to be asked for there is asked for here.
  UPDATE citizen SET ended_in = p_into WHERE ended_in = p_citizen AND p_into IS NOT NULL;
  PERFORM citizen_leave(p_citizen);
  UPDATE citizen o
     SET ended_in = c.id, districts = was.districts, topics = was.topics, vital_only = was.vital_only, language = was.language,
         channels = was.channels, quiet_from = was.quiet_from, quiet_to = was.quiet_to
    FROM citizen c
   WHERE o.id = p_citizen AND c.id = p_into
     AND (c.districts, c.topics, c.vital_only, c.language, c.channels, c.quiet_from, c.quiet_to)
         IS DISTINCT FROM (was.districts, was.topics, was.vital_only, was.language, was.channels, was.quiet_from, was.quiet_to);
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
-- in its place, 'both' goes together.  Of both they get everything that one of them asked for; the
-- hours and the order of the ways are those of the other one where mine has none.
CREATE OR REPLACE FUNCTION citizen_combine(p_citizen bigint, p_other bigint, p_keep text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_keep = 'other' THEN
    UPDATE citizen c
       SET districts = o.districts, topics = o.topics, vital_only = o.vital_only, language = o.language,
           channels = o.channels, quiet_from = o.quiet_from, quiet_to = o.quiet_to
      FROM citizen o WHERE c.id = p_citizen AND o.id = p_other;
  ELSIF p_keep = 'both' THEN
    UPDATE citizen c
       SET districts = ARRAY(SELECT unnest(c.districts) UNION SELECT unnest(o.districts) ORDER BY 1),
           topics = ARRAY(SELECT unnest(c.topics) UNION SELECT unnest(o.topics) ORDER BY 1),
           vital_only = c.vital_only AND o.vital_only,
           channels = CASE WHEN c.channels = '{}' THEN o.channels ELSE c.channels END,
           quiet_from = coalesce(c.quiet_from, o.quiet_from), quiet_to = coalesce(c.quiet_to, o.quiet_to)
      FROM citizen o WHERE c.id = p_citizen AND o.id = p_other;
  ELSIF p_keep <> 'mine' THEN
    RAISE EXCEPTION 'combine: keep is %', p_keep USING ERRCODE = 'CH004';
  END IF;
END $$;

-- What they want of an entry that ended in theirs is said; then nothing is known of it any more.
-- False: it was said before, or there is none.
CREATE OR REPLACE FUNCTION merge_ended(p_citizen bigint, p_other bigint, p_keep text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM citizen WHERE id IN (p_citizen, p_other) ORDER BY id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM citizen WHERE id = p_other AND ended_in = p_citizen) THEN
    RETURN false;
  END IF;
  PERFORM citizen_combine(p_citizen, p_other, p_keep);
  PERFORM citizen_forget(p_other);
  PERFORM audit_write('citizen.merge', p_citizen, jsonb_build_object('merged', p_other, 'keep', p_keep));
  RETURN true;
END $$;

-- One of two entries, as the page that asks shows it.
CREATE OR REPLACE FUNCTION merge_entry(c citizen, p_mine boolean) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN citizen_chosen(c) || jsonb_build_object(
           'mine',  p_mine,
           'first', c.channels[1],
           'quiet', to_char(c.quiet_from, 'HH24:MI') || '–' || to_char(c.quiet_to, 'HH24:MI'));
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
    UPDATE citizen SET ended_in = p_citizen WHERE ended_in = other;
  END IF;
  PERFORM contact_take(p_citizen, 'email', c.contact_hash, p_address);
  DELETE FROM address_code WHERE browser = p_browser;
  PERFORM audit_write('email.add', p_citizen, CASE WHEN other IS NOT NULL THEN jsonb_build_object('merged', other, 'keep', p_keep) END);
  RETURN true;
END $$;
