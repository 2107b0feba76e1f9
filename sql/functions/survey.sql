-- A text of a survey in this language, or else in Japanese.
CREATE OR REPLACE FUNCTION survey_text(s survey, p_lang text, p_key text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(s.texts #>> ARRAY[p_lang, p_key], ''), s.texts #>> ARRAY['ja', p_key], '')
$$;

-- A survey takes answers now, as far as time goes.  This one and the next in PL/pgSQL,
-- which keeps its plans: an SQL function that is not written into the query is parsed anew
-- for each answer.
CREATE OR REPLACE FUNCTION survey_is_open(s survey) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN s.state = 'open' AND (s.opens IS NULL OR s.opens <= now()) AND (s.closes IS NULL OR s.closes > now());
END $$;

-- As many have answered as may.
CREATE OR REPLACE FUNCTION survey_is_full(s survey) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF s.answers_max IS NULL THEN           -- asked first, by itself: together they are planned anew each time
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM survey_counter c WHERE c.survey_id = s.id AND c.key = '' AND c.n >= s.answers_max);
END $$;

-- An open one in a list, as everybody reads it.
CREATE OR REPLACE FUNCTION survey_row(s survey, p_department text, p_lang text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', s.id, 'title', survey_text(s, p_lang, 'title'), 'minutes', s.minutes, 'closes', moment(s.closes, p_lang),
                            'once', s.mode = 'once', 'named', s.mode = 'named', 'department', p_department)
$$;
