-- Addresses, proved by a code (domain/proof.c).
-- role: web

-- name: proof_ask :exec
SELECT proof_ask(:purpose::text, :channel::text, :browser::bytea, nullif(:citizen::bigint, 0), :contact::bytea, :remote::bytea,
                 :town::bytea, :code::bytea, :sealed::bytea, :key::uuid, :letter::bytea);

-- name: proof_try :one
SELECT outcome, tries_left, sealed FROM proof_try(:purpose::text, :browser::bytea, nullif(:citizen::bigint, 0), :code::bytea);

-- name: proof_waits :one
-- What a code went to, for the page that asks for it; proved: it was right, and the person
-- is asked what becomes of the other entry, shown.
SELECT sealed, proved IS NOT NULL AS proved, coalesce(shown, 0) AS shown
  FROM address_code
 WHERE browser = :browser::bytea AND purpose = :purpose::text AND citizen_id IS NOT DISTINCT FROM nullif(:citizen::bigint, 0)
   AND ends > now() AND (tries < 5 OR proved IS NOT NULL);
