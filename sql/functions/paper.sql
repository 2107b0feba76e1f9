-- Answers that staff enter (domain/paper.h).

-- Keeps one.  outcome: "kept" (receipt: its number), "first", "differs" (the codes that do),
-- "again", "unknown", "closed", "full", "person" (who answered by name before).  It takes a place of all and of its quotas (p_keys, p_most)
-- as an answer by web does.
DROP FUNCTION IF EXISTS paper_enter(bigint, text, text, int, jsonb, bigint);
DROP FUNCTION IF EXISTS paper_enter(bigint, text, text, int, jsonb, bigint, text[], int[]);
CREATE OR REPLACE FUNCTION paper_enter(p_survey bigint, p_number text, p_way text, p_edition int, p_answers jsonb, p_staff bigint,
                                       p_keys text[], p_most int[], p_citizen bigint DEFAULT NULL)
RETURNS TABLE (outcome text, receipt text, differs jsonb) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  first paper_entry;
  spent bytea;
  made  text;
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey;
  IF s.state NOT IN ('open', 'closed') OR s.state IS NULL THEN
    RETURN QUERY SELECT 'closed', '', '[]'::jsonb;
    RETURN;
  END IF;
  IF p_number <> '' THEN
    PERFORM FROM paper_form WHERE survey_id = p_survey AND number = p_number AND NOT void FOR UPDATE;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'unknown', '', '[]'::jsonb;
      RETURN;
    END IF;
    spent := right_paper(p_survey, p_number);
    IF EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = spent) THEN
      RETURN QUERY SELECT 'again', '', '[]'::jsonb;
      RETURN;
    END IF;
  END IF;

  IF response_known(s.questionnaire_id, NULL, p_citizen, NULL) THEN
    RETURN QUERY SELECT 'person', '', '[]'::jsonb;
    RETURN;
  END IF;

  IF s.typed_twice AND p_number <> '' AND p_way <> 'import' THEN
    SELECT * INTO first FROM paper_entry e WHERE e.survey_id = p_survey AND e.number = p_number FOR UPDATE;
    IF NOT FOUND OR first.staff_id = p_staff AND first.second IS NULL THEN
      INSERT INTO paper_entry (survey_id, number, way, edition, answers, staff_id)
      VALUES (p_survey, p_number, p_way, p_edition, p_answers, p_staff)
      ON CONFLICT (tenant_id, survey_id, number) DO UPDATE SET answers = excluded.answers, edition = excluded.edition, way = excluded.way;
      RETURN QUERY SELECT 'first', '', '[]'::jsonb;
      RETURN;
    END IF;
    -- The same as what another clerk typed, the first or the second: two agree.
    IF NOT (p_answers = first.answers AND p_staff <> first.staff_id
            OR coalesce(p_answers = first.second AND p_staff <> first.second_id, false)) THEN
      UPDATE paper_entry e SET second = p_answers, second_id = p_staff
       WHERE e.survey_id = p_survey AND e.number = p_number AND p_staff <> first.staff_id;
      UPDATE paper_entry e SET answers = p_answers
       WHERE e.survey_id = p_survey AND e.number = p_number AND p_staff = first.staff_id;
      RETURN QUERY
        SELECT 'differs', '', coalesce(jsonb_agg(k ORDER BY k), '[]')
          FROM (SELECT k FROM jsonb_object_keys(p_answers || first.answers) k
                 WHERE p_answers -> k IS DISTINCT FROM CASE WHEN p_staff = first.staff_id THEN first.second ELSE first.answers END -> k) x;
      RETURN;
    END IF;
  END IF;

  IF cardinality(p_keys) > 0 AND NOT survey_room(p_survey, p_keys, p_most, '{}') THEN
    RETURN QUERY SELECT 'full', '', '[]'::jsonb;
    RETURN;
  END IF;
  FOR i IN 1 .. 8 LOOP
    INSERT INTO response (questionnaire_id, edition, number, way, answers, right_hash, citizen_id, staff_id)
    VALUES (s.questionnaire_id, p_edition, regexp_replace(lpad((random() * 99999999)::int::text, 8, '0'), '(....)(....)', '\1-\2'),
            p_way, p_answers, spent, p_citizen, p_staff)
    ON CONFLICT DO NOTHING
    RETURNING response.number INTO made;
    EXIT WHEN made IS NOT NULL;
    IF response_known(s.questionnaire_id, spent, p_citizen, NULL) THEN
      -- What survey_room counted is given back.
      PERFORM survey_room(p_survey, '{}', '{}', p_keys);
      RETURN QUERY SELECT CASE WHEN response_known(s.questionnaire_id, spent, NULL, NULL) THEN 'again' ELSE 'person' END, '', '[]'::jsonb;
      RETURN;
    END IF;
  END LOOP;
  IF made IS NULL THEN
    RAISE EXCEPTION 'response: no number is free' USING ERRCODE = 'CH003';
  END IF;
  DELETE FROM paper_entry e WHERE e.survey_id = p_survey AND e.number = p_number;
  RETURN QUERY SELECT 'kept', made, '[]'::jsonb;
END $$;

-- CH002: no such form.  CH003: it was answered.
CREATE OR REPLACE FUNCTION paper_void(p_survey bigint, p_number text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM paper_form WHERE survey_id = p_survey AND number = p_number FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such form' USING ERRCODE = 'CH002';
  END IF;
  IF EXISTS (SELECT FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
              WHERE s.id = p_survey AND r.right_hash = right_paper(p_survey, p_number)) THEN
    RAISE EXCEPTION 'it was answered' USING ERRCODE = 'CH003';
  END IF;
  UPDATE paper_form SET void = true WHERE survey_id = p_survey AND number = p_number;
  DELETE FROM paper_entry WHERE survey_id = p_survey AND number = p_number;
END $$;
