-- Mail to one person: queued by the web, sent by the courier.

-- name: mail_add :exec
-- role: web courier
INSERT INTO letter (kind, key, sealed, staff_id, message_id, valid_until)
VALUES (:kind::text, :key::uuid, :sealed::bytea, :staff::bigint?, :message::bigint?,
        now() + make_interval(secs => :valid_s::int));
