-- Building a questionnaire at the desk: see app/domain/question.h.
-- role: web

-- name: question_draft :json
-- All that its pages show: a document as questionnaire.h has it, with the marks of forms.
SELECT jsonb_build_object(
         'id', n.id, 'purpose', n.purpose, 'revision', n.revision, 'edition', n.edition,
         -- Also where there was no question when people began to sign up: a later one would be asked nobody.
         'frozen', n.edition > 0 OR EXISTS (SELECT FROM event e WHERE e.questionnaire_id = n.id AND e.state <> 'draft' AND e.rule <> 'none'),
         'languages', to_jsonb(n.languages),
         'each', (SELECT to_jsonb(e.each) FROM event e WHERE e.questionnaire_id = n.id),
         'questions', (SELECT coalesce(jsonb_agg(question_entry(q) || jsonb_build_object(
                                'seen', jsonb_build_object('content', question_mark(q, 'content'), 'logic', question_mark(q, 'logic')))
                              ORDER BY q.place), '[]')
                         FROM question q WHERE q.questionnaire_id = n.id))
  FROM questionnaire n
 WHERE n.id = :questionnaire::bigint;

-- name: question_add :one
SELECT question_add(:questionnaire::bigint, :kind::text, :settings::jsonb, :staff::bigint) AS code;

-- name: question_copy :one
SELECT question_copy(:questionnaire::bigint, :code::text, :staff::bigint) AS code;

-- name: question_remove :exec
DELETE FROM question WHERE questionnaire_id = :questionnaire::bigint AND code = :code::text;

-- name: question_order :one
SELECT question_order(:questionnaire::bigint, :revision::int, :codes::text[], :staff::bigint) AS done;

-- No row: somebody saved the same since it was opened.

-- name: question_save :exec
UPDATE question q
   SET required = :required::boolean, texts = :texts::jsonb, choices = :choices::jsonb, settings = :settings::jsonb
 WHERE q.questionnaire_id = :questionnaire::bigint AND q.code = :code::text
   AND question_mark(q, 'content') = :seen::text;

-- name: question_save_logic :exec
UPDATE question q
   SET show = :show::jsonb, jumps = :jumps::jsonb
 WHERE q.questionnaire_id = :questionnaire::bigint AND q.code = :code::text
   AND question_mark(q, 'logic') = :seen::text;

-- name: question_languages :exec
UPDATE questionnaire SET languages = :languages::text[], revision = revision + 1, updated = now(), editor_id = :staff::bigint
 WHERE id = :questionnaire::bigint;

-- name: questionnaire_publish :one
SELECT questionnaire_publish(:questionnaire::bigint, :staff::bigint, :reason::text) AS edition;

-- name: question_editions :json
-- What was published, newest first, as part/history_list shows it.
SELECT coalesce(jsonb_agg(message_time(e.at, :lang::text) || jsonb_build_object(
         'act', CASE WHEN e.spelling THEN 'corrected' ELSE 'published' END, 'edition', e.edition,
         'who', s.name, 'note', nullif(e.reason, '')) ORDER BY e.edition DESC), '[]')
  FROM questionnaire_edition e
  JOIN staff s ON s.id = e.staff_id
 WHERE e.questionnaire_id = :questionnaire::bigint;
