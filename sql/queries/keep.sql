-- Phones that are asked each year whether messages are still wanted (domain/keep.c).

-- name: keep_due :many
-- role: courier
SELECT contact_id, address, language, proved, to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due
  FROM keep_due(:most::int);

-- name: keep_letter :exec
-- role: courier
SELECT keep_letter(:contact::bigint, :due::timestamptz, :key::uuid, :sealed::bytea, sms_parts(:text::text));

-- name: keep_end :one
-- role: courier
SELECT keep_end(:most::int) AS ended;

-- name: keep_open :one
-- role: web
SELECT address FROM keep_open(:contact::bigint, :proved::bigint);

-- name: keep_answer :exec
-- role: web
SELECT keep_answer(:contact::bigint, :proved::bigint, :keep::boolean);
