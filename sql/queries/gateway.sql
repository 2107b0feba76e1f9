-- The town's accounts at gateways (app/domain/gateway.c).
-- role: web courier

-- name: gateway_list :many
-- All of a channel that are in use, in their order; of all channels with ''.
SELECT g.id, g.channel, g.kind, g.place, g.active, g.url, g.settings, g.secrets, g.version
  FROM gateway g
 WHERE (:channel::text = '' OR g.channel = :channel) AND (g.active OR :all::boolean)
 ORDER BY g.channel, g.place;

-- name: gateway_state :json
-- role: web
-- All accounts as pages show them: without what is secret, with how they fare.  Of the month LINE
-- says what is left; on X and of SMS it is the town's own ceiling, which two gateways share.
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'id',       g.id,
         'channel',  g.channel,
         'kind',     g.kind,
         'place',    g.place,
         'active',   g.active,
         'url',      g.url,
         'settings', g.settings,
         'version',  g.version::text,
         'secret',   g.secrets IS NOT NULL,
         'updated',  moment(g.updated, :lang::text),
         'open',     g.active AND coalesce(h.breaker <> 'closed', false),
         'reason',   h.reason,
         'instead',  EXISTS (SELECT FROM gateway o LEFT JOIN gateway_health x ON x.gateway_id = o.id
                              WHERE o.channel = g.channel AND o.place <> g.place AND o.active
                                AND coalesce(x.breaker, 'closed') = 'closed' AND NOT coalesce(x.used >= x.quota, false)),
         'since',    moment(h.changed, :lang),
         'until',    moment(h.until, :lang),
         'delay_ms', h.delay_ms,
         'accepted', to_char(coalesce(h.accepted, 0), 'FM999,999,999,990'),
         'failed',   to_char(coalesce(h.failed, 0), 'FM999,999,999,990'),
         'tried',    coalesce(h.accepted + h.failed > 0, false),
         'spent',    g.active AND coalesce(m.used >= m.quota, false),
         'only_vital', g.active AND m.used < m.quota AND coalesce(m.quota - m.used <= r.reserve, false),
         'reserve_text', to_char(nullif(r.reserve, 0), 'FM999,999,999,990'),
         'quota',    m.quota,
         'used',     m.used,
         'left',     CASE WHEN m.quota IS NOT NULL THEN greatest(m.quota - coalesce(m.used, 0), 0) END,
         'quota_text', to_char(m.quota, 'FM999,999,999,990'),
         'left_text', to_char(greatest(m.quota - coalesce(m.used, 0), 0), 'FM999,999,999,990'),
         'quota_at', moment(h.quota_at, :lang)) ORDER BY g.channel, g.place), '[]')
  FROM gateway g
  LEFT JOIN gateway_health h ON h.gateway_id = g.id
 CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof(g.settings->'reserve') = 'number' THEN (g.settings->>'reserve')::numeric ELSE 0 END) r (reserve)
 CROSS JOIN LATERAL (SELECT CASE g.channel WHEN 'x' THEN post_ceiling(g) WHEN 'sms' THEN sms_ceiling() ELSE h.quota END,
                            CASE g.channel WHEN 'x' THEN post_month(g.id)
                              WHEN 'sms' THEN coalesce((SELECT s.parts FROM sms_month s WHERE s.month = sms_this_month()), 0) ELSE h.used END) m (quota, used);

-- name: gateway_save :one
-- role: web owner
-- What was said of it so far does not hold any more, as for the couriers (courier/account.c); what a
-- provider permits is of the account that it was asked of.
WITH was AS (
  SELECT kind, settings ->> 'channel_id' AS named FROM gateway WHERE channel = :channel::text AND place = :place::int),
saved AS (
  INSERT INTO gateway (channel, kind, place, active, url, settings, secrets)
  VALUES (:channel, :kind::text, :place, :active::boolean, :url::text, :settings::jsonb, :secrets::bytea)
  ON CONFLICT (tenant_id, channel, place) DO UPDATE
     SET kind = excluded.kind, active = excluded.active, url = excluded.url, settings = excluded.settings,
         secrets = coalesce(excluded.secrets, gateway.secrets), version = gateway.version + 1, updated = now()
  RETURNING id, kind, settings ->> 'channel_id' AS named),
well AS (
  UPDATE gateway_health h
     SET breaker = 'closed', reason = NULL, failures = 0, until = NULL,
         changed = CASE WHEN h.breaker = 'closed' THEN h.changed ELSE now() END,
         quota = CASE WHEN same THEN h.quota END, used = CASE WHEN same THEN h.used END
    FROM (SELECT saved.id, (was.kind, was.named) IS NOT DISTINCT FROM (saved.kind, saved.named) AS same FROM saved, was) s
   WHERE h.gateway_id = s.id AND (h.breaker <> 'closed' OR NOT s.same))
SELECT id FROM saved;

-- name: gateway_event_add :one
-- role: web
-- False: it was there before.
WITH added AS (
  INSERT INTO gateway_event (gateway_id, event_key) VALUES (:gateway::bigint, :key::text)
  ON CONFLICT (tenant_id, gateway_id, event_key) DO NOTHING
  RETURNING 1)
SELECT EXISTS (SELECT FROM added) AS fresh;

-- name: gateway_quota_old :one
-- role: courier
-- No row: there is no account of LINE, or it told within the hour.
SELECT g.id
  FROM gateway g
  LEFT JOIN gateway_health h ON h.gateway_id = g.id
 WHERE g.channel = 'line' AND g.active AND coalesce(h.quota_at <= now() - interval '1 hour', true);

-- name: gateway_quota :exec
-- role: courier owner
-- What the provider permits this month, and what is gone.
INSERT INTO gateway_health AS h (gateway_id, quota, used, quota_at)
VALUES (:gateway::bigint, :quota::bigint?, :used::bigint, now())
ON CONFLICT (tenant_id, gateway_id) DO UPDATE
   SET quota = excluded.quota, used = excluded.used, quota_at = excluded.quota_at;

-- name: gateway_setting :exec
-- role: owner
-- Adds what the provider says of the account itself.
UPDATE gateway SET settings = settings || :settings::jsonb, version = version + 1, updated = now()
 WHERE id = :gateway::bigint AND NOT settings @> :settings;

-- name: gateway_sign_in_begin :exec
-- role: web
INSERT INTO gateway_sign_in (gateway_id, version, state, session, sealed, ends)
VALUES (:gateway::bigint, :version::int, :state::bytea, :session::bytea, :sealed::bytea, now() + interval '10 minutes')
ON CONFLICT (tenant_id, gateway_id) DO UPDATE
   SET version = excluded.version, state = excluded.state, session = excluded.session, sealed = excluded.sealed, ends = excluded.ends;

-- name: gateway_sign_in_take :one
-- role: web
-- Used up by the statement that reads it.
DELETE FROM gateway_sign_in WHERE state = :state::bytea AND session = :session::bytea
RETURNING gateway_id, version, sealed, ends <= now() AS over;
