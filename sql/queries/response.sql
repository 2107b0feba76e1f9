-- Answers to surveys, begun and sent (domain/response.c).
-- role: web

-- name: response_draft :many
SELECT sealed, reached, moment(ends, :lang::text) AS ends FROM response_draft
 WHERE hash = :hash::bytea AND response_draft.ends > now();

-- name: response_draft_lock :many
-- The same, until this transaction is over: of two pages of one draft the second waits.
SELECT sealed, reached, NULL::jsonb AS ends FROM response_draft
 WHERE hash = :hash::bytea AND response_draft.ends > now() FOR UPDATE;

-- name: response_draft_add :exec
INSERT INTO response_draft (hash, questionnaire_id, edition, sealed, reached, changes)
VALUES (:hash::bytea, :questionnaire::bigint, :edition::int, :sealed::bytea, :reached::text, :changes::boolean);

-- name: response_draft_keep :exec
UPDATE response_draft SET sealed = :sealed::bytea, reached = :reached::text WHERE hash = :hash::bytea;

-- name: response_add :one
SELECT outcome, number
  FROM response_add(:survey::bigint, :edition::int, :language::text, :way::text, :answers::jsonb, :seconds::int?, :right::bytea,
                    :citizen::bigint?, :receipt::bytea, :draft::bytea, :keys::text[], :most::int[]);

-- name: response_change :one
SELECT outcome, number
  FROM response_change(:survey::bigint, :edition::int, :language::text, :answers::jsonb, :receipt::bytea, :draft::bytea,
                       :keys::text[], :most::int[], :back::text[]);

-- name: response_present :many
-- Whose マイページ is open in the browser with this session, as enter() asks it.
SELECT c.id FROM citizen_session x JOIN citizen c ON c.id = x.citizen_id
 WHERE x.hash = :session::bytea AND c.state <> 'left' AND x.created > now() - interval '1 hour';

-- name: response_receipt :json
-- What a receipt is of; citizen: whose, where it was answered by name.  No row: of nothing here.
SELECT json_build_object('number', r.number, 'citizen', r.citizen_id, 'day', moment(r.day::timestamp AT TIME ZONE 'Asia/Tokyo', :lang::text),
                         'answers', r.answers, 'language', r.language)
  FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
 WHERE s.id = :survey::bigint AND r.receipt_hash = :receipt::bytea;

-- name: response_of :json
-- What this person has answered by name.
SELECT json_build_object('number', r.number)
  FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
 WHERE s.id = :survey::bigint AND r.citizen_id = :citizen::bigint;

-- name: response_receipt_lock :json
-- Its answers, until this transaction is over: of two changes the second waits.
SELECT r.answers
  FROM response r JOIN survey s ON s.questionnaire_id = r.questionnaire_id
 WHERE s.id = :survey::bigint AND r.receipt_hash = :receipt::bytea
   FOR UPDATE OF r;
