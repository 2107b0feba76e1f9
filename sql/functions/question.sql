-- Building a questionnaire: questions in their order, and what may still change.
--
-- Until it is published everything may.  An edition never changes; a later one says
-- the same in other words, with the reason for it.

-- What a document means: all of it but its words.  Codes, kinds, conditions stay.
CREATE OR REPLACE FUNCTION question_meaning(p jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  CASE jsonb_typeof(p)
  WHEN 'object' THEN
    RETURN (SELECT coalesce(jsonb_object_agg(key, question_meaning(value)), '{}')
              FROM jsonb_each(p) WHERE key NOT IN ('texts', 'unit', 'low', 'high'));
  WHEN 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(question_meaning(value) ORDER BY ordinality), '[]')
              FROM jsonb_array_elements(p) WITH ORDINALITY);
  ELSE
    RETURN p;
  END CASE;
END $$;

-- One question as it stands in a document (app/domain/questionnaire.h).
CREATE OR REPLACE FUNCTION question_entry(q question) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('code', q.code, 'kind', q.kind, 'required', q.required, 'texts', q.texts,
                            'choices', q.choices, 'settings', q.settings, 'show', q.show, 'jumps', q.jumps)
$$;

-- What a form carries to show what it was opened on.
CREATE OR REPLACE FUNCTION question_mark(q question, p_part text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT left(md5(CASE p_part
           WHEN 'content' THEN concat_ws(E'\x1f', q.kind, q.required, q.texts, q.choices, q.settings)
           WHEN 'logic' THEN concat_ws(E'\x1f', q.show::text, q.jumps) END), 16)
$$;

CREATE OR REPLACE FUNCTION questionnaire_document(p_questionnaire bigint, p_edition int) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object('edition', p_edition, 'languages', to_jsonb(n.languages),
           'questions', (SELECT coalesce(jsonb_agg(question_entry(q) ORDER BY q.place), '[]')
                           FROM question q WHERE q.questionnaire_id = n.id))
    FROM questionnaire n
   WHERE n.id = p_questionnaire);
END $$;

-- After it was published the questions stay what they are; only their words may be
-- put right, which questionnaire_publish then makes an edition of.
CREATE OR REPLACE FUNCTION question_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  frozen boolean := (SELECT edition > 0 FROM questionnaire WHERE id = coalesce(NEW.questionnaire_id, OLD.questionnaire_id));
BEGIN
  IF frozen AND (TG_OP <> 'UPDATE' OR NEW.place <> OLD.place
                 OR question_meaning(question_entry(NEW)) <> question_meaning(question_entry(OLD))) THEN
    RAISE EXCEPTION 'question: its questionnaire was published' USING ERRCODE = 'CH003';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER question_guard BEFORE INSERT OR UPDATE OR DELETE ON question
  FOR EACH ROW EXECUTE FUNCTION question_guard();

CREATE OR REPLACE FUNCTION question_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE questionnaire SET revision = revision + 1, updated = now()
   WHERE id = coalesce(NEW.questionnaire_id, OLD.questionnaire_id);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER question_changed AFTER INSERT OR UPDATE OR DELETE ON question
  FOR EACH ROW EXECUTE FUNCTION question_changed();

CREATE OR REPLACE FUNCTION questionnaire_edition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last questionnaire_edition;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'questionnaire_edition: it never changes' USING ERRCODE = 'CH003';
  END IF;
  SELECT * INTO last FROM questionnaire_edition e
   WHERE e.questionnaire_id = NEW.questionnaire_id ORDER BY e.edition DESC LIMIT 1;
  IF NEW.edition <> coalesce(last.edition, 0) + 1 THEN
    RAISE EXCEPTION 'questionnaire_edition: not the next one' USING ERRCODE = 'CH003';
  END IF;
  IF last.edition IS NOT NULL AND (NOT NEW.spelling OR NEW.reason = ''
     OR question_meaning(NEW.document->'questions') <> question_meaning(last.document->'questions')) THEN
    RAISE EXCEPTION 'questionnaire_edition: it means something else' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER questionnaire_edition_guard BEFORE INSERT OR UPDATE OR DELETE ON questionnaire_edition
  FOR EACH ROW EXECUTE FUNCTION questionnaire_edition_guard();

