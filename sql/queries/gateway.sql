-- The town's accounts at gateways (app/domain/gateway.c).
-- role: web courier

-- name: gateway_list :many
-- All of a channel that are in use, in their order; of all channels with ''.
SELECT g.id, g.channel, g.kind, g.place, g.active, g.url, g.settings, g.secrets, g.version
  FROM gateway g
 WHERE (:channel::text = '' OR g.channel = :channel) AND (g.active OR :all::boolean)
 ORDER BY g.channel, g.place;

-- name: gateway_save :one
-- role: web owner
INSERT INTO gateway (channel, kind, place, active, url, settings, secrets)
VALUES (:channel::text, :kind::text, :place::int, :active::boolean, :url::text, :settings::jsonb, :secrets::bytea)
ON CONFLICT (tenant_id, channel, place) DO UPDATE
   SET kind = excluded.kind, active = excluded.active, url = excluded.url, settings = excluded.settings,
       secrets = coalesce(excluded.secrets, gateway.secrets), version = gateway.version + 1, updated = now()
RETURNING id;

-- name: gateway_event_add :one
-- role: web
-- False: it was there before.
WITH added AS (
  INSERT INTO gateway_event (gateway_id, event_key, occurred, sealed)
  VALUES (:gateway::bigint, :key::text, to_timestamp(:occurred_ms::bigint / 1000.0), :sealed::bytea)
  ON CONFLICT (tenant_id, gateway_id, event_key) DO NOTHING
  RETURNING 1)
SELECT EXISTS (SELECT FROM added) AS fresh;
