-- Answers as they come in.

-- Makes room for one more, of all and of each quota that the answers are of: locked in
-- one order, looked at, then counted.  False: one of them is full, and nothing is counted.
-- p_back: the keys of the quotas that an answer which now changes was of.
CREATE OR REPLACE FUNCTION survey_room(p_survey bigint, p_keys text[], p_most int[], p_back text[]) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO survey_counter (survey_id, key, n)
  SELECT p_survey, k, CASE k WHEN '' THEN (SELECT count(*) FROM response r JOIN survey s USING (questionnaire_id)
                                            WHERE s.id = p_survey) ELSE 0 END
    FROM unnest(p_keys) k ORDER BY k
  ON CONFLICT DO NOTHING;
  PERFORM FROM survey_counter WHERE survey_id = p_survey AND key = ANY (p_keys || p_back) ORDER BY key FOR UPDATE;
  IF EXISTS (SELECT FROM unnest(p_keys, p_most) AS l (key, most)
               JOIN survey_counter c ON c.survey_id = p_survey AND c.key = l.key
              WHERE c.n >= l.most AND l.key <> ALL (p_back)) THEN
    RETURN false;
  END IF;
  UPDATE survey_counter SET n = n + 1 WHERE survey_id = p_survey AND key = ANY (p_keys) AND key <> ALL (p_back);
  UPDATE survey_counter SET n = greatest(n - 1, 0) WHERE survey_id = p_survey AND key = ANY (p_back) AND key <> ALL (p_keys);
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

-- Keeps an answer.  "sent" and its number; "again": this right, person or draft has
-- answered; "closed"; "full".  Nothing but "sent" leaves anything.  The number is random,
-- so that it tells nothing about the order.
CREATE OR REPLACE FUNCTION response_add(p_survey bigint, p_edition int, p_language text, p_way text, p_answers jsonb,
    p_seconds int, p_right bytea, p_citizen bigint, p_receipt bytea, p_draft bytea, p_keys text[], p_most int[])
RETURNS TABLE (outcome text, number text) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  made  text;
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey;
  IF s.id IS NULL OR NOT survey_is_open(s) THEN
    outcome := 'closed';
    RETURN NEXT;
    RETURN;
  END IF;
  IF cardinality(p_keys) > 0 THEN
    -- Who has answered is told so, and not that it is full.
    IF response_known(s.questionnaire_id, p_right, p_citizen, p_receipt) THEN
      outcome := 'again';
    ELSIF NOT survey_room(p_survey, p_keys, p_most, '{}') THEN
      outcome := 'full';
    END IF;
    IF outcome IS NOT NULL THEN
      RETURN NEXT;
      RETURN;
    END IF;
  END IF;
  -- Another one with the same right, person or receipt is waited for here.
  FOR i IN 1 .. 8 LOOP
    INSERT INTO response (questionnaire_id, edition, number, language, way, answers, seconds, right_hash, citizen_id, receipt_hash)
    VALUES (s.questionnaire_id, p_edition, to_char((random() * 99999999)::int, 'FM0000"-"0000'),
            p_language, p_way, p_answers, p_seconds, p_right, p_citizen, p_receipt)
    ON CONFLICT DO NOTHING
    RETURNING response.number INTO made;
    EXIT WHEN made IS NOT NULL;
    IF response_known(s.questionnaire_id, p_right, p_citizen, p_receipt) THEN
      -- What survey_room counted is given back.
      PERFORM survey_room(p_survey, '{}', '{}', p_keys);
      outcome := 'again';
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
  IF made IS NULL THEN
    RAISE EXCEPTION 'response: no number is free' USING ERRCODE = 'CH003';
  END IF;
  IF p_draft IS NOT NULL THEN
    DELETE FROM response_draft WHERE hash = p_draft;
  END IF;
  outcome := 'sent';
  number := made;
  RETURN NEXT;
END $$;

-- Puts other answers in the place of those that this receipt is of.
CREATE OR REPLACE FUNCTION response_change(p_survey bigint, p_edition int, p_language text, p_answers jsonb,
    p_receipt bytea, p_draft bytea, p_keys text[], p_most int[], p_back text[])
RETURNS TABLE (outcome text, number text) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  made  text;
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey;
  IF s.id IS NULL OR NOT survey_is_open(s) OR NOT s.changeable THEN
    RETURN QUERY SELECT 'closed', NULL::text;
    RETURN;
  END IF;
  IF cardinality(p_keys || p_back) > 0 AND NOT survey_room(p_survey, p_keys, p_most, p_back) THEN
    RETURN QUERY SELECT 'full', NULL::text;
    RETURN;
  END IF;
  UPDATE response r SET answers = p_answers, edition = p_edition, language = p_language
   WHERE r.questionnaire_id = s.questionnaire_id AND r.receipt_hash = p_receipt
  RETURNING r.number INTO made;
  IF made IS NULL THEN
    RAISE EXCEPTION 'response: there is none' USING ERRCODE = 'CH002';
  END IF;
  DELETE FROM response_draft WHERE hash = p_draft;
  RETURN QUERY SELECT 'sent', made;
END $$;
