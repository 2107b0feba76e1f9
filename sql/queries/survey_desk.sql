-- Surveys as staff build them: see app/domain/survey_desk.h.
-- role: web

-- name: survey_desk_list :json
-- Newest change first; with how many there are of each state.
SELECT jsonb_build_object(
         'counts', (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}')
                      FROM (SELECT state, count(*) AS n FROM survey GROUP BY state) c),
         'rows', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'id', x.id, 'state', x.state, 'title', nullif(x.texts->'ja'->>'title', ''),
                           'department', d.name, 'author', a.name,
                           'updated', moment(x.updated, :lang::text), 'closes', moment(x.closes, :lang),
                           'answers', to_char((SELECT count(*) FROM response r WHERE r.questionnaire_id = x.questionnaire_id), 'FM999,999,999'),
                           'answers_max', to_char(x.answers_max, 'FM999,999,999'))
                         ORDER BY x.updated DESC, x.id DESC), '[]')
                    FROM (SELECT s.* FROM survey s
                           WHERE (:state::text = '' OR s.state = :state)
                             AND NOT EXISTS (SELECT FROM unnest(string_to_array(:search::text, ' ')) AS word
                                              WHERE strpos(lower(normalize(s.texts->'ja'->>'title', NFKC)), lower(word)) = 0)
                           ORDER BY s.updated DESC, s.id DESC LIMIT 100) x
                    JOIN department d ON d.id = x.department_id
                    JOIN staff a ON a.id = x.author_id));

-- name: survey_desk_show :json
-- One survey with all that its pages show.  "seen" are the marks that forms carry.
SELECT jsonb_build_object(
         'id', s.id, 'state', s.state, 'revision', s.revision || '-' || n.revision, 'questionnaire', s.questionnaire_id,
         'draft', s.state = 'draft', 'open', s.state = 'open', 'closed', s.state = 'closed', 'published', s.state = 'published',
         'title', nullif(s.texts->'ja'->>'title', ''), 'texts', s.texts,
         'purpose', coalesce(s.texts->'ja'->>'purpose', ''), 'readers', coalesce(s.texts->'ja'->>'readers', ''),
         'thanks', coalesce(s.texts->'ja'->>'thanks', ''), 'contact', s.contact, 'minutes', s.minutes,
         'mode', s.mode, 'known', s.mode <> 'anyone', 'changeable', s.changeable, 'listed', s.listed,
         'opens', moment(s.opens, :lang::text), 'opens_ms', (extract(epoch FROM s.opens) * 1000)::bigint,
         'closes', moment(s.closes, :lang), 'closes_ms', (extract(epoch FROM s.closes) * 1000)::bigint,
         'closes_past', coalesce(s.closes <= now(), false), 'opens_later', coalesce(s.opens > now(), false),
         'answers_max', s.answers_max, 'quotas', s.quotas, 'actions', s.actions,
         'department', jsonb_build_object('id', d.id, 'name', d.name),
         'author', jsonb_build_object('id', a.id, 'name', a.name),
         'updated', moment(s.updated, :lang), 'opened', moment(s.opened, :lang), 'ended', moment(s.closed, :lang),
         'editor', (SELECT jsonb_build_object('id', e.id, 'name', e.name) FROM staff e WHERE e.id = n.editor_id),
         'questions', (SELECT count(*) FROM question q WHERE q.questionnaire_id = s.questionnaire_id),
         'languages', to_jsonb(n.languages), 'edition', n.edition,
         'answers', (SELECT count(*) FROM response r WHERE r.questionnaire_id = s.questionnaire_id),
         'seen', jsonb_build_object('details', survey_mark(s, 'details'), 'privacy', survey_mark(s, 'privacy'),
                                    'period', survey_mark(s, 'period'), 'quotas', survey_mark(s, 'quotas')),
         'tenant', (SELECT jsonb_build_object('name', t.name) FROM tenant t))
  FROM survey s
  JOIN questionnaire n ON n.id = s.questionnaire_id
  JOIN department d ON d.id = s.department_id
  JOIN staff a ON a.id = s.author_id
 WHERE s.id = :survey::bigint;

-- name: survey_desk_departments :json
-- Those of this person, and that of the survey.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) ORDER BY d.place, d.id), '[]')
  FROM department d
 WHERE (d.active AND EXISTS (SELECT FROM staff_department sd WHERE sd.department_id = d.id AND sd.staff_id = :staff::bigint))
    OR d.id = (SELECT department_id FROM survey WHERE id = :survey::bigint);

-- name: survey_desk_create :one
SELECT survey_create(:title::text, :copied::bigint, :staff::bigint) AS id;

-- No row: somebody saved the same page since it was opened, or it is too late for it.

-- name: survey_desk_details :exec
UPDATE survey s
   SET department_id = :department::bigint, contact = :contact::text, minutes = nullif(:minutes::int, 0),
       texts = jsonb_set(s.texts, '{ja}', coalesce(s.texts->'ja', '{}')
               || jsonb_build_object('title', :title::text, 'purpose', :purpose::text, 'thanks', :thanks::text))
 WHERE s.id = :survey::bigint AND survey_mark(s, 'details') = :seen::text AND s.state IN ('draft', 'open');

-- name: survey_desk_privacy :exec
UPDATE survey s
   SET mode = :mode::text, changeable = :changeable::boolean,
       texts = jsonb_set(s.texts, '{ja}', coalesce(s.texts->'ja', '{}') || jsonb_build_object('readers', :readers::text))
 WHERE s.id = :survey::bigint AND survey_mark(s, 'privacy') = :seen::text AND s.state = 'draft';

-- name: survey_desk_period :exec
UPDATE survey s
   SET opens = to_timestamp(nullif(:opens::bigint, 0) / 1000.0), closes = to_timestamp(nullif(:closes::bigint, 0) / 1000.0),
       answers_max = nullif(:answers_max::int, 0), listed = :listed::boolean
 WHERE s.id = :survey::bigint AND survey_mark(s, 'period') = :seen::text AND s.state IN ('draft', 'open');

-- name: survey_desk_quotas :exec
UPDATE survey s SET quotas = :quotas::jsonb
 WHERE s.id = :survey::bigint AND survey_mark(s, 'quotas') = :seen::text AND s.state = 'draft';

-- name: survey_counters :json
-- role: web courier
-- How many have answered, of all ('') and of each quota (app/domain/survey_quota.h).
SELECT coalesce((SELECT jsonb_object_agg(c.key, c.n) FROM survey_counter c WHERE c.survey_id = s.id), '{}')
       || jsonb_build_object('', (SELECT count(*) FROM response r WHERE r.questionnaire_id = s.questionnaire_id))
  FROM survey s
 WHERE s.id = :survey::bigint;

-- name: survey_desk_texts :exec
-- What it is called in another language.
UPDATE survey s SET texts = jsonb_set(s.texts, ARRAY[:language::text], :texts::jsonb)
 WHERE s.id = :survey::bigint AND :language <> 'ja';

-- name: survey_desk_open :exec
UPDATE survey SET state = 'open', opened = now() WHERE id = :survey::bigint AND state = 'draft';

-- name: survey_desk_close :exec
UPDATE survey SET state = 'closed', closed = now() WHERE id = :survey::bigint AND state = 'open';

-- name: survey_desk_reopen :exec
-- Open once more, until then; as many more may answer as like to.
UPDATE survey SET state = 'open', closed = NULL, closes = to_timestamp(nullif(:closes::bigint, 0) / 1000.0), answers_max = NULL
 WHERE id = :survey::bigint AND state = 'closed';
