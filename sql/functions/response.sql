-- Answers as they come in.

-- Counts answers that are there already, in all and for each quota that they are of: locked in one
-- order, looked at, then counted.  False: one of them is full, nothing is counted, and the answers are
-- the caller's to take back.  p_more: by how many, less than none for what an answer which now changes
-- was of.  It is the last that a transaction does: whoever waits here waits for a commit, and for
-- nothing that comes before it.
DROP FUNCTION IF EXISTS survey_room(bigint, text[], int[], text[]);
CREATE OR REPLACE FUNCTION survey_room(p_survey bigint, p_keys text[], p_most int[], p_more int[]) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO survey_counter (survey_id, key, n)
  SELECT p_survey, l.key, CASE l.key WHEN '' THEN (SELECT count(*) FROM response r JOIN survey s USING (questionnaire_id)
                                                    WHERE s.id = p_survey) - l.more ELSE 0 END
    FROM unnest(p_keys, p_more) AS l (key, more) ORDER BY l.key
  ON CONFLICT DO NOTHING;
  PERFORM FROM survey_counter WHERE survey_id = p_survey AND key = ANY (p_keys) ORDER BY key FOR UPDATE;
  IF EXISTS (SELECT FROM unnest(p_keys, p_most, p_more) AS l (key, most, more)
               JOIN survey_counter c ON c.survey_id = p_survey AND c.key = l.key
              WHERE l.more > 0 AND c.n + l.more > l.most) THEN
    RETURN false;
  END IF;
  UPDATE survey_counter c SET n = greatest(c.n + l.more, 0)
    FROM unnest(p_keys, p_more) AS l (key, more) WHERE c.survey_id = p_survey AND c.key = l.key;
  RETURN true;
END $$;

-- A limit that is set anew is counted anew.
CREATE OR REPLACE FUNCTION survey_counter_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM survey_counter WHERE survey_id = NEW.id AND key = '';
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER survey_counter_anew AFTER UPDATE OF answers_max ON survey
  FOR EACH ROW WHEN (OLD.answers_max IS DISTINCT FROM NEW.answers_max) EXECUTE FUNCTION survey_counter_anew();

-- This right, person or receipt has answered.  Each by its index.
CREATE OR REPLACE FUNCTION response_known(p_questionnaire bigint, p_right bytea, p_citizen bigint, p_receipt bytea) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  IF p_right IS NOT NULL AND EXISTS (SELECT FROM response WHERE questionnaire_id = p_questionnaire AND right_hash = p_right) THEN
    RETURN true;
  END IF;
  IF p_citizen IS NOT NULL AND EXISTS (SELECT FROM response WHERE questionnaire_id = p_questionnaire AND citizen_id = p_citizen) THEN
    RETURN true;
  END IF;
  RETURN EXISTS (SELECT FROM response WHERE receipt_hash = p_receipt);
END $$;

-- One row.  Its number (受付番号) is random, so that it tells nothing about the order; NULL: this right,
-- person or receipt has answered.  Another one with the same is waited for here.
CREATE OR REPLACE FUNCTION response_insert(r response) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  made text;
BEGIN
  FOR i IN 1 .. 8 LOOP
    INSERT INTO response (questionnaire_id, edition, number, language, way, answers, seconds, right_hash, citizen_id, receipt_hash, staff_id)
    VALUES (r.questionnaire_id, r.edition, response_number(), r.language, r.way, r.answers, r.seconds, r.right_hash, r.citizen_id,
            r.receipt_hash, r.staff_id)
    ON CONFLICT DO NOTHING
    RETURNING response.number INTO made;
    IF made IS NOT NULL OR response_known(r.questionnaire_id, r.right_hash, r.citizen_id, r.receipt_hash) THEN
      RETURN made;
    END IF;
  END LOOP;
  RAISE EXCEPTION 'response: no number is free' USING ERRCODE = 'CH003';
END $$;

CREATE OR REPLACE FUNCTION response_number() RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT to_char((random() * 99999999)::int, 'FM0000"-"0000') $$;

