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

-- name: once_claim :exec
-- role: web
-- A second request with the same token waits here for the first one's commit.
SELECT pg_advisory_xact_lock(:token::bigint);

-- name: once_spent :many
-- role: web
-- A statement of its own, behind the claim: it sees what was committed meanwhile.  A row:
-- the token was used, and led there.
SELECT location FROM once WHERE token = :token::bytea;

-- name: once_done :exec
-- role: web
INSERT INTO once (token, location) VALUES (:token::bytea, :location::text);
