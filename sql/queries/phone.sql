-- Numbers of phones (domain/phone.c).
-- role: web

-- name: phone_offered :one
-- Whether the town sends SMS at all.
SELECT EXISTS (SELECT FROM gateway WHERE channel = 'sms' AND active) AS offered;

-- name: phone_add :exec
SELECT contact_take(:citizen::bigint, 'sms', :contact::bytea, :address::bytea);

-- name: phone_remove :exec
SELECT phone_remove(:citizen::bigint);

-- name: phone_register :one
SELECT citizen_register('sms', :contact::bytea, :address::bytea, :districts::bigint[], :topics::bigint[], :vital::boolean,
                        :language::text, :version::text, :read_in::text, :session::bytea) AS id;

-- name: phone_open :one
SELECT phone_open(:contact::bytea, :session::bytea) AS id;

-- name: phone_contact :one
SELECT address, state FROM contact WHERE citizen_id = :citizen::bigint AND channel = 'sms';
