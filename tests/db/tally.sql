-- Tallies: at every moment the sum over the responses that are marked as counted, whatever
-- was answered, changed and taken away, and by however many.  Compared with a count by
-- brute force that shares nothing with sql/functions/tally.sql.
SELECT no_plan();

BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.example', 'a@yama.example', '') AS there \gset
SELECT enter_tenant(:there, 'command');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('kato', '加藤', 'x', 'kato', 'active') RETURNING id AS staff \gset
INSERT INTO questionnaire (purpose, edition) VALUES ('survey', 1) RETURNING id AS q \gset
INSERT INTO questionnaire_edition (questionnaire_id, edition, staff_id, document) VALUES (:q, 1, :staff, '{"edition": 1, "questions": [
  {"code": "q1", "kind": "single", "texts": {"ja": {"label": "年代を教えてください"}}, "choices": [{"code": "1", "texts": {"ja": "10代"}}]},
  {"code": "q2", "kind": "address", "texts": {"ja": {"label": "お住まい"}}, "settings": {"district": true}},
  {"code": "q3", "kind": "multi", "texts": {"ja": {"label": "好きなもの"}}},
  {"code": "q4", "kind": "scale", "texts": {"ja": {"label": "満足度"}}, "settings": {"points": 11}},
  {"code": "q5", "kind": "number", "texts": {"ja": {"label": "回数"}}},
  {"code": "q6", "kind": "rank", "texts": {"ja": {"label": "順位"}}},
  {"code": "q7", "kind": "matrix", "texts": {"ja": {"label": "表"}}},
  {"code": "q8", "kind": "long", "texts": {"ja": {"label": "自由記述"}}},
  {"code": "q9", "kind": "date", "texts": {"ja": {"label": "日"}}}]}');

-- One set of answers, made of a number: questions come and go.
CREATE FUNCTION answers(seed int) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'q1', CASE WHEN seed % 11 <> 0 THEN (seed % 6 + 1)::text END,
    'q2', CASE WHEN seed % 7 <> 0 THEN jsonb_build_object('postcode', '1050011', 'district', (seed % 4)::text) END,
    'q3', CASE seed % 4 WHEN 0 THEN NULL WHEN 1 THEN '["1"]'::jsonb WHEN 2 THEN '["1", "2"]' ELSE '["2", "3", "other"]' END,
    'q3.other', CASE WHEN seed % 4 = 3 THEN '散歩' END,
    'q4', CASE WHEN seed % 5 <> 0 THEN (seed % 11)::text END,
    'q5', CASE seed % 6 WHEN 0 THEN '12.5' WHEN 1 THEN '-3' WHEN 2 THEN '123456' WHEN 3 THEN '0' END,
    'q6', CASE WHEN seed % 3 = 0 THEN '["3", "1"]'::jsonb WHEN seed % 3 = 1 THEN '["1", "2", "3"]' END,
    'q7', CASE WHEN seed % 2 = 0 THEN '{"r1": "2", "r2": ["1", "3"]}'::jsonb ELSE '{"r2": ["1"]}' END,
    'q8', CASE WHEN seed % 9 = 0 THEN 'とても良い' END,
    'q9', CASE WHEN seed % 8 = 0 THEN '2026-11-26' END))
$$;
CREATE FUNCTION come(n int, seed int) RETURNS void LANGUAGE sql AS $$
  INSERT INTO response (questionnaire_id, edition, number, language, way, answers, seconds, day)
  SELECT (SELECT max(id) FROM questionnaire), 1, seed || '-' || i, CASE WHEN i % 10 = 0 THEN 'en' ELSE 'ja' END,
         CASE WHEN i % 6 = 0 THEN 'paper' ELSE 'web' END, answers(i * seed), CASE WHEN i % 5 <> 0 THEN i % 400 END,
         date '2026-11-20' + i % 3
    FROM generate_series(1, n) i
$$;

