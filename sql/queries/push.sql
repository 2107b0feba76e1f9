-- Devices of Web Push (domain/push.c).
-- role: web

-- name: push_key :one
-- The public half of the town's pair of keys.  No row: it has none, or the channel is off.
SELECT settings ->> 'public_key' AS key FROM gateway WHERE channel = 'webpush' AND kind = 'vapid' AND active;

-- name: push_find :one
-- The device at this endpoint, and whose it is.
SELECT k.id, k.citizen_id, k.address
  FROM contact k JOIN citizen c ON c.id = k.citizen_id
 WHERE k.channel = 'webpush' AND k.hash = :hash::bytea AND c.state <> 'left';

-- name: push_add :exec
SELECT push_add(:citizen::bigint, :hash::bytea, :address::bytea, :label::text);

-- name: push_register :one
SELECT push_register(:hash::bytea, :address::bytea, :label::text, :remote::bytea, :districts::bigint[], :topics::bigint[],
                     :vital::boolean, :language::text, :version::text, :read_in::text, :session::bytea) AS id;

-- name: push_open :exec
SELECT citizen_let_in(:citizen::bigint, :session::bytea);

-- name: push_renew :exec
SELECT push_renew(:old::bytea, :hash::bytea, :address::bytea);

-- name: push_list :json
-- The devices of a person, the newest first.
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id', k.id, 'label', k.label, 'added', moment(k.created, :lang::text), 'works', k.state = 'active')
       ORDER BY k.created DESC, k.id DESC), '[]')
  FROM contact k WHERE k.citizen_id = :citizen::bigint AND k.channel = 'webpush';

-- name: push_device :one
-- last: there is no other way to this person.
SELECT k.id, k.label, k.address,
       NOT EXISTS (SELECT FROM contact o WHERE o.citizen_id = k.citizen_id AND o.id <> k.id) AS last
  FROM contact k WHERE k.citizen_id = :citizen::bigint AND k.id = :device::bigint AND k.channel = 'webpush';

-- name: push_remove :one
SELECT contact_give_up(:citizen::bigint, 'webpush', :device::bigint) AS gone;

-- name: push_try :one
SELECT push_try(:person::bytea, :key::uuid, :sealed::bytea) AS sent;
