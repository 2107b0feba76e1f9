-- Messages about surveys.

-- Who has taken part, as far as it is known: has drawn a right, or answered by name.  What
-- they said is not looked at.  By its owner, for the courier must not read answers.
CREATE OR REPLACE FUNCTION survey_took_part(p_survey bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT citizen_id FROM right_drawn WHERE survey_id = p_survey
  UNION
  SELECT k.citizen_id FROM right_address a JOIN contact k ON k.hash = a.contact_hash WHERE a.survey_id = p_survey
  UNION
  SELECT r.citizen_id FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
   WHERE s.id = p_survey AND r.citizen_id IS NOT NULL
$$;
REVOKE ALL ON FUNCTION survey_took_part FROM PUBLIC;
GRANT EXECUTE ON FUNCTION survey_took_part TO chromo_courier, chromo_web;

-- A draft about a survey, by this clerk.  NULL: they belong to no department, or the survey
-- does not do this: whom to remind is known in two modes, results come at the end.
CREATE OR REPLACE FUNCTION survey_message_make(p_survey bigint, p_staff bigint, p_subject text, p_body text, p_people text,
                                               p_personal boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  s    survey;
  made bigint;
BEGIN
  SELECT * INTO s FROM survey WHERE id = p_survey AND state <> 'draft';
  IF NOT FOUND OR (s.mode = 'anyone' AND (p_people <> 'all' OR p_personal))
     OR (s.state = 'published' AND (p_people = 'rest' OR p_personal)) OR (s.state <> 'published' AND p_people = 'done') THEN
    RETURN NULL;
  END IF;
  INSERT INTO message (department_id, author_id, editor_id, contact, subject, body, audience)
  SELECT d.id, sd.staff_id, sd.staff_id, coalesce(nullif(s.contact, ''), d.contact), p_subject, p_body, 'everyone'
    FROM staff_department sd JOIN department d ON d.id = sd.department_id
   WHERE sd.staff_id = p_staff AND d.active
   ORDER BY d.id IS DISTINCT FROM s.department_id, d.place, d.id LIMIT 1
  RETURNING id INTO made;
  INSERT INTO survey_message (message_id, survey_id, people, personal)
  SELECT made, p_survey, p_people, p_personal WHERE made IS NOT NULL;
  RETURN made;
END $$;
