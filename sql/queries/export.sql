-- Files with all answers: asked for at the desk, made by the courier's clerk.
-- role: web

-- name: export_ask :one
-- The record says who took all answers home.
INSERT INTO export (survey_id, kind, labels, staff_id, answers)
SELECT s.id, :kind::text, :labels::boolean, :staff::bigint,
       coalesce((SELECT n FROM tally_cell c WHERE c.questionnaire_id = s.questionnaire_id AND c.kind = 'all'), 0)
  FROM survey s, audit_write('survey.exported', s.id, jsonb_build_object('kind', :kind)) WHERE s.id = :survey::bigint
RETURNING id;

-- name: export_show :json
-- By any spelling of the id but the one that was given out: none.
SELECT jsonb_build_object('id', e.id, 'kind', e.kind, 'labels', e.labels, 'state', e.state,
         'waiting', e.state = 'waiting', 'working', e.state = 'working', 'done', e.state = 'done',
         'failed', e.state = 'failed', 'gone', e.state = 'gone', 'open', e.state IN ('waiting', 'working'),
         'written', to_char(e.written, 'FM999,999,999'), 'answers', to_char(greatest(e.answers, e.written), 'FM999,999,999'),
         'percent', CASE WHEN e.state = 'done' THEN 100 ELSE least(99, e.written * 100 / greatest(e.answers, 1)) END,
         'size', pg_size_pretty(e.bytes), 'now', moment(now(), :lang::text), 'created', moment(e.created, :lang))
  FROM export e WHERE e.survey_id = :survey::bigint AND e.id::text = :id::text;

-- name: export_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'kind', e.kind, 'labels', e.labels, 'state', e.state,
         'done', e.state = 'done', 'created', moment(e.created, :lang::text), 'staff', s.name) ORDER BY e.created DESC), '[]')
  FROM (SELECT * FROM export WHERE survey_id = :survey::bigint ORDER BY created DESC LIMIT 20) e
  JOIN staff s ON s.id = e.staff_id;

-- name: export_claim :json
-- role: courier
-- The oldest that nobody works on; one whose worker was killed is begun anew.
UPDATE export SET state = 'working', lease = now() + interval '1 minute', written = 0
 WHERE id = (SELECT id FROM export WHERE state = 'waiting' OR state = 'working' AND lease < now()
              ORDER BY created LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING jsonb_build_object('id', id, 'survey', survey_id, 'kind', kind, 'labels', labels,
  'host', (SELECT min(host) FROM tenant_host WHERE tenant_id = current_tenant()),
  'questionnaire', (SELECT questionnaire_id FROM survey s WHERE s.id = survey_id),
  'tags', EXISTS (SELECT FROM survey s JOIN response_tag g ON g.questionnaire_id = s.questionnaire_id WHERE s.id = survey_id),
  'title', (SELECT texts #>> '{ja,title}' FROM survey s WHERE s.id = survey_id),
  'document', (SELECT d.document FROM survey s JOIN questionnaire q ON q.id = s.questionnaire_id
                 JOIN questionnaire_edition d ON d.questionnaire_id = q.id AND d.edition = q.edition WHERE s.id = survey_id));

-- name: export_districts :json
-- role: web courier
-- As choices, with those that are not used any more.
SELECT coalesce(jsonb_agg(jsonb_build_object('code', id::text, 'texts', jsonb_build_object('ja', name)) ORDER BY place, id), '[]')
  FROM district;

-- name: export_rows :many
-- role: courier
-- The next responses, by number, so that each is there once whatever changes meanwhile.
-- Tags stand beside their texts under the code and '#'.
SELECT number, to_char(day, 'YYYY-MM-DD') AS day, language, way, seconds,
       (CASE WHEN :tags::boolean THEN answers || coalesce((
          SELECT jsonb_object_agg(g.code || '#', g.tags)
            FROM (SELECT code, string_agg(tag, ' / ' ORDER BY tag) AS tags FROM response_tag WHERE response_id = r.id GROUP BY code) g), '{}')
        ELSE answers END)::text AS answers
  FROM response r
 WHERE questionnaire_id = :questionnaire::bigint AND number > :after::text
 ORDER BY number LIMIT :most::int;

-- name: export_progress :exec
-- role: courier
UPDATE export SET written = :written::bigint, lease = now() + interval '1 minute'
 WHERE id = :id::uuid AND state = 'working';

-- name: export_end :exec
-- role: courier
UPDATE export SET state = :state::text, written = :written::bigint, bytes = :bytes::bigint, finished = now(), lease = NULL
 WHERE id = :id::uuid AND state = 'working';

-- name: export_work :many
-- role: courier
SELECT tenant_id FROM export_work();

-- name: export_old :many
-- role: courier
-- Files go after a day.
UPDATE export SET state = 'gone' WHERE state IN ('done', 'failed') AND finished < now() - interval '1 day'
RETURNING id, kind;

-- name: tally_due :many
-- role: courier
-- Surveys with answers that are not counted.
SELECT DISTINCT questionnaire_id FROM response WHERE NOT counted LIMIT 20;
