-- Rights to answer a survey once (domain/right.c).
-- role: web

-- name: right_key :one
SELECT modulus, sealed FROM right_key WHERE survey_id = :survey::bigint;

-- name: right_key_add :exec
-- Of two who make it at once one is kept.
INSERT INTO right_key (survey_id, modulus, sealed)
SELECT s.id, :modulus::bytea, :sealed::bytea FROM survey s WHERE s.id = :survey::bigint AND s.mode = 'once'
ON CONFLICT DO NOTHING;

-- name: right_draw :exec
SELECT right_draw(:survey::bigint, :citizen::bigint, :hidden::bytea);

-- name: right_again :one
-- This number was signed for this person.
SELECT survey_id FROM right_drawn WHERE survey_id = :survey::bigint AND citizen_id = :citizen::bigint AND hidden = :hidden::bytea;

-- name: right_answered :one
SELECT EXISTS (SELECT FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
                WHERE s.id = :survey::bigint AND r.right_hash = :hash::bytea) AS answered;

-- name: right_survey :json
-- The survey on the page where a right is drawn.  No row: none such takes rights, or this person has left.
SELECT json_build_object(
         'id', s.id, 'title', coalesce(nullif(s.texts #>> ARRAY[:lang::text, 'title'], ''), s.texts #>> '{ja,title}'),
         'mode', s.mode, 'once', s.mode = 'once', 'named', s.mode = 'named',
         'open', s.state = 'open' AND (s.closes IS NULL OR now() < s.closes),
         'drawn', right_was_drawn(s.id, :citizen::bigint))
  FROM survey s
 WHERE s.id = :survey::bigint AND s.state <> 'draft'
   AND EXISTS (SELECT FROM citizen c WHERE c.id = :citizen AND c.state IN ('active', 'paused'));
