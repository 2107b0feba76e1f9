-- Numbers of phones, proved by a code (domain/phone.c).
-- role: web

-- name: phone_offered :one
-- Whether the town sends SMS at all.
SELECT EXISTS (SELECT FROM gateway WHERE channel = 'sms' AND active) AS offered;

-- name: phone_ask :exec
SELECT phone_ask(:purpose::text, :browser::bytea, :contact::bytea, :remote::bytea, :town::bytea, :code::bytea,
                 :sealed::bytea, :key::uuid, :letter::bytea);

-- name: phone_try :one
SELECT outcome, tries_left, sealed FROM phone_try(:purpose::text, :browser::bytea, :code::bytea);

-- name: phone_waits :one
-- The number that a code went to, for the page that asks for it.
SELECT sealed FROM phone_code
 WHERE browser = :browser::bytea AND purpose = :purpose::text AND ends > now() AND tries < 5;

-- name: phone_add :exec
SELECT phone_add(:citizen::bigint, :contact::bytea, :address::bytea);

-- name: phone_remove :exec
SELECT phone_remove(:citizen::bigint);

-- name: phone_register :one
SELECT citizen_register('sms', :contact::bytea, :address::bytea, :districts::bigint[], :topics::bigint[], :vital::boolean,
                        :language::text, :version::text, :read_in::text, :session::bytea) AS id;

-- name: phone_open :one
SELECT phone_open(:contact::bytea, :session::bytea) AS id;

-- name: phone_contact :one
SELECT address, state FROM contact WHERE citizen_id = :citizen::bigint AND channel = 'sms';
