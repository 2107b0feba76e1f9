-- SMS: receipts and answers that gateways call in (domain/sms.c).
-- role: web

-- name: sms_receipt :one
SELECT sms_receipt(:provider::text, :receipt::text, :reason::text) AS fresh;

-- name: sms_stop :one
SELECT sms_stop(:contact::bytea) AS stopped;
