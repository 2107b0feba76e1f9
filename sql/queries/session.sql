-- The first statement of every transaction, and the token that makes a second
-- press of a button harmless.

-- name: enter :json
-- role: web
SELECT enter(:host::text, :staff::bytea, :citizen::bytea, :remote::text, :request::text);

-- name: enter_again :exec
-- role: web
-- The same for one who is nobody, in a tenant that this worker remembers: nothing is
-- looked up, and the version, asked for behind it, tells whether that was right.
SELECT set_config('chromo.tenant', (:tenant::bigint)::text, true);

-- name: enter_nobody :exec
-- role: web
-- The same where something may be written, for the audit record.
SELECT set_config('chromo.tenant', (:tenant::bigint)::text, true),
       set_config('chromo.remote', :remote::text, true),
       set_config('chromo.request', :request::text, true);

-- name: enter_version :many
-- role: web
-- No row: the host is not the present tenant's (any more).
SELECT version FROM tenant_host WHERE host = :host::text;

-- name: enter_tenant :exec
-- role: courier web
SELECT enter_tenant(:tenant::bigint, :actor::text);

-- name: once_claim :one
-- role: web
-- One row: is this the first time?  A second request with the same token
-- waits here for the first one's commit.
INSERT INTO once AS o (token) VALUES (:token::bytea)
ON CONFLICT (tenant_id, token) DO UPDATE SET created = o.created
RETURNING xmax = 0 AS first, coalesce(location, '') AS location;

-- name: once_done :exec
-- role: web
UPDATE once SET location = :location::text WHERE token = :token::bytea;