-- Makes the next edition of what stands in question; p_reason: why, from the second on.
CREATE OR REPLACE FUNCTION questionnaire_publish(p_questionnaire bigint, p_staff bigint, p_reason text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  made int;
BEGIN
  SELECT edition + 1 INTO made FROM questionnaire WHERE id = p_questionnaire FOR UPDATE;
  IF made IS NULL THEN
    RAISE EXCEPTION 'questionnaire: there is none' USING ERRCODE = 'CH002';
  END IF;
  INSERT INTO questionnaire_edition (questionnaire_id, edition, document, spelling, reason, staff_id)
  VALUES (p_questionnaire, made, questionnaire_document(p_questionnaire, made), made > 1, p_reason, p_staff);
  UPDATE questionnaire SET edition = made, updated = now(), editor_id = p_staff WHERE id = p_questionnaire;
  RETURN made;
END $$;

-- A new question, empty, at the end; its code was never given before.
CREATE OR REPLACE FUNCTION question_add(p_questionnaire bigint, p_kind text, p_settings jsonb, p_staff bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n int;
  made text;
BEGIN
  UPDATE questionnaire SET questions = questions + 1, editor_id = p_staff WHERE id = p_questionnaire RETURNING questions INTO n;
  INSERT INTO question (questionnaire_id, code, place, kind, required, texts, settings)
  SELECT p_questionnaire, 'q' || n, 1 + coalesce(max(q.place), 0), p_kind, p_kind <> 'note', '{"ja": {"label": "", "help": ""}}', p_settings
    FROM question q WHERE q.questionnaire_id = p_questionnaire
  RETURNING code INTO made;
  RETURN made;
END $$;

-- The same question once more, behind the first; without its jumps, which were made for that place.
CREATE OR REPLACE FUNCTION question_copy(p_questionnaire bigint, p_code text, p_staff bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  n int;
  at int := (SELECT place FROM question WHERE questionnaire_id = p_questionnaire AND code = p_code);
BEGIN
  IF at IS NULL THEN
    RAISE EXCEPTION 'question: there is none' USING ERRCODE = 'CH002';
  END IF;
  UPDATE questionnaire SET questions = questions + 1, editor_id = p_staff WHERE id = p_questionnaire RETURNING questions INTO n;
  UPDATE question SET place = place + 1 WHERE questionnaire_id = p_questionnaire AND place > at;
  INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show)
  SELECT questionnaire_id, 'q' || n, at + 1, kind, required, texts, choices, settings, show
    FROM question WHERE questionnaire_id = p_questionnaire AND code = p_code;
  RETURN 'q' || n;
END $$;

-- All questions in the order of these codes.  False: these are not they, or it changed since.
CREATE OR REPLACE FUNCTION question_order(p_questionnaire bigint, p_revision int, p_codes text[], p_staff bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM questionnaire WHERE id = p_questionnaire AND revision = p_revision FOR UPDATE;
  IF NOT FOUND OR p_codes IS DISTINCT FROM
     (SELECT array_agg(c ORDER BY array_position(p_codes, c)) FROM (SELECT q.code AS c FROM question q WHERE q.questionnaire_id = p_questionnaire) x) THEN
    RETURN false;
  END IF;
  UPDATE question q SET place = o.place
    FROM unnest(p_codes) WITH ORDINALITY AS o (code, place)
   WHERE q.questionnaire_id = p_questionnaire AND q.code = o.code AND q.place <> o.place;
  UPDATE questionnaire SET editor_id = p_staff WHERE id = p_questionnaire;
  RETURN true;
END $$;

-- --- surveys ---

-- What its steps are saved on.
CREATE OR REPLACE FUNCTION survey_mark(s survey, p_part text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT left(md5(CASE p_part
           WHEN 'details' THEN concat_ws(E'\x1f', s.texts #- '{ja,readers}', s.contact, s.minutes, s.department_id)
           WHEN 'privacy' THEN concat_ws(E'\x1f', s.mode, s.changeable, s.texts->'ja'->>'readers')
           WHEN 'period' THEN concat_ws(E'\x1f', coalesce(s.opens::text, '-'), coalesce(s.closes::text, '-'), coalesce(s.answers_max::text, '-'), s.listed)
           WHEN 'quotas' THEN s.quotas::text END), 16)
$$;

-- draft → open → closed → published; closed → open again while no result is out.  What
-- people were told when they began to answer stays.
CREATE OR REPLACE FUNCTION survey_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'survey: a new one is a draft' USING ERRCODE = 'CH003';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
     (('draft', 'open'), ('open', 'closed'), ('closed', 'open'), ('closed', 'published')) THEN
    RAISE EXCEPTION 'survey: from % to % is no move', OLD.state, NEW.state USING ERRCODE = 'CH003';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.mode, NEW.changeable) <> (OLD.mode, OLD.changeable) THEN
    RAISE EXCEPTION 'survey: who may answer was told' USING ERRCODE = 'CH003';
  END IF;
  IF OLD.state = 'draft' AND NEW.state = 'open'
     AND NOT EXISTS (SELECT FROM questionnaire WHERE id = NEW.questionnaire_id AND edition > 0) THEN
    RAISE EXCEPTION 'survey: it has no edition' USING ERRCODE = 'CH003';
  END IF;
  IF (to_jsonb(NEW) - '{revision,updated}'::text[]) <> (to_jsonb(OLD) - '{revision,updated}'::text[]) THEN
    NEW.revision := OLD.revision + 1;
    NEW.updated := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER survey_guard BEFORE INSERT OR UPDATE ON survey
  FOR EACH ROW EXECUTE FUNCTION survey_guard();

-- A questionnaire with the questions of another one, or an empty one (NULL).
CREATE OR REPLACE FUNCTION questionnaire_copy(p_from bigint, p_purpose text, p_staff bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  old  questionnaire;
  made bigint;
BEGIN
  SELECT * INTO old FROM questionnaire WHERE id = p_from;
  INSERT INTO questionnaire (purpose, languages, questions, editor_id)
  VALUES (p_purpose, coalesce(old.languages, '{ja}'), coalesce(old.questions, 0), p_staff) RETURNING id INTO made;
  INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps)
  SELECT made, code, place, kind, required, texts, choices, settings, show, jumps
    FROM question WHERE questionnaire_id = old.id;
  RETURN made;
END $$;

-- The texts of a survey or an event under another title, of which the other languages know nothing yet.
CREATE OR REPLACE FUNCTION texts_retitled(p_texts jsonb, p_title text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_texts #>> '{ja,title}' = p_title THEN
    RETURN p_texts;
  END IF;
  RETURN (SELECT jsonb_object_agg(key, value - 'title') FROM jsonb_each(p_texts))
         || jsonb_build_object('ja', p_texts -> 'ja' || jsonb_build_object('title', p_title));
END $$;

-- An empty draft, or one with the questions of another survey: p_copied.  NULL: the clerk
-- belongs to no department.
CREATE OR REPLACE FUNCTION survey_create(p_title text, p_copied bigint, p_staff bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  old survey;
  own department;
  survey_made bigint;
BEGIN
  IF p_copied <> 0 THEN
    SELECT * INTO old FROM survey WHERE id = p_copied;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'survey: there is none to copy' USING ERRCODE = 'CH002';
    END IF;
  END IF;
  own := staff_home(p_staff, old.department_id);
  IF own.id IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO survey (questionnaire_id, department_id, author_id, texts, contact, minutes, mode, changeable, listed, quotas, copied_from)
  VALUES (questionnaire_copy(old.questionnaire_id, 'survey', p_staff), own.id, p_staff,
          texts_retitled(coalesce(old.texts, '{"ja": {"title": "", "purpose": "", "readers": "", "thanks": ""}}'), p_title),
          CASE WHEN own.id = old.department_id THEN old.contact ELSE own.contact END, old.minutes,
          coalesce(old.mode, 'anyone'), coalesce(old.changeable, false), coalesce(old.listed, true), coalesce(old.quotas, '[]'), old.id)
  RETURNING id INTO survey_made;
  RETURN survey_made;
END $$;
