-- The page of the outbox, in development.
-- role: web

-- name: outbox_sender :one
-- Whose mail it is: towns share one folder.
SELECT mail_from FROM tenant;

-- name: outbox_times :json
SELECT coalesce(jsonb_agg(moment(to_timestamp(ms / 1000.0), :lang::text) ORDER BY place), '[]')
  FROM unnest(:times::bigint[]) WITH ORDINALITY AS u (ms, place);
