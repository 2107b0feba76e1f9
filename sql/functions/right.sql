-- Rights to answer once, and what keeps them from being joined with answers
-- (docs/secrecy.md).

-- Whether this person has drawn one: in this entry, or by an address of theirs in an entry that
-- they left.
CREATE OR REPLACE FUNCTION right_was_drawn(p_survey bigint, p_citizen bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM right_drawn WHERE survey_id = p_survey AND citizen_id = p_citizen)
      OR EXISTS (SELECT FROM contact k JOIN right_address a ON a.survey_id = p_survey AND a.contact_hash = k.hash
                  WHERE k.citizen_id = p_citizen);
END $$;

-- A person draws one, for the number that is shown to be signed.  The same number again is
-- the same request: its answer was lost on the way.  CH002: nothing is drawn here now.
-- CH003: this person has drawn, in this entry or in one that they left.
CREATE OR REPLACE FUNCTION right_draw(p_survey bigint, p_citizen bigint, p_hidden bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM survey s
   WHERE s.id = p_survey AND s.mode = 'once' AND s.state = 'open' AND (s.closes IS NULL OR now() < s.closes)
     AND EXISTS (SELECT FROM citizen c WHERE c.id = p_citizen AND c.state IN ('active', 'paused'));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no rights are drawn here' USING ERRCODE = 'CH002';
  END IF;
  IF NOT right_was_drawn(p_survey, p_citizen) THEN
    INSERT INTO right_drawn (survey_id, citizen_id, hidden) VALUES (p_survey, p_citizen, p_hidden) ON CONFLICT DO NOTHING;
    INSERT INTO right_address (survey_id, contact_hash)
    SELECT p_survey, k.hash FROM contact k WHERE k.citizen_id = p_citizen AND k.channel <> 'webpush'
        ON CONFLICT DO NOTHING;
  END IF;
  PERFORM FROM right_drawn WHERE survey_id = p_survey AND citizen_id = p_citizen AND hidden = p_hidden;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this right was drawn' USING ERRCODE = 'CH003';
  END IF;
END $$;

-- The right that a numbered form is.
CREATE OR REPLACE FUNCTION right_paper(p_survey bigint, p_number text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN sha256(convert_to('paper ' || p_survey || ' ' || p_number, 'UTF8'));
END $$;

-- Puts answers and drawn rights of anonymous surveys into an order of chance, once a day: rows
-- lie where and with the number of the transaction in which they were written, and so tell in
-- what order people came.  Afterwards all that came before have one number and a random place.
-- Which answer a form's token led to goes, too.  Returns how many rows were moved.
-- By its owner, for the courier that asks must not read answers.
CREATE OR REPLACE FUNCTION right_mix() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Tokyo')::date;
  one   record;
  row   record;
  n     int := 0;
BEGIN
  DELETE FROM right_address a USING survey s WHERE s.id = a.survey_id AND s.state = 'closed' AND s.closed < now() - interval '30 days';
  FOR one IN SELECT s.id, s.questionnaire_id FROM survey s JOIN right_key k ON k.survey_id = s.id
              WHERE k.mixed < today
                AND (s.state = 'open' OR (s.closed AT TIME ZONE 'Asia/Tokyo')::date >= k.mixed)
              ORDER BY s.id FOR UPDATE OF k SKIP LOCKED LOOP
    FOR row IN SELECT r.id FROM response r WHERE r.questionnaire_id = one.questionnaire_id ORDER BY random() FOR UPDATE LOOP
      UPDATE response SET right_hash = right_hash WHERE id = row.id;
      n := n + 1;
    END LOOP;
    FOR row IN SELECT d.citizen_id FROM right_drawn d WHERE d.survey_id = one.id ORDER BY random() FOR UPDATE LOOP
      UPDATE right_drawn SET hidden = hidden WHERE survey_id = one.id AND citizen_id = row.citizen_id;
      n := n + 1;
    END LOOP;
    FOR row IN SELECT a.contact_hash FROM right_address a WHERE a.survey_id = one.id ORDER BY random() FOR UPDATE LOOP
      UPDATE right_address SET contact_hash = contact_hash WHERE survey_id = one.id AND contact_hash = row.contact_hash;
      n := n + 1;
    END LOOP;
    FOR row IN SELECT a.id FROM attachment a WHERE a.purpose = 'survey' AND a.owner_id = one.id ORDER BY random() FOR UPDATE LOOP
      UPDATE attachment SET kept = kept WHERE id = row.id;
      n := n + 1;
    END LOOP;
    DELETE FROM once WHERE location = '/surveys/' || one.id OR location LIKE '/surveys/' || one.id || '/%';
    UPDATE right_key SET mixed = today WHERE survey_id = one.id;
  END LOOP;
  RETURN n;
END $$;
REVOKE ALL ON FUNCTION right_mix FROM PUBLIC;
GRANT EXECUTE ON FUNCTION right_mix TO chromo_courier;
