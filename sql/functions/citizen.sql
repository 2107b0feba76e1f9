-- Citizens: what they chose, and by which channels they can be reached.

-- Refuses ids that are not this tenant's own (CH004): the caller's form says so.
CREATE OR REPLACE FUNCTION citizen_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.districts = OLD.districts AND NEW.topics = OLD.topics THEN
    RETURN NEW;
  END IF;
  IF (SELECT count(*) FROM district WHERE id = ANY (NEW.districts)) <> cardinality(NEW.districts)
     OR (SELECT count(*) FROM topic WHERE id = ANY (NEW.topics)) <> cardinality(NEW.topics) THEN
    RAISE EXCEPTION 'citizen: a district or topic of another tenant' USING ERRCODE = 'CH004';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER citizen_guard BEFORE INSERT OR UPDATE ON citizen
  FOR EACH ROW EXECUTE FUNCTION citizen_guard();

-- What somebody chose, as pages show it.
CREATE OR REPLACE FUNCTION citizen_chosen(c citizen) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN jsonb_build_object(
           'vital_only', c.vital_only,
           'language',   c.language,
           'districts',  (SELECT coalesce(jsonb_agg(d.name ORDER BY d.place, d.id), '[]') FROM district d WHERE d.id = ANY (c.districts)),
           'topics',     (SELECT coalesce(jsonb_agg(t.name ORDER BY t.place, t.id), '[]') FROM topic t WHERE t.id = ANY (c.topics)),
           'vital',      coalesce((SELECT t.name FROM topic t WHERE t.vital), ''));
END $$;

-- Working channels in the order that this person likes, then in the usual one.
CREATE OR REPLACE FUNCTION reach_order(p_working text[], p_channels text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT coalesce(array_agg(w ORDER BY coalesce(array_position(p_channels, w),
                                                9 + array_position('{line,webpush,email,sms}'::text[], w))), '{}')
    FROM (SELECT DISTINCT unnest(p_working) AS w) x);
END $$;

-- citizen.reach says what contact says, so that planning reads one table.
CREATE OR REPLACE FUNCTION contact_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two ways to one person that change at once: the second waits here, and then sees the first.
  PERFORM FROM citizen WHERE id = ANY (ARRAY(SELECT citizen_id FROM changed)) ORDER BY id FOR NO KEY UPDATE;
  UPDATE citizen c SET reach = n.reach
    FROM (SELECT z.id, reach_order(array_agg(k.channel) FILTER (WHERE k.state = 'active'), z.channels) AS reach
            FROM citizen z
            LEFT JOIN contact k ON k.citizen_id = z.id
           WHERE z.id IN (SELECT citizen_id FROM changed)
           GROUP BY z.tenant_id, z.id) n
   WHERE c.id = n.id AND c.reach <> n.reach;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER contact_reach_insert AFTER INSERT ON contact
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_reach();
CREATE OR REPLACE TRIGGER contact_reach_update AFTER UPDATE ON contact
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_reach();
CREATE OR REPLACE TRIGGER contact_reach_delete AFTER DELETE ON contact
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_reach();

-- The person puts their channels into another order.
CREATE OR REPLACE FUNCTION citizen_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.reach := reach_order(NEW.reach, NEW.channels);
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER citizen_order BEFORE UPDATE OF channels ON citizen
  FOR EACH ROW WHEN (NEW.channels <> OLD.channels) EXECUTE FUNCTION citizen_order();

-- Somebody typed an address and asks to be registered ('confirm') or for a link
-- to マイページ ('my').  Nothing of a person is written before they follow the
-- link, so that known and unknown addresses cost the same rows, in the same
-- order (R14): both letters are there, and the true one is kept.  Beyond the
-- limits nothing is written, and nobody is told.
CREATE OR REPLACE FUNCTION citizen_ask(p_purpose text, p_contact bytea, p_remote bytea, p_link bytea, p_choice bytea,
                                       p_key uuid, p_known_kind text, p_known bytea, p_unknown_kind text, p_unknown bytea)
RETURNS void LANGUAGE plpgsql AS $$
-- A small town's tables, read from the top, would tell the place of a row by the time:
-- the connections of chromo-web read by index only (app/db/db.c).
DECLARE
  whose bigint;
  known boolean;
  ends  timestamptz;
