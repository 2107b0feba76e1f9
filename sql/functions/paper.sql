-- Answers that staff enter (domain/paper.h).

-- What a clerk has typed of a form that is not answered.  An answer by web that is sent in the same
-- moment leaves what was typed behind, and nobody has to come back to that.
CREATE OR REPLACE FUNCTION paper_open(p_survey bigint) RETURNS SETOF paper_entry LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY SELECT p.* FROM paper_entry p JOIN survey s ON s.id = p.survey_id
    WHERE p.survey_id = p_survey
      AND NOT EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, p.number));
END $$;

-- Keeps one.  outcome: "kept" (receipt: its number), "first", "differs" (the codes that do; "contact": whose it is),
-- "again", "unknown", "closed", "full", "person" (who answered by name before).  It takes a place of
-- all and of its quotas (p_keys, p_most) as an answer by web does.
DROP FUNCTION IF EXISTS paper_enter(bigint, text, text, int, jsonb, bigint);
DROP FUNCTION IF EXISTS paper_enter(bigint, text, text, int, jsonb, bigint, text[], int[]);
CREATE OR REPLACE FUNCTION paper_enter(p_survey bigint, p_number text, p_way text, p_edition int, p_answers jsonb, p_staff bigint,
                                       p_keys text[], p_most int[], p_citizen bigint DEFAULT NULL)
RETURNS TABLE (outcome text, receipt text, differs jsonb) LANGUAGE plpgsql AS $$
DECLARE
  s     survey;
  first paper_entry;
  spent bytea;
  whole response;
  kept  record;
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
      DELETE FROM paper_entry e WHERE e.survey_id = p_survey AND e.number = p_number;
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
      INSERT INTO paper_entry (survey_id, number, way, edition, answers, citizen_id, staff_id)
      VALUES (p_survey, p_number, p_way, p_edition, p_answers, p_citizen, p_staff)
      ON CONFLICT (tenant_id, survey_id, number) DO UPDATE
        SET answers = excluded.answers, citizen_id = excluded.citizen_id, edition = excluded.edition, way = excluded.way;
      RETURN QUERY SELECT 'first', '', '[]'::jsonb;
      RETURN;
    END IF;
    -- The same as what another clerk typed, the first or the second, and of the same person: two agree.
    IF NOT (p_answers = first.answers AND p_citizen IS NOT DISTINCT FROM first.citizen_id AND p_staff <> first.staff_id
            OR coalesce(p_answers = first.second AND p_citizen IS NOT DISTINCT FROM first.second_citizen AND p_staff <> first.second_id,
                        false)) THEN
      UPDATE paper_entry e SET second = p_answers, second_citizen = p_citizen, second_id = p_staff
       WHERE e.survey_id = p_survey AND e.number = p_number AND p_staff <> first.staff_id;
      UPDATE paper_entry e SET answers = p_answers, citizen_id = p_citizen
       WHERE e.survey_id = p_survey AND e.number = p_number AND p_staff = first.staff_id;
      IF p_staff = first.staff_id THEN
        first.answers := first.second;
        first.citizen_id := first.second_citizen;
      END IF;
      RETURN QUERY
        SELECT 'differs', '', coalesce(jsonb_agg(k ORDER BY k), '[]')
          FROM (SELECT k FROM jsonb_object_keys(p_answers || first.answers) k WHERE p_answers -> k IS DISTINCT FROM first.answers -> k
                UNION ALL
                SELECT 'contact' WHERE p_citizen IS DISTINCT FROM first.citizen_id) x (k);
      RETURN;
    END IF;
  END IF;

  whole.questionnaire_id := s.questionnaire_id;
  whole.edition := p_edition;
  whole.language := 'ja';
  whole.way := p_way;
  whole.answers := p_answers;
  whole.right_hash := spent;
  whole.citizen_id := p_citizen;
  whole.staff_id := p_staff;
  SELECT * INTO kept FROM response_keep(whole, p_survey, p_keys, p_most);
  IF kept.outcome <> 'kept' THEN
    RETURN QUERY SELECT CASE WHEN kept.outcome = 'full' THEN 'full'
                             WHEN response_known(s.questionnaire_id, spent, NULL, NULL) THEN 'again' ELSE 'person' END, '', '[]'::jsonb;
    RETURN;
  END IF;
  DELETE FROM paper_entry e WHERE e.survey_id = p_survey AND e.number = p_number;
  RETURN QUERY SELECT 'kept', kept.number, '[]'::jsonb;
