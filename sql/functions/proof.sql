-- Addresses, proved by a code that goes there (safety.md R15): numbers of phones, and mail.

-- Somebody typed an address: into their own マイページ ('add' a phone, 'email'), on the way
-- through 登録 ('confirm'), or to be let into マイページ ('my').  The code is noted and its
-- letter queued; a number that is to open マイページ and is nobody's gets none, for the same
-- rows (R14).  Beyond the limits nothing is written, and nobody is told.  p_town: a key of
-- the tenant, for SMS cost something.
CREATE OR REPLACE FUNCTION proof_ask(p_purpose text, p_channel text, p_browser bytea, p_citizen bigint, p_contact bytea,
                                     p_remote bytea, p_town bytea, p_code bytea, p_sealed bytea, p_key uuid, p_letter bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  goes boolean;
BEGIN
  IF p_channel = 'sms' THEN
    IF NOT throttle_hit('sms_to', p_contact, 3, interval '1 hour')
       OR NOT throttle_hit('sms_to_day', p_contact, 8, interval '1 day')
       OR NOT throttle_hit('sms_from', p_remote, 60, interval '1 hour')
       OR NOT throttle_hit('sms_town', p_town, 1000, interval '1 hour') THEN
      RETURN;
    END IF;
  ELSIF NOT throttle_hit(CASE p_purpose WHEN 'again' THEN 'again_to' ELSE 'mail_to' END, p_contact, 3, interval '1 hour')
        OR NOT throttle_hit('mail_from', p_remote, 60, interval '1 hour') THEN
    RETURN;
  END IF;
  goes := p_purpose <> 'my'
          OR EXISTS (SELECT FROM contact k JOIN citizen c ON c.id = k.citizen_id
                      WHERE k.channel = p_channel AND k.hash = p_contact AND c.state <> 'left');
  INSERT INTO address_code (browser, purpose, citizen_id, contact_hash, code, sealed, ends)
  VALUES (p_browser, p_purpose, p_citizen, p_contact, p_code, p_sealed, now() + interval '10 minutes')
  ON CONFLICT (tenant_id, browser) DO UPDATE
     SET purpose = excluded.purpose, citizen_id = excluded.citizen_id, contact_hash = excluded.contact_hash,
         code = excluded.code, sealed = excluded.sealed, tries = 0, proved = NULL, shown = NULL, ends = excluded.ends;
  INSERT INTO letter (kind, channel, key, sealed, valid_until, state, finished)
  VALUES (CASE p_channel WHEN 'sms' THEN 'phone_code' ELSE 'address_code' END, p_channel, p_key, CASE WHEN goes THEN p_letter END,
          now() + interval '10 minutes', CASE WHEN goes THEN 'queued' ELSE 'refused' END, CASE WHEN goes THEN NULL ELSE now() END);
  IF p_channel = 'sms' THEN
    PERFORM sms_count(CASE WHEN goes THEN 1 ELSE 0 END);
  END IF;
  PERFORM audit_write(CASE p_channel WHEN 'sms' THEN 'phone.ask' ELSE 'email.ask' END, NULL, jsonb_build_object('purpose', p_purpose));
END $$;

-- A try.  outcome: 'right', and the code is used up; 'wrong', with so many tries left;
-- 'ended': too late, too many, none was asked for, or by somebody else.  A mail address
-- that was proved stays so for ten minutes: email_take() asks for it.
CREATE OR REPLACE FUNCTION proof_try(p_purpose text, p_browser bytea, p_citizen bigint, p_code bytea)
RETURNS TABLE (outcome text, tries_left int, sealed bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c address_code;
BEGIN
  UPDATE address_code x SET tries = x.tries + 1
   WHERE x.browser = p_browser AND x.purpose = p_purpose AND x.citizen_id IS NOT DISTINCT FROM p_citizen
     AND x.ends > now() AND x.tries < 5 AND x.proved IS NULL
  RETURNING x.* INTO c;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'ended', 0, NULL::bytea;
  ELSIF c.code = p_code THEN
    IF p_purpose = 'email' THEN
      UPDATE address_code x SET proved = now(), ends = now() + interval '10 minutes' WHERE x.browser = p_browser;
    ELSE
      DELETE FROM address_code x WHERE x.browser = p_browser;
    END IF;
    RETURN QUERY SELECT 'right', 0, c.sealed;
  ELSE
    RETURN QUERY SELECT CASE WHEN c.tries < 5 THEN 'wrong' ELSE 'ended' END, 5 - c.tries, NULL::bytea;
  END IF;
END $$;

-- Opens マイページ to whoever has proved the number.  CH001: it is nobody's.
CREATE OR REPLACE FUNCTION phone_open(p_contact bytea, p_session bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
  phone  bigint;
BEGIN
  SELECT c.id, k.id INTO person, phone
    FROM contact k JOIN citizen c ON c.id = k.citizen_id
   WHERE k.channel = 'sms' AND k.hash = p_contact AND c.state <> 'left';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'phone: of nobody' USING ERRCODE = 'CH001';
  END IF;
  PERFORM contact_proved(phone);
  RETURN citizen_let_in(person, p_session);
END $$;
