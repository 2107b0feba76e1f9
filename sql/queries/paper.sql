-- Answers that staff enter (domain/paper.c).
-- role: web

-- name: paper_survey :json
SELECT json_build_object(
         'id', s.id, 'title', s.texts #>> '{ja,title}', 'state', s.state, 'takes', s.state IN ('open', 'closed'),
         'once', s.mode = 'once', 'named', s.mode = 'named', 'twice', s.typed_twice, 'edition', q.edition, 'document', e.document,
         'answers_max', s.answers_max, 'quotas', s.quotas,
         'printed', (SELECT count(*) FROM paper_form f WHERE f.survey_id = s.id AND NOT f.void),
         'answered', (SELECT count(*) FROM paper_form f JOIN response r
                         ON r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, f.number)
                       WHERE f.survey_id = s.id),
         'waiting', (SELECT count(*) FROM paper_entry p WHERE p.survey_id = s.id AND p.second IS NULL),
         'differ', (SELECT coalesce(json_agg(p.number ORDER BY p.number), '[]') FROM paper_entry p
                     WHERE p.survey_id = s.id AND p.second IS NOT NULL))
  FROM survey s
  JOIN questionnaire q ON q.id = s.questionnaire_id
  JOIN questionnaire_edition e ON e.questionnaire_id = q.id AND e.edition = q.edition
 WHERE s.id = :survey::bigint AND s.state <> 'draft';

-- name: paper_print :exec
INSERT INTO paper_form (survey_id, number) SELECT :survey::bigint, n FROM unnest(:numbers::text[]) n ON CONFLICT DO NOTHING;

-- name: paper_numbers :list
-- Those that were never used, the newest first: to be printed.
SELECT f.number, f.printed::text AS printed FROM paper_form f JOIN survey s ON s.id = f.survey_id
 WHERE f.survey_id = :survey::bigint AND NOT f.void
   AND NOT EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, f.number))
 ORDER BY f.printed DESC, f.number LIMIT 5000;

-- name: paper_void :exec
SELECT paper_void(:survey::bigint, :number::text);

-- name: paper_twice :exec
UPDATE survey SET typed_twice = :twice::boolean WHERE id = :survey::bigint;

-- name: paper_enter :one
SELECT outcome, receipt, differs::text AS differs
  FROM paper_enter(:survey::bigint, :number::text, :way::text, :edition::int, :answers::jsonb, :staff::bigint, :keys::text[], :most::int[],
                   :citizen::bigint?);

-- name: paper_look :one
-- What the form of this number is, as enum paper_form has it.
SELECT CASE WHEN f.number IS NULL AND EXISTS (SELECT FROM paper_form o WHERE o.number = :number::text) THEN 'other'
            WHEN f.number IS NULL THEN 'none'
            WHEN f.void THEN 'void'
            WHEN EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, :number))
              THEN 'answered'
            WHEN EXISTS (SELECT FROM paper_entry p WHERE p.survey_id = s.id AND p.number = :number) THEN 'entered'
            ELSE 'free' END AS form,
       right_paper(s.id, :number) AS spent
  FROM survey s LEFT JOIN paper_form f ON f.survey_id = s.id AND f.number = :number
 WHERE s.id = :survey::bigint;
