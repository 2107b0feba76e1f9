-- An entry that ended in somebody's own, and what they want of the two (domain/merge.c).
-- role: web

-- name: merge_waits :one
-- The oldest that is not asked for yet; 0: none.
SELECT coalesce(min(id), 0) AS id FROM citizen WHERE ended_in = :citizen::bigint;

-- name: merge_show :json
-- Both, as the page shows them.  No row: it does not wait.
SELECT jsonb_build_object('entries', jsonb_agg(merge_entry(c, c.id = :citizen::bigint) ORDER BY c.id <> :citizen))
  FROM citizen c
 WHERE c.id = :citizen OR c.id = :other::bigint AND c.ended_in = :citizen
HAVING count(*) = 2;

-- name: merge_ended :one
SELECT merge_ended(:citizen::bigint, :other::bigint, :keep::text) AS done;