-- By brute force: each answer on its own, in the words of the header.
CREATE VIEW brute AS
WITH one AS (
  SELECT r.day, coalesce(r.answers #>> '{q2,district}', '') AS district, coalesce(r.answers ->> 'q1', '') AS age,
         r.language, r.way, r.answers, r.seconds
    FROM response r WHERE r.counted),
said AS (
  SELECT one.*, 'q1' AS code, answers ->> 'q1' AS item, 0::numeric AS total FROM one WHERE answers ? 'q1'
  UNION ALL SELECT one.*, 'q2', coalesce(answers #>> '{q2,district}', ''), 0 FROM one WHERE answers ? 'q2'
  UNION ALL SELECT one.*, 'q3', '', 0 FROM one WHERE answers ? 'q3'
  UNION ALL SELECT one.*, 'q3', c, 0 FROM one, unnest(ARRAY['1', '2', '3', 'other']) c WHERE answers -> 'q3' ? c
  UNION ALL SELECT one.*, 'q3.other', '', 0 FROM one WHERE answers ? 'q3.other'
  UNION ALL SELECT one.*, 'q4', answers ->> 'q4', (answers ->> 'q4')::numeric FROM one WHERE answers ? 'q4'
  UNION ALL SELECT one.*, 'q5', CASE answers ->> 'q5' WHEN '12.5' THEN '12' WHEN '123456' THEN '120000' ELSE answers ->> 'q5' END,
                   (answers ->> 'q5')::numeric FROM one WHERE answers ? 'q5'
  UNION ALL SELECT one.*, 'q6', '', 0 FROM one WHERE answers ? 'q6'
  UNION ALL SELECT one.*, 'q6', p + 1 || ':' || (answers -> 'q6' ->> p), 0 FROM one, generate_series(0, 9) p WHERE answers -> 'q6' -> p IS NOT NULL
  UNION ALL SELECT one.*, 'q7', '', 0 FROM one WHERE answers ? 'q7'
  UNION ALL SELECT one.*, 'q7', row || ':', 0 FROM one, unnest(ARRAY['r1', 'r2']) row WHERE answers -> 'q7' ? row
  UNION ALL SELECT one.*, 'q7', 'r1:2', 0 FROM one WHERE answers #>> '{q7,r1}' = '2'
  UNION ALL SELECT one.*, 'q7', 'r2:' || c, 0 FROM one, unnest(ARRAY['1', '2', '3']) c WHERE answers #> '{q7,r2}' ? c
  UNION ALL SELECT one.*, 'q8', '', 0 FROM one WHERE answers ? 'q8'
  UNION ALL SELECT one.*, 'q9', left(answers ->> 'q9', 7), 0 FROM one WHERE answers ? 'q9'
  UNION ALL SELECT one.*, '#', (seconds - seconds % 5)::text, 0 FROM one WHERE seconds IS NOT NULL
  UNION ALL SELECT one.*, 'n', 'n', 0 FROM one)
SELECT 'all' AS kind, '-infinity'::date AS day, '' AS district, '' AS age, '' AS language, '' AS way, code, item,
       count(*) AS n, sum(total) AS total FROM said GROUP BY code, item
UNION ALL SELECT 'day', day, '', '', '', '', code, item, count(*), sum(total) FROM said GROUP BY day, code, item
UNION ALL SELECT 'group', '-infinity', district, age, language, way, code, item, count(*), sum(total) FROM said
           GROUP BY district, age, language, way, code, item;
CREATE VIEW kept AS
SELECT kind, day, district, age, language, way, code, item, t.n, t.total
  FROM tally_cell c JOIN tally t ON t.cell_id = c.id WHERE t.n <> 0 OR t.total <> 0
UNION ALL SELECT kind, day, district, age, language, way, 'n', 'n', n, 0 FROM tally_cell WHERE n <> 0;
CREATE FUNCTION same(what text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT is_empty('(SELECT * FROM brute EXCEPT ALL SELECT * FROM kept) UNION ALL (SELECT * FROM kept EXCEPT ALL SELECT * FROM brute)', what)
$$;
-- Groups go as far as regroup says.
CREATE FUNCTION regroup(most int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int := 0;
BEGIN
  WHILE tally_regroup((SELECT max(id) FROM questionnaire), most) LOOP n := n + 1; END LOOP;
  RETURN n;
END $$;
CREATE FUNCTION groups(what text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT is((SELECT sum(n) FROM tally_cell WHERE kind = 'group'),
            (SELECT count(*)::numeric FROM response, tally_design WHERE counted AND (regroup IS NULL OR number <= regroup)), what)
$$;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO chromo_web;
GRANT SELECT ON brute, kept TO chromo_web;
SET LOCAL ROLE chromo_web;

SELECT is(tally_count(:q, 100), 0, 'nothing to count');
SELECT come(900, 13) \gset none
SELECT is(tally_count(:q, 400), 400, 'some of them');
SELECT same('what is marked is what is counted');
SELECT is(tally_count(:q, 1000) + tally_count(:q, 1000), 500, 'the rest, once');
SELECT is((SELECT age_code || district_code FROM tally_design WHERE questionnaire_id = :q), 'q1q2', 'age and district are known by their words');
SELECT same('all are counted');
SELECT is((SELECT n FROM tally_cell WHERE kind = 'all' AND questionnaire_id = :q), 900::bigint, 'nobody twice');

-- Changed by the link of the receipt, some of them before they were counted.
SELECT come(100, 17) \gset none
UPDATE response SET answers = answers(length(number) * 31 + ascii(right(number, 1))), seconds = 5 WHERE right(number, 1) IN ('3', '7');
SELECT same('a changed answer is out of the tallies at once');
SELECT cmp_ok((SELECT count(*) FROM response WHERE NOT counted), '>', 100::bigint, 'and waits to be counted again');
SELECT tally_count(:q, 5000) AS ignored \gset
SELECT same('and is in them as it is now');
UPDATE response SET answers = answers, receipt_hash = NULL;
SELECT is((SELECT count(*) FROM response WHERE NOT counted), 0::bigint, 'what stays the same stays counted');
RESET ROLE;
DELETE FROM response WHERE right(number, 1) = '5';
SET LOCAL ROLE chromo_web;
SELECT same('what is deleted is taken out');

-- Other questions tell people apart: few at once …
SELECT tally_design_set(:q, '', 'q2') \gset none
SELECT is((SELECT count(*) FROM tally_cell WHERE age <> ''), 0::bigint, 'nobody is told apart by age');
SELECT is((SELECT n FROM tally_cell WHERE kind = 'all'), (SELECT count(*) FROM response), 'all are there');
SELECT groups('and in groups, at once');
SELECT is(tally_regrouped(:q), NULL, 'it is done');

-- … and many in the background, while answers come, change and go.
UPDATE tally_design SET age_code = 'q1', regroup = '', clearing = true WHERE questionnaire_id = :q;
SELECT ok(tally_regroup(:q, 100), 'old groups go a few at a time');
SELECT cmp_ok((SELECT count(*) FROM tally_cell WHERE kind = 'group'), '>', 0::bigint, 'some are left');
SELECT is(tally_regrouped(:q), 0, 'nothing is there yet');
UPDATE tally_design SET clearing = false WHERE questionnaire_id = :q;
DELETE FROM tally_cell WHERE kind = 'group';
SELECT tally_regroup(:q, 100), tally_regroup(:q, 100) \gset none
SELECT groups('two hundred of them');
SELECT come(50, 19) \gset none
SELECT tally_count(:q, 5000) \gset none
SELECT groups('what comes before the place is in them, what comes behind is not');
UPDATE response SET answers = answers(length(number) * 37 + ascii(right(number, 1))) WHERE right(number, 1) IN ('2', '8');
SELECT groups('what changes is out of both');
SELECT tally_count(:q, 5000) \gset none
RESET ROLE;
DELETE FROM response WHERE right(number, 1) = '9';
SET LOCAL ROLE chromo_web;
SELECT groups('what goes is out of them, if it was there');
SELECT cmp_ok(regroup(100), '>', 1, 'the rest, step by step');
SELECT same('and all is as if it had been counted so from the first');

-- A day's answers at once.
RESET ROLE;
DELETE FROM response WHERE day = '2026-11-21';
SET LOCAL ROLE chromo_web;
SELECT same('many that go at once');
SELECT * FROM finish();
ROLLBACK;
