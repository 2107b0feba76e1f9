-- How many persons an audience has, and by which way each of them gets it.

-- A number as a page says it.  Fewer than five are not counted out, so that nobody can be
-- found by trying; many are rounded.
CREATE OR REPLACE FUNCTION reach_number(p_n numeric) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN jsonb_build_object(
           'count',  p_n,
           'none',   p_n = 0,
           'few',    p_n BETWEEN 1 AND 4,
           'about',  p_n >= 1000,
           'number', CASE WHEN p_n >= 5 THEN
                       to_char(CASE WHEN p_n >= 1000 THEN round(p_n, 2 - floor(log(p_n))::int) ELSE p_n END, 'FM999,999,999') END);
END $$;

-- The persons of an audience whom one of p_ways reaches (reach_number), with
-- "ways": by which each of them gets it, for a person gets a message once, and
-- "able": how many could be reached by each way, whether it is taken or not.
-- p_message: where it is about a survey and not for all, or corrects another, only those whom
-- it is for, as message_plan() has it.
-- Planned as it is given, from the index citizen_reach alone and without taking processors from others.
DROP FUNCTION IF EXISTS audience_split(text, bigint[], bigint[], text[], text);
CREATE OR REPLACE FUNCTION audience_split(p_audience text, p_districts bigint[], p_topics bigint[], p_ways text[], p_lang text,
                                          p_message bigint DEFAULT NULL)
RETURNS jsonb LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET enable_bitmapscan = off SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
  every CONSTANT text[] := ARRAY['line', 'webpush', 'email', 'sms'];   -- in the order in which they are liked
  vital boolean := message_vital(p_topics);
  split jsonb;
  survey survey_message;
  corrected bigint := (SELECT m.corrects FROM message m WHERE m.id = p_message);
BEGIN
  SELECT * INTO survey FROM survey_message WHERE message_id = p_message;
  WITH shape AS (
    SELECT c.reach AS ways, count(*) AS n
      FROM citizen c
     WHERE c.state = 'active'
       AND c.reach <> '{}'
       AND (vital OR NOT c.vital_only)
       AND (p_audience = 'everyone'
            OR (p_audience = 'chosen'
                AND (p_districts = '{}' OR c.districts && p_districts)
                AND (p_topics = '{}' OR vital OR c.topics && p_topics)))
       AND (survey.people IS NULL OR survey.people = 'all'
            OR (survey.people = 'done') = (c.id IN (SELECT survey_took_part(survey.survey_id))))
       AND (corrected IS NULL OR c.id IN (SELECT message_reached(corrected)))
     GROUP BY c.reach),
  taken AS (
    SELECT (SELECT t.way FROM unnest(s.ways) WITH ORDINALITY AS t (way, place)
             WHERE t.way = ANY (p_ways) ORDER BY t.place LIMIT 1) AS way, s.n
      FROM shape s)
  SELECT reach_number((SELECT coalesce(sum(n), 0) FROM taken WHERE way IS NOT NULL))
         || jsonb_build_object(
              'ways', (SELECT coalesce(jsonb_agg(reach_number(x.n) || jsonb_build_object('way', x.way)
                                                 ORDER BY array_position(every, x.way)), '[]')
                         FROM (SELECT way, sum(n) AS n FROM taken WHERE way IS NOT NULL GROUP BY way) x),
              'able', (SELECT jsonb_object_agg(e.way, reach_number((SELECT coalesce(sum(s.n), 0) FROM shape s WHERE e.way = ANY (s.ways))))
                         FROM unnest(every) AS e (way)))
    INTO split;
  RETURN split || message_time(now(), p_lang);
END $$;
