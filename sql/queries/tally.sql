-- Tallies: what was answered, counted.
-- role: web

-- name: tally_count :one
-- role: web courier
SELECT tally_count(:questionnaire::bigint, :most::int) AS counted;

-- name: tally_regroup :one
-- role: courier
SELECT tally_regroup(:questionnaire::bigint, :most::int) AS more;

-- name: tally_regroup_due :many
-- role: courier
SELECT questionnaire_id FROM tally_design WHERE regroup IS NOT NULL;

-- name: tally_wait :many
-- Until whoever is counting has done; from then on it is us.
SELECT questionnaire_id FROM tally_design WHERE questionnaire_id = :questionnaire::bigint FOR UPDATE;

-- name: tally_waiting :one
-- How many wait to be counted; no more than anybody wants to know.
SELECT count(*) AS waiting FROM (SELECT FROM response WHERE questionnaire_id = :questionnaire::bigint AND NOT counted LIMIT 1000000) w;

-- name: tally_answers :many
-- By question and item.  kind says which cells are asked: 'all' without a filter.
SELECT t.code, t.item, sum(t.n)::bigint AS n, sum(t.total)::text AS total
  FROM tally_cell c JOIN tally t ON t.cell_id = c.id
 WHERE c.questionnaire_id = :questionnaire::bigint AND c.kind = :kind::text
   AND (:district::text = '' OR c.district = :district) AND (:age::text = '' OR c.age = :age)
   AND (:language::text = '' OR c.language = :language) AND (:way::text = '' OR c.way = :way)
   AND c.day BETWEEN :from::date AND :until::date
 GROUP BY t.code, t.item HAVING sum(t.n) > 0
 ORDER BY t.code, t.item;

-- name: tally_people :one
SELECT coalesce(sum(c.n), 0)::bigint AS n
  FROM tally_cell c
 WHERE c.questionnaire_id = :questionnaire::bigint AND c.kind = :kind::text
   AND (:district::text = '' OR c.district = :district) AND (:age::text = '' OR c.age = :age)
   AND (:language::text = '' OR c.language = :language) AND (:way::text = '' OR c.way = :way)
   AND c.day BETWEEN :from::date AND :until::date;

-- name: tally_classes :many
-- All of them side by side, by one thing that tells people apart: district, age, language, way or day.  Of
-- people there is no code.
SELECT x.class, x.code, x.item, sum(x.n)::bigint AS n, sum(x.total)::text AS total
  FROM (SELECT CASE :by::text WHEN 'district' THEN c.district WHEN 'age' THEN c.age WHEN 'language' THEN c.language
                   WHEN 'way' THEN c.way ELSE to_char(c.day, 'YYYY-MM-DD') END AS class, s.*
          FROM tally_cell c
         CROSS JOIN LATERAL (SELECT '' AS code, '' AS item, c.n, 0::numeric AS total
                              UNION ALL SELECT t.code, t.item, t.n, t.total FROM tally t WHERE t.cell_id = c.id) s
         WHERE c.questionnaire_id = :questionnaire::bigint AND c.kind = CASE :by WHEN 'day' THEN 'day' ELSE 'group' END) x
 GROUP BY x.class, x.code, x.item HAVING sum(x.n) > 0;

-- name: tally_groups :many
SELECT id, district, age, language, way, n FROM tally_cell
 WHERE questionnaire_id = :questionnaire::bigint AND kind = 'group' AND n > 0
 ORDER BY id;

-- name: tally_days :many
SELECT to_char(day, 'YYYY-MM-DD') AS day, n FROM tally_cell
 WHERE questionnaire_id = :questionnaire::bigint AND kind = 'day' AND n > 0
 ORDER BY day;

-- name: tally_weighted :many
-- Weights in millionths, by cell.
SELECT t.code, t.item, sum(t.n * w.weight)::bigint AS n
  FROM unnest(:cells::bigint[], :weights::bigint[]) AS w (cell, weight)
  JOIN tally t ON t.cell_id = w.cell
 WHERE t.code <> '#'
 GROUP BY t.code, t.item;

-- name: tally_design :many
-- regrouped: how far groups are, while they are counted anew; else NULL.
SELECT age_code, district_code, tally_regrouped(questionnaire_id) AS regrouped FROM tally_design WHERE questionnaire_id = :questionnaire::bigint;

-- name: tally_design_set :exec
SELECT tally_design_set(:questionnaire::bigint, :age::text, :district::text);
