-- The sweeper: chromo ledger check, tenant by tenant.

-- name: ledger_sound :many
-- role: owner
-- Nothing: every message adds up.
SELECT kind, message_id, batch_id, n FROM ledger_faults() ORDER BY kind, message_id, batch_id;