BEGIN
  IF NOT throttle_hit('mail_to', p_contact, 3, interval '1 hour')
     OR NOT throttle_hit('mail_from', p_remote, 60, interval '1 hour') THEN
    RETURN;
  END IF;
  -- An address that nobody has is looked up as far as one that somebody has.
  SELECT citizen_id INTO whose FROM contact WHERE channel = 'email' AND hash = p_contact;
  known := EXISTS (SELECT FROM citizen WHERE id = coalesce(whose, 0) AND state <> 'left');
  ends := now() + CASE WHEN known OR p_purpose = 'my' THEN interval '15 minutes' ELSE interval '1 day' END;
  INSERT INTO link (hash, purpose, contact_hash, choice, ends)
  VALUES (p_link, CASE WHEN known THEN 'my' ELSE p_purpose END, p_contact, p_choice, ends);
  INSERT INTO letter (kind, key, sealed, valid_until, link)
  VALUES (CASE WHEN known THEN p_known_kind ELSE p_unknown_kind END, p_key,
          CASE WHEN known THEN p_known ELSE p_unknown END, ends, p_link);
  PERFORM audit_write('citizen.ask', NULL, jsonb_build_object('purpose', p_purpose));
END $$;

-- Uses a link up; what it registers is nobody's business any more.  CH001: it was used, has ended, or there is none.
CREATE OR REPLACE FUNCTION citizen_link_use(p_link bytea, p_purpose text) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
  contact bytea;
BEGIN
  UPDATE link SET used = now(), choice = NULL
   WHERE hash = p_link AND purpose = p_purpose AND used IS NULL AND ends > now()
  RETURNING contact_hash INTO contact;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'link: used or ended' USING ERRCODE = 'CH001';
  END IF;
  RETURN contact;
END $$;

-- An address was proved: now there is a person, with the moment of their consent, and
-- マイページ is open.  A second confirmation of one address brings the newer choice.
CREATE OR REPLACE FUNCTION citizen_register(p_channel text, p_hash bytea, p_address bytea, p_districts bigint[], p_topics bigint[],
                                            p_vital boolean, p_language text, p_version text, p_read_in text,
                                            p_session bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  -- Two proofs of one address, at once, are one person.
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(p_hash, 'hex'), current_tenant()));
  person := contact_person(p_channel, p_hash);
  IF person IS NOT NULL THEN
    PERFORM set_config('chromo.actor', 'citizen:' || person, true);
    UPDATE citizen SET state = 'active', language = p_language, vital_only = p_vital, districts = p_districts,
                       topics = p_topics, confirmed = now()
     WHERE id = person;
    UPDATE contact SET state = 'active', failures = 0, reason = NULL, confirmed = now(), asks = 0, asked = NULL, narrowed = false
     WHERE citizen_id = person AND channel = p_channel AND hash = p_hash;
  ELSE
    person := nextval('citizen_id_seq');
    PERFORM set_config('chromo.actor', 'citizen:' || person, true);
    INSERT INTO citizen (id, state, language, vital_only, districts, topics, confirmed) OVERRIDING SYSTEM VALUE
    VALUES (person, 'active', p_language, p_vital, p_districts, p_topics, now());
    INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
    VALUES (person, p_channel, p_address, p_hash, 'active', now());
  END IF;
  UPDATE consent SET withdrawn = now() WHERE citizen_id = person AND withdrawn IS NULL;
  INSERT INTO consent (citizen_id, version, language) VALUES (person, p_version, p_read_in);
  INSERT INTO citizen_session (hash, citizen_id) VALUES (p_session, person);
  RETURN person;
END $$;

-- The mailed link was followed.
CREATE OR REPLACE FUNCTION citizen_confirm(p_link bytea, p_address bytea, p_districts bigint[], p_topics bigint[],
                                           p_vital boolean, p_language text, p_version text, p_read_in text,
                                           p_session bytea) RETURNS bigint
LANGUAGE sql AS $$
  SELECT citizen_register('email', citizen_link_use(p_link, 'confirm'), p_address, p_districts, p_topics, p_vital,
                          p_language, p_version, p_read_in, p_session)
$$;

-- マイページ is open to whoever has proved to be this person, and that is noted.
CREATE OR REPLACE FUNCTION citizen_let_in(p_citizen bigint, p_session bytea) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('chromo.actor', 'citizen:' || p_citizen, true);
  INSERT INTO citizen_session (hash, citizen_id) VALUES (p_session, p_citizen);
  PERFORM audit_write('citizen.open', p_citizen, NULL);
  RETURN p_citizen;
END $$;

-- They have proved it once more while it was open (R20): a new token in the place of the old
-- one, for an hour from now.  False: it was closed meanwhile.
CREATE OR REPLACE FUNCTION citizen_again(p_citizen bigint, p_was bytea, p_session bytea) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE citizen_session SET hash = p_session, created = now(), seen = now() WHERE hash = p_was AND citizen_id = p_citizen;
  IF FOUND THEN
    PERFORM audit_write('citizen.again', p_citizen, NULL);
  END IF;
  RETURN FOUND;
