-- Counting answers.  A response is either in the tallies (counted) or not yet, and what is
-- counted is taken out again before it changes or goes; so tallies are at every moment the
-- sum over the responses that are marked (tests/db/tally.sql counts them by brute force).
--
-- Whoever counts holds the row of tally_design: one at a time, so that no two add to the
-- same rows in different order.

-- The kind of each question, by code, of all editions: a code keeps its meaning.
CREATE OR REPLACE FUNCTION tally_kinds(p_questionnaire bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_object_agg(q ->> 'code', q ->> 'kind' ORDER BY e.edition), '{}')
    FROM questionnaire_edition e, jsonb_array_elements(e.document -> 'questions') q
   WHERE e.questionnaire_id = p_questionnaire);
END $$;

-- Numbers are counted whole, and large ones by their first two digits, so that a tally
-- stays small.
CREATE OR REPLACE FUNCTION tally_bucket(v numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (CASE WHEN abs(v) < 1000 THEN floor(v)
               ELSE trunc(v, 2 - length(trunc(abs(v))::text)) END)::bigint::text
$$;

-- What one set of answers adds to the tallies.  One expression, so that the planner writes
-- it into the query: as a call it takes five times as long.
CREATE OR REPLACE FUNCTION tally_items(p_kinds jsonb, p_answers jsonb)
RETURNS TABLE (code text, item text, value numeric) LANGUAGE sql STABLE AS $$
  SELECT a.key, i.item,
         CASE WHEN p_kinds ->> a.key IN ('number', 'scale') AND i.item <> '' THEN (a.answer #>> '{}')::numeric END
    FROM jsonb_each(p_answers) AS a (key, answer)
   CROSS JOIN LATERAL unnest(CASE p_kinds ->> a.key
           WHEN 'single'  THEN ARRAY[a.answer #>> '{}']
           WHEN 'scale'   THEN CASE WHEN a.answer #>> '{}' ~ '^[0-9]{1,2}$' THEN ARRAY[a.answer #>> '{}'] ELSE '{""}' END
           WHEN 'consent' THEN ARRAY[a.answer #>> '{}']
           WHEN 'multi'   THEN ARRAY(SELECT '' UNION SELECT jsonb_array_elements_text(
                                 CASE jsonb_typeof(a.answer) WHEN 'array' THEN a.answer ELSE '[]' END))
           WHEN 'number'  THEN CASE WHEN a.answer #>> '{}' ~ '^-?[0-9]{1,15}(\.[0-9]{1,10})?$'
                                    THEN ARRAY[tally_bucket((a.answer #>> '{}')::numeric)] ELSE '{""}' END
           WHEN 'date'    THEN ARRAY[left(a.answer #>> '{}', 7)]
           WHEN 'time'    THEN ARRAY[left(a.answer #>> '{}', 2)]
           WHEN 'rank'    THEN ARRAY(SELECT '' UNION SELECT r.place || ':' || r.choice
                                       FROM jsonb_array_elements_text(CASE jsonb_typeof(a.answer) WHEN 'array' THEN a.answer ELSE '[]' END)
                                            WITH ORDINALITY AS r (choice, place))
           WHEN 'matrix'  THEN ARRAY(SELECT '' UNION SELECT m.row || ':' || c
                                       FROM jsonb_each(CASE jsonb_typeof(a.answer) WHEN 'object' THEN a.answer ELSE '{}' END) AS m (row, chosen),
                                            jsonb_array_elements_text(CASE jsonb_typeof(m.chosen) WHEN 'array' THEN m.chosen || '[""]'
                                                                      ELSE jsonb_build_array(m.chosen, '') END) AS c)
           WHEN 'address' THEN ARRAY[coalesce(a.answer ->> 'district', '')]
           ELSE '{""}' END) AS i (item)
$$;

-- Age and district as the design says: a choice as it is, a number by tens, an address by
-- its district.
CREATE OR REPLACE FUNCTION tally_age(p_kind text, p_answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_kind WHEN 'single' THEN p_answer #>> '{}'
              WHEN 'number' THEN CASE WHEN p_answer #>> '{}' ~ '^[0-9]{1,3}$'
                                      THEN ((p_answer #>> '{}')::int / 10 * 10)::text END END
$$;

CREATE OR REPLACE FUNCTION tally_district(p_kind text, p_answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_kind WHEN 'single' THEN p_answer #>> '{}' WHEN 'address' THEN p_answer ->> 'district' END
$$;

-- Adds (1) or takes out (-1) these responses.  The caller holds the design.  p_groups: to
-- groups only, of what is in the others already; else to groups as far as they go.
CREATE OR REPLACE FUNCTION tally_add(p_questionnaire bigint, p_sign int, p_rows tallied[], p_groups boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  kinds   jsonb := tally_kinds(p_questionnaire);
  design  tally_design;
BEGIN
  SELECT * INTO STRICT design FROM tally_design WHERE questionnaire_id = p_questionnaire;

  WITH r AS MATERIALIZED (
    SELECT coalesce(tally_district(kinds ->> design.district_code, answers -> design.district_code), '') AS district,
           coalesce(tally_age(kinds ->> design.age_code, answers -> design.age_code), '') AS age,
           language, way, day, answers, seconds,
           p_groups OR design.regroup IS NULL OR number <= design.regroup AS grouped
      FROM unnest(p_rows)),
  fine AS MATERIALIZED (
    SELECT district, age, language, way, day, grouped, i.code, i.item, count(*) AS n, coalesce(sum(i.value), 0) AS total
      FROM r CROSS JOIN LATERAL tally_items(kinds, r.answers) i
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    UNION ALL
    SELECT district, age, language, way, day, grouped, '#', (least(seconds, 7200) / 5 * 5)::text, count(*), 0
      FROM r WHERE seconds >= 0 GROUP BY 1, 2, 3, 4, 5, 6, 8
    UNION ALL
    SELECT district, age, language, way, day, grouped, NULL, NULL, count(*), 0 FROM r GROUP BY 1, 2, 3, 4, 5, 6),
  three AS MATERIALIZED (
    SELECT 'all' AS kind, '-infinity'::date AS day, '' AS district, '' AS age, '' AS language, '' AS way,
           code, item, sum(n) AS n, sum(total) AS total FROM fine WHERE NOT p_groups GROUP BY code, item
    UNION ALL
    SELECT 'day', day, '', '', '', '', code, item, sum(n), sum(total) FROM fine WHERE NOT p_groups GROUP BY day, code, item
    UNION ALL
    SELECT 'group', '-infinity', district, age, language, way, code, item, sum(n), sum(total) FROM fine WHERE grouped
     GROUP BY district, age, language, way, code, item),
  cell AS (
    INSERT INTO tally_cell AS c (questionnaire_id, kind, day, district, age, language, way, n)
    SELECT p_questionnaire, kind, day, district, age, language, way, p_sign * n FROM three WHERE code IS NULL
    ON CONFLICT (tenant_id, questionnaire_id, kind, day, district, age, language, way) DO UPDATE SET n = c.n + excluded.n
    RETURNING id, kind, day, district, age, language, way)
  INSERT INTO tally AS t (cell_id, code, item, n, total)
  SELECT cell.id, three.code, three.item, p_sign * three.n, p_sign * three.total
    FROM three JOIN cell USING (kind, day, district, age, language, way)
   WHERE three.code IS NOT NULL
  ON CONFLICT (tenant_id, cell_id, code, item) DO UPDATE SET n = t.n + excluded.n, total = t.total + excluded.total;
END $$;

-- What asks for age and district, where nobody said: by the words of the question.
CREATE OR REPLACE FUNCTION tally_design_make(p_questionnaire bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO tally_design (questionnaire_id, age_code, district_code)
  SELECT p_questionnaire,
         coalesce((SELECT q ->> 'code' FROM jsonb_array_elements(e.document -> 'questions') WITH ORDINALITY AS x (q, place)
                    WHERE q ->> 'kind' IN ('single', 'number') AND q #>> '{texts,ja,label}' ~ '年齢|年代|何歳|おいくつ'
                    ORDER BY place LIMIT 1), ''),
         coalesce((SELECT q ->> 'code' FROM jsonb_array_elements(e.document -> 'questions') WITH ORDINALITY AS x (q, place)
                    WHERE q ->> 'kind' = 'address'
                       OR q ->> 'kind' = 'single' AND q #>> '{texts,ja,label}' ~ '地区|お住まい|住んでいる'
                    ORDER BY q ->> 'kind' <> 'address', place LIMIT 1), '')
    FROM (SELECT document FROM questionnaire_edition WHERE questionnaire_id = p_questionnaire
           ORDER BY edition DESC LIMIT 1) e
  ON CONFLICT DO NOTHING
$$;

-- Counts what is new, at most so many; returns how many.  0 where there is nothing, or
-- where somebody else is just counting: their commit shows it.
CREATE OR REPLACE FUNCTION tally_count(p_questionnaire bigint, p_most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  taken tallied[];
BEGIN
  IF NOT EXISTS (SELECT FROM response WHERE questionnaire_id = p_questionnaire AND NOT counted) THEN
    RETURN 0;
  END IF;
  PERFORM tally_design_make(p_questionnaire);
  PERFORM FROM tally_design WHERE questionnaire_id = p_questionnaire FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  WITH news AS (
    SELECT id FROM response WHERE questionnaire_id = p_questionnaire AND NOT counted
     LIMIT p_most FOR UPDATE SKIP LOCKED),
  done AS (
    UPDATE response r SET counted = true FROM news WHERE r.id = news.id
    RETURNING ROW(r.number, r.language, r.way, r.day, r.answers, r.seconds)::tallied AS r)
  SELECT array_agg(done.r) INTO taken FROM done;
  IF taken IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM tally_add(p_questionnaire, 1, taken, false);
  RETURN cardinality(taken);
END $$;

-- One step of counting the groups anew: takes away some of the old ones, then puts the next
-- answers into new ones, at most so many.  True: there is more.  What is counted, changed
-- or goes meanwhile is in the groups exactly if its number is not behind regroup.
CREATE OR REPLACE FUNCTION tally_regroup(p_questionnaire bigint, p_most int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  design  tally_design;
  taken   tallied[];
  last    text;
BEGIN
  PERFORM FROM tally_design WHERE questionnaire_id = p_questionnaire AND regroup IS NOT NULL FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT * INTO STRICT design FROM tally_design WHERE questionnaire_id = p_questionnaire;
  IF design.clearing THEN
    DELETE FROM tally_cell WHERE id IN
      (SELECT id FROM tally_cell WHERE questionnaire_id = p_questionnaire AND kind = 'group' LIMIT p_most / 20);
    IF NOT FOUND THEN
      UPDATE tally_design SET clearing = false WHERE questionnaire_id = p_questionnaire;
    END IF;
    RETURN true;
  END IF;
  SELECT array_agg(ROW(r.number, r.language, r.way, r.day, r.answers, r.seconds)::tallied), max(r.number) INTO taken, last
    FROM (SELECT * FROM response WHERE questionnaire_id = p_questionnaire AND counted AND number > design.regroup
           ORDER BY number LIMIT p_most) r;
  IF taken IS NOT NULL THEN
    PERFORM tally_add(p_questionnaire, 1, taken, true);
  END IF;
  UPDATE tally_design SET regroup = CASE WHEN cardinality(taken) = p_most THEN last END WHERE questionnaire_id = p_questionnaire;
  RETURN coalesce(cardinality(taken) = p_most, false);
END $$;

-- By which questions people are told apart from now on.  Groups are counted anew: at once
-- where that is soon done, else by the courier's clerk.
CREATE OR REPLACE FUNCTION tally_design_set(p_questionnaire bigint, p_age text, p_district text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  at_once CONSTANT int := 20000;
BEGIN
  PERFORM tally_design_make(p_questionnaire);
  UPDATE tally_design SET age_code = p_age, district_code = p_district, regroup = '', clearing = true
   WHERE questionnaire_id = p_questionnaire AND (age_code, district_code) <> (p_age, p_district);
  IF FOUND AND coalesce((SELECT n FROM tally_cell WHERE questionnaire_id = p_questionnaire AND kind = 'all'), 0) < at_once THEN
    WHILE tally_regroup(p_questionnaire, at_once) LOOP
    END LOOP;
  END IF;
END $$;

-- How far that is, in a hundred; NULL: it is done.
CREATE OR REPLACE FUNCTION tally_regrouped(p_questionnaire bigint) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN d.clearing THEN 0
              ELSE (coalesce((SELECT sum(n) FROM tally_cell c WHERE c.questionnaire_id = d.questionnaire_id AND c.kind = 'group'), 0) * 100
                    / greatest((SELECT n FROM tally_cell c WHERE c.questionnaire_id = d.questionnaire_id AND c.kind = 'all'), 1))::int END
    FROM tally_design d WHERE d.questionnaire_id = p_questionnaire AND d.regroup IS NOT NULL);
END $$;

-- An answer that changes is taken out first, and counted again.
CREATE OR REPLACE FUNCTION tally_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tally_design SET changed = changed + 1 WHERE questionnaire_id = OLD.questionnaire_id;
  PERFORM tally_add(OLD.questionnaire_id, -1,
    ARRAY[ROW(OLD.number, OLD.language, OLD.way, OLD.day, OLD.answers, OLD.seconds)::tallied], false);
  NEW.counted := false;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER tally_change BEFORE UPDATE OF answers, day, language, way, seconds ON response
  FOR EACH ROW WHEN (OLD.counted AND (OLD.answers, OLD.day, OLD.language, OLD.way, OLD.seconds)
                     IS DISTINCT FROM (NEW.answers, NEW.day, NEW.language, NEW.way, NEW.seconds))
  EXECUTE FUNCTION tally_out();

-- What goes is taken out by the statement and not by the row: each row of a tally would else
-- be written once for every answer, and each time be found behind all that it was before.
CREATE OR REPLACE FUNCTION tally_gone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  piece record;
BEGIN
  PERFORM FROM tally_design WHERE questionnaire_id IN (SELECT questionnaire_id FROM gone WHERE counted)
    ORDER BY questionnaire_id FOR UPDATE;
  UPDATE tally_design d SET changed = d.changed + g.n
    FROM (SELECT questionnaire_id, count(*) AS n FROM gone WHERE counted GROUP BY questionnaire_id) g
   WHERE d.questionnaire_id = g.questionnaire_id;
  FOR piece IN
    SELECT g.questionnaire_id, array_agg(ROW(g.number, g.language, g.way, g.day, g.answers, g.seconds)::tallied) AS taken
      FROM (SELECT *, row_number() OVER (PARTITION BY questionnaire_id) / 20000 AS part FROM gone WHERE counted) g
     GROUP BY g.questionnaire_id, g.part
  LOOP
    PERFORM tally_add(piece.questionnaire_id, -1, piece.taken, false);
  END LOOP;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tally_gone AFTER DELETE ON response
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tally_gone();

-- A list and '*', in which all are.  A function of its own, for what holds a query of its own is not written
-- into another one.
CREATE OR REPLACE FUNCTION cross_all(p_list jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(p_list) WHEN 'array' THEN p_list || '["*"]' ELSE '["", "*"]' END));
END $$;

-- The classes of a cross-table that one response is in: one; or for what has several answers
-- each of them, and '*', in which all are.  '' : no answer.  One expression, as tally_items(): as a call it
-- takes four times as long.
CREATE OR REPLACE FUNCTION cross_items(p_kind text, p_row text, p_answer jsonb, p_language text, p_way text, p_day date)
RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT CASE p_kind
           WHEN 'language' THEN ARRAY[p_language]
           WHEN 'way'      THEN ARRAY[p_way]
           WHEN 'day'      THEN ARRAY[to_char(p_day, 'YYYY-MM-DD')]
           WHEN 'age'      THEN ARRAY[coalesce(tally_age(p_row, p_answer), '')]
           WHEN 'district' THEN ARRAY[coalesce(tally_district(p_row, p_answer), '')]
           WHEN 'multi'    THEN cross_all(p_answer)
           WHEN 'boxes'    THEN cross_all(p_answer -> p_row)
           WHEN 'row'      THEN ARRAY[coalesce(p_answer ->> p_row, '')]
           WHEN 'number'   THEN ARRAY[CASE WHEN p_answer #>> '{}' ~ '^-?[0-9]{1,15}(\.[0-9]{1,10})?$' THEN tally_bucket((p_answer #>> '{}')::numeric) ELSE '' END]
           WHEN 'date'     THEN ARRAY[coalesce(left(p_answer #>> '{}', 7), '')]
           WHEN 'time'     THEN ARRAY[coalesce(left(p_answer #>> '{}', 2), '')]
           WHEN 'rank'     THEN ARRAY[coalesce(p_answer ->> 0, '')]
           WHEN 'address'  THEN ARRAY[coalesce(p_answer ->> 'district', '')]
           ELSE ARRAY[coalesce(p_answer #>> '{}', '')] END
$$;

-- Which towns have exports that are a day old, for the clerk.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION export_work() RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT DISTINCT e.tenant_id FROM export e WHERE e.state IN ('done', 'failed') AND e.finished < now() - interval '1 day';
END $$;
REVOKE ALL ON FUNCTION export_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION export_work TO chromo_courier;
SET LOCAL ROLE chromo_owner;
