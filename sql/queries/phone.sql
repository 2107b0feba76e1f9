-- Numbers of phones (domain/phone.c).
-- role: web

-- name: phone_offered :one
-- Whether the town sends SMS at all.
SELECT EXISTS (SELECT FROM gateway WHERE channel = 'sms' AND active) AS offered;

-- name: phone_add :exec
SELECT contact_take(:citizen::bigint, 'sms', :contact::bytea, :address::bytea);

-- name: phone_remove :one
SELECT contact_give_up(:citizen::bigint, 'sms') AS gone;

-- name: phone_register :one
SELECT citizen_register('sms', :contact::bytea, :address::bytea, :districts::bigint[], :topics::bigint[], :vital::boolean,
                        :language::text, :version::text, :read_in::text, :session::bytea) AS id;

-- name: phone_open :one
SELECT phone_open(:contact::bytea, :session::bytea) AS id;

-- name: phone_contact :one
-- last: there is no other way to this person.
SELECT k.address, k.state,
       NOT EXISTS (SELECT FROM contact o WHERE o.citizen_id = k.citizen_id AND o.id <> k.id) AS last
  FROM contact k WHERE k.citizen_id = :citizen::bigint AND k.channel = 'sms';
