-- Results of a survey.
-- role: web

-- name: result_open :json
-- What is asked and where it stands.  drafts: where people are who have begun.
SELECT jsonb_build_object(
         'id', s.id, 'questionnaire', s.questionnaire_id, 'state', s.state, 'mode', s.mode,
         'known', s.mode <> 'anyone',
         'title', coalesce(s.texts #>> ARRAY[:lang::text, 'title'], s.texts #>> '{ja,title}'),
         'titles', jsonb_build_object('texts', (SELECT jsonb_object_agg(l.key, l.value ->> 'title') FROM jsonb_each(s.texts) AS l)),
         'actions', s.actions, 'opened', moment(s.opened, :lang), 'closes', moment(s.closes, :lang),
         'published', moment(s.published, :lang),
         'department', d.name, 'tenant', t.name,
         'document', coalesce(e.document, '{"questions": []}'),
         'drafts', (SELECT coalesce(jsonb_object_agg(x.reached, x.n), '{}')
                      FROM (SELECT reached, count(*) AS n FROM response_draft
                             WHERE questionnaire_id = s.questionnaire_id AND ends > now() AND NOT changes GROUP BY reached) x))
  FROM survey s
  JOIN department d ON d.id = s.department_id
  JOIN tenant t ON t.id = s.tenant_id
  JOIN questionnaire q ON q.id = s.questionnaire_id
  LEFT JOIN questionnaire_edition e ON e.questionnaire_id = q.id AND e.edition = q.edition
 WHERE s.id = :survey::bigint;

-- name: result_districts :many
SELECT id, name FROM district ORDER BY place, id;

-- name: result_texts :many
-- Free texts of one question, those with a word in them; by number, a page at a time.  Of so
-- many responses only, that a word that nobody wrote is not looked for in a million of them.
SELECT r.id, r.number, r.answers ->> :code::text AS text, r.language, r.way, to_char(r.day, 'YYYY-MM-DD') AS day,
       coalesce((SELECT string_agg(g.tag, '、' ORDER BY g.tag) FROM response_tag g WHERE g.response_id = r.id AND g.code = :code), '') AS tags
  FROM (SELECT * FROM response WHERE questionnaire_id = :questionnaire::bigint AND number > :after::text
         ORDER BY number LIMIT :reach::int) r
 WHERE r.answers ? :code
   AND (:word::text = '' OR position(lower(:word) IN lower(normalize(r.answers ->> :code, NFKC))) > 0)
   AND (:tag::text = '' OR EXISTS (SELECT FROM response_tag g WHERE g.response_id = r.id AND g.code = :code AND g.tag = :tag))
 ORDER BY r.number LIMIT :most::int;

-- name: result_texts_reach :one
-- The last number of those; NULL: there are no more behind them.
SELECT (SELECT number FROM response WHERE questionnaire_id = :questionnaire::bigint AND number > :after::text
         ORDER BY number OFFSET :reach::int - 1 LIMIT 1) AS number;

-- name: result_words :many
-- The same texts to be counted, of so many responses; numbers are drawn by chance, and so are these.  class: of who
-- wrote it, by what a filter asks (cross_items(); kind '' asks nothing).
SELECT r.answers ->> :code::text AS text,
       CASE WHEN :kind::text = '' THEN '' ELSE (cross_items(:kind, :row::text, r.answers -> :by::text, r.language, r.way, r.day))[1] END AS class
  FROM (SELECT * FROM response WHERE questionnaire_id = :questionnaire::bigint ORDER BY number LIMIT :reach::int) r
 WHERE r.answers ? :code
 ORDER BY r.number;

-- name: result_stop_words :many
SELECT word FROM stop_words();

-- name: result_answers :many
-- One answer after the other by its number, which is drawn by chance.
SELECT number, moment(day::timestamp AT TIME ZONE 'Asia/Tokyo', :lang::text) ->> 'date' AS day, way FROM response
 WHERE questionnaire_id = :questionnaire::bigint AND number > :after::text ORDER BY number LIMIT :most::int;

-- name: result_answer_known :many
SELECT number FROM response WHERE questionnaire_id = :questionnaire::bigint AND number = :number::text;

-- name: result_answer :json
-- One with what it was asked, and the numbers before and behind it; of whom it is where they
-- answered by name, and in no other survey.
SELECT jsonb_build_object(
         'number', r.number, 'day', moment(r.day::timestamp AT TIME ZONE 'Asia/Tokyo', :lang::text), 'way', r.way,
         'language', r.language, 'citizen', CASE s.mode WHEN 'named' THEN r.citizen_id END,
         'answers', r.answers, 'document', e.document,
         'before', (SELECT max(b.number) FROM response b WHERE b.questionnaire_id = r.questionnaire_id AND b.number < r.number),
         'behind', (SELECT min(b.number) FROM response b WHERE b.questionnaire_id = r.questionnaire_id AND b.number > r.number))
  FROM response r
  JOIN survey s ON s.questionnaire_id = r.questionnaire_id
  JOIN questionnaire_edition e ON e.questionnaire_id = r.questionnaire_id AND e.edition = r.edition
 WHERE r.questionnaire_id = :questionnaire::bigint AND r.number = :number::text;

-- name: result_answer_viewed :exec
SELECT audit_write('response.viewed', :survey::bigint, jsonb_build_object('number', :number::text));

-- name: result_tags :many
SELECT tag, count(*) AS n FROM response_tag
 WHERE questionnaire_id = :questionnaire::bigint AND code = :code::text
 GROUP BY tag ORDER BY n DESC, tag LIMIT 50;

-- name: result_tag_add :exec
INSERT INTO response_tag (response_id, questionnaire_id, code, tag)
SELECT r.id, r.questionnaire_id, :code::text, :tag::text FROM response r
 WHERE r.id = :response::uuid AND r.questionnaire_id = :questionnaire::bigint AND r.answers ? :code
ON CONFLICT DO NOTHING;

-- name: result_tag_drop :exec
DELETE FROM response_tag WHERE response_id = :response::uuid AND questionnaire_id = :questionnaire::bigint
   AND code = :code::text AND tag = :tag::text;

-- name: result_cross :many
-- Two questions, or what is known of a response, against each other (cross_items()); of
-- what is counted, so that sums are those of the other pages.
SELECT a.item AS a, b.item AS b, count(*) AS n
  FROM response r
 CROSS JOIN LATERAL unnest(cross_items(:first_kind::text, :first_row::text, r.answers -> :first::text, r.language, r.way, r.day)) AS a (item)
 CROSS JOIN LATERAL unnest(cross_items(:second_kind::text, :second_row::text, r.answers -> :second::text, r.language, r.way, r.day)) AS b (item)
 WHERE r.questionnaire_id = :questionnaire::bigint AND r.counted
 GROUP BY a.item, b.item;

-- name: cross_ask :exec
-- Of very many answers the clerk makes it.  Nobody waits here for the one who is making it.
INSERT INTO cross_kept (questionnaire_id, first, second, sides)
VALUES (:questionnaire::bigint, :first::text, :second::text, ARRAY[:first_kind::text, :first_row::text, :first_code::text,
        :second_kind::text, :second_row::text, :second_code::text])
ON CONFLICT DO NOTHING;

-- name: cross_again :exec
-- There are other answers than when it was made; not more often than once a minute.
UPDATE cross_kept SET waiting = true, asked = now()
 WHERE (questionnaire_id, first, second) IN (
   SELECT k.questionnaire_id, k.first, k.second FROM cross_kept k JOIN tally_design d ON d.questionnaire_id = k.questionnaire_id
    WHERE k.questionnaire_id = :questionnaire::bigint AND k.first = :first::text AND k.second = :second::text
      AND NOT k.waiting AND (k.people, k.changed) <> (:people::bigint, d.changed) AND k.made < now() - interval '1 minute'
      FOR UPDATE OF k SKIP LOCKED);

-- name: cross_cells :many
SELECT c.a, c.b, c.n FROM cross_kept k CROSS JOIN LATERAL jsonb_to_recordset(k.cells) AS c (a text, b text, n bigint)
 WHERE k.questionnaire_id = :questionnaire::bigint AND k.first = :first::text AND k.second = :second::text;

-- name: cross_made :json
-- No row: never yet.
SELECT moment(made, :lang::text) FROM cross_kept
 WHERE questionnaire_id = :questionnaire::bigint AND first = :first::text AND second = :second::text AND made IS NOT NULL;

-- name: cross_make :many
-- role: courier
-- The one that was asked for first, in one statement: all answers as of one moment.
UPDATE cross_kept k SET waiting = false, made = now(),
       people = (SELECT count(*) FROM response r WHERE r.questionnaire_id = k.questionnaire_id AND r.counted),
       changed = coalesce((SELECT d.changed FROM tally_design d WHERE d.questionnaire_id = k.questionnaire_id), 0),
       cells = (SELECT coalesce(jsonb_agg(jsonb_build_object('a', x.a, 'b', x.b, 'n', x.n)), '[]')
                  FROM (SELECT a.item AS a, b.item AS b, count(*) AS n
                          FROM response r
                         CROSS JOIN LATERAL unnest(cross_items(k.sides[1], k.sides[2], r.answers -> k.sides[3], r.language, r.way, r.day)) AS a (item)
                         CROSS JOIN LATERAL unnest(cross_items(k.sides[4], k.sides[5], r.answers -> k.sides[6], r.language, r.way, r.day)) AS b (item)
                         WHERE r.questionnaire_id = k.questionnaire_id AND r.counted
                         GROUP BY a.item, b.item) x)
 WHERE (k.questionnaire_id, k.first, k.second) IN (
   SELECT questionnaire_id, first, second FROM cross_kept WHERE waiting ORDER BY asked LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING k.questionnaire_id;

-- name: result_publish :exec
INSERT INTO result_publication (survey_id, document, staff_id)
VALUES (:survey::bigint, :document::jsonb, :staff::bigint)
ON CONFLICT (tenant_id, survey_id) DO UPDATE SET document = excluded.document, at = now(), staff_id = excluded.staff_id;

-- name: result_published :exec
UPDATE survey SET state = 'published', published = coalesce(published, now()), actions = :actions::text, updated = now()
 WHERE id = :survey::bigint AND state IN ('closed', 'published');

-- name: result_public :json
-- In Japanese, and what was published in this language in its place; earlier versions published in Japanese only.
SELECT '{"title_lang": "ja"}' || (p.document - 'languages') || coalesce(p.document #> ARRAY['languages', :lang::text], '{}')
       || jsonb_build_object('id', s.id, 'actions', nullif(s.actions, ''), 'published', moment(p.at, :lang),
         'purpose', coalesce(nullif(s.texts #>> ARRAY[:lang, 'purpose'], ''), nullif(s.texts #>> '{ja,purpose}', '')),
         'purpose_lang', CASE WHEN s.texts #>> ARRAY[:lang, 'purpose'] <> '' THEN :lang ELSE 'ja' END)
  FROM result_publication p JOIN survey s ON s.id = p.survey_id
 WHERE p.survey_id = :survey::bigint AND s.state = 'published';
