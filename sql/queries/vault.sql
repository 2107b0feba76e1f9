-- The data key of the present tenant.

-- name: vault_key :one
-- role: web courier
SELECT wrapped FROM tenant_key ORDER BY id DESC LIMIT 1;

-- name: vault_key_add :exec
-- role: owner web
INSERT INTO tenant_key (wrapped) VALUES (:wrapped::bytea);