-- The same, where all (p_keys: '') or some quotas have a limit.  "kept" and its number; "again": who has
-- answered is told so, and not that it is full; "full": the row is taken back.
CREATE OR REPLACE FUNCTION response_keep(r response, p_survey bigint, p_keys text[], p_most int[], OUT outcome text, OUT number text)
LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(p_keys) = 0 THEN
    number := response_insert(r);
    outcome := CASE WHEN number IS NULL THEN 'again' ELSE 'kept' END;
    RETURN;
  END IF;
  BEGIN
    number := response_insert(r);
    outcome := CASE WHEN number IS NULL THEN 'again' ELSE 'kept' END;
    IF outcome = 'kept' AND NOT survey_room(p_survey, p_keys, p_most, array_fill(1, ARRAY[cardinality(p_keys)])) THEN
      RAISE EXCEPTION 'full' USING ERRCODE = 'CH001';
    END IF;
  EXCEPTION WHEN SQLSTATE 'CH001' THEN
    outcome := 'full';
    number := NULL;
  END;
END $$;

-- Keeps an answer.  "sent" and its number; "again": this right, person or draft has
-- answered; "closed"; "full".  Nothing but "sent" leaves anything.
CREATE OR REPLACE FUNCTION response_add(p_survey bigint, p_edition int, p_language text, p_way text, p_answers jsonb,
    p_seconds int, p_right bytea, p_citizen bigint, p_receipt bytea, p_draft bytea, p_keys text[], p_most int[])
RETURNS TABLE (outcome text, number text) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  r     response;
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey;
  IF s.id IS NULL OR NOT survey_is_open(s) THEN
    -- A program that lost the answer to its first try learns that it was kept.
    outcome := CASE WHEN response_known(s.questionnaire_id, NULL, NULL, p_receipt) THEN 'again' ELSE 'closed' END;
    RETURN NEXT;
    RETURN;
  END IF;
  r.questionnaire_id := s.questionnaire_id;
  r.edition := p_edition;
  r.language := p_language;
  r.way := p_way;
  r.answers := p_answers;
  r.seconds := p_seconds;
  r.right_hash := p_right;
  r.citizen_id := p_citizen;
  r.receipt_hash := p_receipt;
  SELECT CASE k.outcome WHEN 'kept' THEN 'sent' ELSE k.outcome END, k.number INTO outcome, number
    FROM response_keep(r, p_survey, p_keys, p_most) k;
  IF outcome = 'sent' AND p_draft IS NOT NULL THEN
    DELETE FROM response_draft WHERE hash = p_draft;
  END IF;
  RETURN NEXT;
END $$;

-- Puts other answers in the place of those that this receipt is of.
CREATE OR REPLACE FUNCTION response_change(p_survey bigint, p_edition int, p_language text, p_answers jsonb,
    p_receipt bytea, p_draft bytea, p_keys text[], p_most int[], p_back text[])
RETURNS TABLE (outcome text, number text) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  made  text;
  keys  text[];
  most  int[];
  more  int[];
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey;
  IF s.id IS NULL OR NOT survey_is_open(s) OR NOT s.changeable THEN
    RETURN QUERY SELECT 'closed', NULL::text;
    RETURN;
  END IF;
  -- What it was of and what it is of now, where that is not the same.
  SELECT array_agg(k.key), array_agg(k.most), array_agg(k.more) INTO keys, most, more
    FROM (SELECT l.key, l.most, 1 AS more FROM unnest(p_keys, p_most) AS l (key, most) WHERE l.key <> ALL (p_back)
          UNION ALL
          SELECT b.key, NULL, -1 FROM unnest(p_back) AS b (key) WHERE b.key <> ALL (p_keys)) k;
  IF keys IS NOT NULL AND NOT survey_room(p_survey, keys, most, more) THEN
    RETURN QUERY SELECT 'full', NULL::text;
    RETURN;
  END IF;
  -- A tag tells what staff found in words that are not there any more.
  DELETE FROM response_tag t USING response r
   WHERE r.questionnaire_id = s.questionnaire_id AND r.receipt_hash = p_receipt AND t.response_id = r.id
     AND r.answers -> t.code IS DISTINCT FROM p_answers -> t.code;
  UPDATE response r SET answers = p_answers, edition = p_edition, language = p_language
   WHERE r.questionnaire_id = s.questionnaire_id AND r.receipt_hash = p_receipt
  RETURNING r.number INTO made;
  IF made IS NULL THEN
    RAISE EXCEPTION 'response: there is none' USING ERRCODE = 'CH002';
  END IF;
  DELETE FROM response_draft WHERE hash = p_draft;
  RETURN QUERY SELECT 'sent', made;
END $$;
