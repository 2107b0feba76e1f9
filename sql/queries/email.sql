-- A mail address in マイページ (domain/email.c).
-- role: web

-- name: email_take :one
SELECT email_take(:citizen::bigint, :browser::bytea, :address::bytea, :keep::text) AS taken;

-- name: email_state :one
SELECT k.state
  FROM contact k
 WHERE k.citizen_id = :citizen::bigint AND k.channel = 'email';

-- name: email_merge :json
-- What the page says of two entries: what was chosen in each, and by what else the other
-- one is reached, which stays there.
SELECT jsonb_build_object(
         'entries', (
           SELECT jsonb_agg(merge_entry(c, c.id = :citizen::bigint) ORDER BY c.id <> :citizen)
             FROM citizen c WHERE c.id IN (:citizen, :other::bigint)),
         'ways', (SELECT coalesce(jsonb_agg(DISTINCT k.channel), '[]')
                    FROM contact k WHERE k.citizen_id = :other AND k.channel <> 'email'));
