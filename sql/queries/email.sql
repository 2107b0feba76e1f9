-- A mail address in マイページ (domain/email.c).
-- role: web

-- name: email_take :one
SELECT email_take(:citizen::bigint, :browser::bytea, :address::bytea, :keep::text) AS taken;

-- name: email_state :one
SELECT k.address, k.state
  FROM contact k
 WHERE k.citizen_id = :citizen::bigint AND k.channel = 'email';

-- name: email_merge :json
-- What the page says of two entries: what was chosen in each, and by what else the other
-- one is reached, which stays there.
SELECT jsonb_build_object(
         'entries', (
           SELECT jsonb_agg(jsonb_build_object(
                    'mine',       c.id = :citizen::bigint,
                    'vital_only', c.vital_only,
                    'language',   c.language,
                    'districts',  (SELECT coalesce(jsonb_agg(d.name ORDER BY d.place, d.id), '[]')
                                     FROM district d WHERE d.id = ANY (c.districts)),
                    'topics',     (SELECT coalesce(jsonb_agg(t.name ORDER BY t.place, t.id), '[]')
                                     FROM topic t WHERE t.id = ANY (c.topics)),
                    'vital',      coalesce((SELECT t.name FROM topic t WHERE t.vital), ''))
                  ORDER BY c.id <> :citizen)
             FROM citizen c WHERE c.id IN (:citizen, :other::bigint)),
         'ways', (SELECT coalesce(jsonb_agg(DISTINCT k.channel), '[]')
                    FROM contact k WHERE k.citizen_id = :other AND k.channel <> 'email'));
