-- LINE: links, whether a person can be reached there (domain/line.c), and what is left of the month.

-- Uses a code or nonce up.  Somebody who was no citizen becomes one, with the moment of
-- their consent.
CREATE OR REPLACE FUNCTION line_link_use(p_hash bytea, p_user bytea, p_address bytea, p_districts bigint[],
                                         p_topics bigint[], p_vital boolean, p_language text, p_version text,
                                         p_read_in text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  l      line_link;
  person bigint;
BEGIN
  -- Two codes of one LINE, used at once, are one person.
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(p_user, 'hex'), current_tenant()));
  UPDATE line_link SET used = now() WHERE hash = p_hash AND used IS NULL AND ends > now() RETURNING * INTO l;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  person := l.citizen_id;
  IF person IS NULL THEN
    person := contact_person('line', p_user);
    IF person IS NOT NULL THEN
      PERFORM set_config('chromo.actor', 'citizen:' || person, true);
      UPDATE citizen SET state = 'active', language = p_language, vital_only = p_vital, districts = p_districts,
                         topics = p_topics, confirmed = now()
       WHERE id = person;
    ELSE
      person := nextval('citizen_id_seq');
      PERFORM set_config('chromo.actor', 'citizen:' || person, true);
      INSERT INTO citizen (id, state, language, vital_only, districts, topics, confirmed) OVERRIDING SYSTEM VALUE
      VALUES (person, 'active', p_language, p_vital, p_districts, p_topics, now());
    END IF;
    UPDATE consent SET withdrawn = now() WHERE citizen_id = person AND withdrawn IS NULL;
    INSERT INTO consent (citizen_id, version, language) VALUES (person, p_version, p_read_in);
    UPDATE line_link SET citizen_id = person, choice = NULL WHERE hash = p_hash;
  ELSE
    PERFORM FROM citizen WHERE id = person AND state <> 'left' FOR UPDATE;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    PERFORM set_config('chromo.actor', 'citizen:' || person, true);
  END IF;
  PERFORM contact_take(person, 'line', p_user, p_address);
END $$;

-- Blocked, or a friend again.  What is older than what is known changes nothing, and
-- who left of their own will stays away.
CREATE OR REPLACE FUNCTION line_reach(p_user bytea, p_reached boolean, p_at timestamptz) RETURNS void
LANGUAGE sql AS $$
  UPDATE contact
     SET state = CASE WHEN p_reached THEN 'active' ELSE 'failed' END,
         reason = CASE WHEN NOT p_reached THEN 'address_gone' END,
         failures = 0, reached = p_at
   WHERE channel = 'line' AND hash = p_user AND state IN ('active', 'failed')
     AND coalesce(reached, '-infinity') <= p_at
$$;

-- Whether p_people more go into the month at LINE beside p_reserve, which is kept for what saves
-- lives.  What LINE told is of a while ago: what was begun since, or nobody knows of, counts as
-- gone.  Where it sets no end, or has not told yet, there is room.  Two couriers wait for each other.
CREATE OR REPLACE FUNCTION line_room(p_people int, p_reserve bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  month timestamptz := sms_this_month()::timestamp AT TIME ZONE 'Asia/Tokyo';
  h     gateway_health;
  given bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('line_room', current_tenant()));
  SELECT x.* INTO h FROM gateway g JOIN gateway_health x ON x.gateway_id = g.id WHERE g.channel = 'line' AND g.active;
  IF h.quota IS NULL THEN
    RETURN true;
  END IF;
  SELECT coalesce(sum(size - dropped), 0) INTO given
    FROM (SELECT size, dropped FROM batch
           WHERE channel = 'line' AND finished >= greatest(h.quota_at, month) AND verdict IN ('accepted', 'unknown')
          UNION ALL
          SELECT size, dropped FROM batch
           WHERE channel = 'line' AND state IN ('queued', 'sending') AND (doubt OR (state = 'sending' AND reached > 0))) g;
  RETURN h.quota - CASE WHEN h.quota_at >= month THEN h.used ELSE 0 END - given - p_reserve >= p_people;
END $$;