END $$;

-- Keeps what a clerk read from a file (paper_import_line) and so took no lock for, at once: "kept", or
-- what came between, after which the caller takes all back ("closed", "unknown", "again", "full").
-- Quotas are last, for citizens answer meanwhile: see survey_room().
CREATE OR REPLACE FUNCTION paper_import_keep(p_import bigint, p_edition int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  clerk bigint;
  s     survey;
  keys  text[];
  most  int[];
  more  int[];
BEGIN
  SELECT i.staff_id INTO clerk FROM paper_import i WHERE i.id = p_import;
  SELECT v.* INTO s FROM survey v WHERE v.id = (SELECT i.survey_id FROM paper_import i WHERE i.id = p_import);
  IF s.state NOT IN ('open', 'closed') THEN
    RETURN 'closed';
  END IF;
  PERFORM FROM paper_import_line l JOIN paper_form f ON f.survey_id = s.id AND f.number = l.number
    WHERE l.import_id = p_import AND l.number <> '' ORDER BY f.number FOR UPDATE OF f;
  IF EXISTS (SELECT FROM paper_import_line l WHERE l.import_id = p_import AND l.number <> ''
                AND NOT EXISTS (SELECT FROM paper_form f WHERE f.survey_id = s.id AND f.number = l.number AND NOT f.void)) THEN
    RETURN 'unknown';
  END IF;
  SELECT array_agg(k.key), array_agg(k.most), array_agg(k.more) INTO keys, most, more
    FROM (SELECT u.key, max(u.most) AS most, count(*)::int AS more
            FROM paper_import_line l, unnest(l.keys, l.most) AS u (key, most) WHERE l.import_id = p_import GROUP BY u.key) k;
  -- What a clerk has typed meanwhile is not thrown away: it is looked at again, and said.
  IF EXISTS (SELECT FROM paper_import_line l JOIN paper_entry e ON e.survey_id = s.id AND e.number = l.number
              WHERE l.import_id = p_import AND l.number <> '') THEN
    RETURN 'again';
  END IF;
  WHILE EXISTS (SELECT FROM paper_import_line l WHERE l.import_id = p_import) LOOP
    INSERT INTO response (id, questionnaire_id, edition, number, way, answers, right_hash, staff_id)
    SELECT l.response_id, s.questionnaire_id, p_edition, response_number(), 'import', l.answers,
           CASE WHEN l.number <> '' THEN right_paper(s.id, l.number) END, clerk
      FROM paper_import_line l WHERE l.import_id = p_import ORDER BY l.line
    ON CONFLICT DO NOTHING;
    DELETE FROM paper_import_line l
     WHERE l.import_id = p_import AND EXISTS (SELECT FROM response r WHERE r.id = l.response_id);
    -- What is left met a 受付番号 that is another's, and is given a new one; or its form was answered.
    IF EXISTS (SELECT FROM paper_import_line l
                 JOIN response r ON r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, l.number)
                WHERE l.import_id = p_import AND l.number <> '') THEN
      RETURN 'again';
    END IF;
  END LOOP;
  IF keys IS NOT NULL AND NOT survey_room(s.id, keys, most, more) THEN
    RETURN 'full';
  END IF;
  RETURN 'kept';
END $$;

-- CH002: no such form.  CH003: it was answered, or a clerk has typed it and p_entered does not say
-- that this may go.
DROP FUNCTION IF EXISTS paper_void(bigint, text);
CREATE OR REPLACE FUNCTION paper_void(p_survey bigint, p_number text, p_entered boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM paper_form WHERE survey_id = p_survey AND number = p_number FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such form' USING ERRCODE = 'CH002';
  END IF;
  IF EXISTS (SELECT FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
              WHERE s.id = p_survey AND r.right_hash = right_paper(p_survey, p_number)) THEN
    RAISE EXCEPTION 'it was answered' USING ERRCODE = 'CH003';
  END IF;
  IF NOT p_entered AND EXISTS (SELECT FROM paper_entry WHERE survey_id = p_survey AND number = p_number) THEN
    RAISE EXCEPTION 'it was typed' USING ERRCODE = 'CH003';
  END IF;
  UPDATE paper_form SET void = true WHERE survey_id = p_survey AND number = p_number;
  DELETE FROM paper_entry WHERE survey_id = p_survey AND number = p_number;
END $$;
