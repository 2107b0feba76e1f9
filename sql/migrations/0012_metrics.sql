-- For /metrics: how much of the last day went out, and how the gateways fare.
DROP POLICY directory ON batch;
CREATE POLICY directory ON batch FOR SELECT TO chromo_directory
  USING (state IN ('queued', 'sending') OR finished > now() - interval '1 day');
GRANT SELECT (size, accepted, refused, dropped, unknown, finished) ON batch TO chromo_directory;
CREATE INDEX batch_finished ON batch (finished) WHERE finished IS NOT NULL;
CREATE POLICY directory ON gateway FOR SELECT TO chromo_directory USING (active);
GRANT SELECT (tenant_id, id, channel, place, active) ON gateway TO chromo_directory;
CREATE POLICY directory ON gateway_health FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (tenant_id, gateway_id, breaker, delay_ms, accepted, failed) ON gateway_health TO chromo_directory;