END $$;

-- Opens マイページ by a mailed link.
CREATE OR REPLACE FUNCTION citizen_open(p_link bytea, p_session bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  the_hash bytea := citizen_link_use(p_link, 'my');
  person   bigint;
BEGIN
  SELECT c.id INTO person
    FROM contact k JOIN citizen c ON c.id = k.citizen_id
   WHERE k.hash = the_hash AND c.state <> 'left';   -- by mail, or in the chat of LINE
  IF NOT FOUND THEN
    RAISE EXCEPTION 'link: of nobody' USING ERRCODE = 'CH001';
  END IF;
  RETURN citizen_let_in(person, p_session);
END $$;

-- What somebody chose is known no more: their row is a number, for the ledger.
CREATE OR REPLACE FUNCTION citizen_forget(p_citizen bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE citizen SET ended_in = NULL, language = 'ja', vital_only = false, districts = '{}', topics = '{}', channels = '{}',
                     quiet_from = NULL, quiet_to = NULL
   WHERE id = p_citizen;
END $$;

-- 退会: the address is erased with its row and with the links that were mailed to it, and so is what
-- they chose; what was sent stays in the ledger under a number that leads to nobody (R55).
CREATE OR REPLACE FUNCTION citizen_leave(p_citizen bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever adds something to this entry just now is waited for, and it goes too.
  PERFORM FROM citizen WHERE id = p_citizen FOR UPDATE;
  PERFORM household_leave(p_citizen);
  UPDATE link SET used = coalesce(used, now()), choice = NULL
   WHERE contact_hash IN (SELECT k.hash FROM contact k WHERE k.citizen_id = p_citizen) AND choice IS NOT NULL;
  DELETE FROM contact WHERE citizen_id = p_citizen;
  UPDATE citizen SET state = 'left' WHERE id = p_citizen;
  PERFORM citizen_forget(o.id) FROM citizen o WHERE o.id = p_citizen OR o.ended_in = p_citizen;
  UPDATE citizen SET successor = NULL WHERE successor = p_citizen;
  UPDATE consent SET withdrawn = now() WHERE citizen_id = p_citizen AND withdrawn IS NULL;
  DELETE FROM citizen_session WHERE citizen_id = p_citizen;
END $$;

-- 「受け取りをやめる」 from a mail: what is 'topics' (those of that message), 'email'
-- or 'all'.  Effective from its commit; a second time it changes nothing.
CREATE OR REPLACE FUNCTION citizen_stop(p_citizen bigint, p_message bigint, p_what text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('chromo.actor', 'citizen:' || p_citizen, true);
  IF p_what = 'topics' THEN
    UPDATE citizen c
       SET topics = ARRAY(SELECT t FROM unnest(c.topics) AS t
                           WHERE t <> ALL (SELECT unnest(m.topics) FROM message m WHERE m.id = p_message) ORDER BY t)
     WHERE c.id = p_citizen AND c.state <> 'left'
       AND c.topics && (SELECT m.topics FROM message m WHERE m.id = p_message);
  ELSIF p_what = 'email' THEN
    UPDATE contact SET state = 'left' WHERE citizen_id = p_citizen AND channel = 'email' AND state <> 'left';
  ELSIF p_what = 'all' THEN
    IF EXISTS (SELECT FROM citizen WHERE id = p_citizen AND state <> 'left') THEN
      PERFORM citizen_leave(p_citizen);
    END IF;
  ELSE
    RAISE EXCEPTION 'stop: what is %', p_what USING ERRCODE = 'CH004';
  END IF;
END $$;

-- 休む and また受け取る.  Whoever goes on after a pause has what they had before: what they stopped
-- stays stopped.  Whoever was not pausing asks for mail again, by a page that they got into, and
-- not for SMS, of which 「停止」 is the last word until the number is proved anew.
CREATE OR REPLACE FUNCTION citizen_pause(p_citizen bigint, p_pause boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  was text;
BEGIN
  SELECT state INTO was FROM citizen WHERE id = p_citizen FOR UPDATE;
  UPDATE citizen SET state = CASE WHEN p_pause THEN 'paused' ELSE 'active' END
   WHERE id = p_citizen AND state IN ('active', 'paused');
  IF NOT p_pause AND was = 'active' THEN
    UPDATE contact SET state = 'active', failures = 0, reason = NULL
     WHERE citizen_id = p_citizen AND channel = 'email' AND state IN ('left', 'failed');
  END IF;
END $$;
