-- Numbers of phones, proved by a code that goes there (safety.md R15).

-- Somebody typed a number: into their own マイページ ('add'), on the way through 登録
-- ('confirm'), or to be let into マイページ ('my').  The code is noted and its SMS queued; a
-- number that is to open マイページ and is nobody's gets none, for the same rows (R14).
-- Beyond the limits nothing is written, and nobody is told.  p_town: a key of the tenant.
CREATE OR REPLACE FUNCTION phone_ask(p_purpose text, p_browser bytea, p_contact bytea, p_remote bytea, p_town bytea,
                                     p_code bytea, p_sealed bytea, p_key uuid, p_letter bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  goes boolean;
BEGIN
  IF NOT throttle_hit('sms_to', p_contact, 3, interval '1 hour')
     OR NOT throttle_hit('sms_to_day', p_contact, 8, interval '1 day')
     OR NOT throttle_hit('sms_from', p_remote, 60, interval '1 hour')
     OR NOT throttle_hit('sms_town', p_town, 1000, interval '1 hour') THEN
    RETURN;
  END IF;
  goes := p_purpose <> 'my'
          OR EXISTS (SELECT FROM contact k JOIN citizen c ON c.id = k.citizen_id
                      WHERE k.channel = 'sms' AND k.hash = p_contact AND c.state <> 'left');
  INSERT INTO phone_code (browser, purpose, contact_hash, code, sealed, ends)
  VALUES (p_browser, p_purpose, p_contact, p_code, p_sealed, now() + interval '10 minutes')
  ON CONFLICT (tenant_id, browser) DO UPDATE
     SET purpose = excluded.purpose, contact_hash = excluded.contact_hash, code = excluded.code,
         sealed = excluded.sealed, tries = 0, ends = excluded.ends;
  INSERT INTO letter (kind, channel, key, sealed, valid_until, state, finished)
  VALUES ('phone_code', 'sms', p_key, CASE WHEN goes THEN p_letter END, now() + interval '10 minutes',
          CASE WHEN goes THEN 'queued' ELSE 'refused' END, CASE WHEN goes THEN NULL ELSE now() END);
  PERFORM sms_count(CASE WHEN goes THEN 1 ELSE 0 END);
  PERFORM audit_write('phone.ask', NULL, jsonb_build_object('purpose', p_purpose));
END $$;

-- A try.  outcome: 'right', and the code is used up; 'wrong', with so many tries left;
-- 'ended': too late, too many, or none was asked for.
CREATE OR REPLACE FUNCTION phone_try(p_purpose text, p_browser bytea, p_code bytea)
RETURNS TABLE (outcome text, tries_left int, sealed bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c phone_code;
BEGIN
  UPDATE phone_code x SET tries = x.tries + 1
   WHERE x.browser = p_browser AND x.purpose = p_purpose AND x.ends > now() AND x.tries < 5
  RETURNING x.* INTO c;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'ended', 0, NULL::bytea;
  ELSIF c.code = p_code THEN
    DELETE FROM phone_code x WHERE x.browser = p_browser;
    RETURN QUERY SELECT 'right', 0, c.sealed;
  ELSE
    RETURN QUERY SELECT CASE WHEN c.tries < 5 THEN 'wrong' ELSE 'ended' END, 5 - c.tries, NULL::bytea;
  END IF;
END $$;

-- The number is this person's from now on, whoever had it before: they hold the phone.
-- Somebody who had nothing else is gone.
CREATE OR REPLACE FUNCTION phone_add(p_citizen bigint, p_contact bytea, p_address bytea) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(p_contact, 'hex'), current_tenant()));
  SELECT citizen_id INTO before FROM contact WHERE channel = 'sms' AND hash = p_contact AND citizen_id <> p_citizen;
  IF FOUND THEN
    DELETE FROM contact WHERE channel = 'sms' AND hash = p_contact;
    IF NOT EXISTS (SELECT FROM contact WHERE citizen_id = before) THEN
      PERFORM citizen_leave(before);
    END IF;
  END IF;
  DELETE FROM contact WHERE citizen_id = p_citizen AND channel = 'sms' AND hash <> p_contact;
  INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
  VALUES (p_citizen, 'sms', p_address, p_contact, 'active', now())
  ON CONFLICT (tenant_id, channel, hash) DO UPDATE
     SET state = 'active', failures = 0, failed = NULL, reason = NULL, confirmed = now();
END $$;

CREATE OR REPLACE FUNCTION phone_remove(p_citizen bigint) RETURNS void LANGUAGE sql AS
$$ DELETE FROM contact WHERE citizen_id = p_citizen AND channel = 'sms' $$;

-- Opens マイページ to whoever has proved the number.  CH001: it is nobody's.
CREATE OR REPLACE FUNCTION phone_open(p_contact bytea, p_session bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  SELECT c.id INTO person
    FROM contact k JOIN citizen c ON c.id = k.citizen_id
   WHERE k.channel = 'sms' AND k.hash = p_contact AND c.state <> 'left';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'phone: of nobody' USING ERRCODE = 'CH001';
  END IF;
  RETURN citizen_let_in(person, p_session);
END $$;
