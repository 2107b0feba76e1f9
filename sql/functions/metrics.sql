-- /metrics: numbers of the installation in the text format of Prometheus.  They look
-- across the wall and tell sums and numbers of tenants; nobody's name, no message.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION metrics() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH waiting AS (
    SELECT b.channel, b.lane, count(*) AS batches, sum(b.size - b.accepted - b.refused - b.dropped) AS people,
           coalesce(extract(epoch FROM now() - min(b.due) FILTER (WHERE b.due <= now())), 0)::int AS age
      FROM batch b WHERE b.state IN ('queued', 'sending') GROUP BY 1, 2),
  letters AS (
    SELECT l.channel, count(*) AS n, coalesce(extract(epoch FROM now() - min(l.due) FILTER (WHERE l.due <= now())), 0)::int AS age
      FROM letter l WHERE l.state IN ('queued', 'sending') GROUP BY 1),
  -- Who was in doubt and then left is among the unknown, of the try before.
  day AS (
    SELECT b.channel, v.verdict, sum(v.n) AS n
      FROM batch b
     CROSS JOIN LATERAL (VALUES ('accepted', b.accepted), ('refused', b.refused), ('dropped', b.dropped - b.dropped_dark), ('unknown', b.unknown),
                                ('held', CASE b.state WHEN 'held' THEN b.size - b.accepted - b.refused - b.dropped ELSE 0 END)) AS v (verdict, n)
     WHERE b.finished > now() - interval '1 day'
     GROUP BY 1, 2),
  gates AS (
    SELECT format('{tenant="%s",channel="%s",place="%s"', g.tenant_id, g.channel, g.place) AS label,
           h.breaker, h.accepted, h.failed, h.delay_ms
      FROM gateway g JOIN gateway_health h ON h.tenant_id = g.tenant_id AND h.gateway_id = g.id
    UNION ALL SELECT format('{tenant="all",channel="email",place="%s"', s.place), s.breaker, s.accepted, s.failed, s.delay_ms FROM mail_server s),
  bars AS (
    SELECT format('{tenant="%s",channel="email",place="%s"', b.tenant_id, b.place) AS label,
           CASE WHEN b.place = 0 AND b.until <= now() THEN 'closed' ELSE b.breaker END AS breaker FROM mail_bar b),
  lines AS (
    SELECT 1 AS part, '# HELP chromo_queue_batches Batches that wait or are under way.' || E'\n# TYPE chromo_queue_batches gauge' AS line
    UNION ALL SELECT 2, format('chromo_queue_batches{channel="%s",lane="%s"} %s', channel, lane, batches) FROM waiting
    UNION ALL SELECT 3, '# HELP chromo_queue_people People who wait in them.' || E'\n# TYPE chromo_queue_people gauge'
    UNION ALL SELECT 4, format('chromo_queue_people{channel="%s",lane="%s"} %s', channel, lane, people) FROM waiting
    UNION ALL SELECT 5, '# HELP chromo_queue_oldest_seconds How long the oldest is due.' || E'\n# TYPE chromo_queue_oldest_seconds gauge'
    UNION ALL SELECT 6, format('chromo_queue_oldest_seconds{channel="%s",lane="%s"} %s', channel, lane, age) FROM waiting
    UNION ALL SELECT 7, '# HELP chromo_letters Letters to one person that wait.' || E'\n# TYPE chromo_letters gauge'
    UNION ALL SELECT 8, format('chromo_letters{channel="%s"} %s', channel, n) FROM letters
    UNION ALL SELECT 9, '# HELP chromo_letters_oldest_seconds How long the oldest is due.' || E'\n# TYPE chromo_letters_oldest_seconds gauge'
    UNION ALL SELECT 10, format('chromo_letters_oldest_seconds{channel="%s"} %s', channel, age) FROM letters
    UNION ALL SELECT 11, '# HELP chromo_people_day What became of people in batches that ended within a day.' || E'\n# TYPE chromo_people_day gauge'
    UNION ALL SELECT 12, format('chromo_people_day{channel="%s",verdict="%s"} %s', channel, verdict, n) FROM day
    UNION ALL SELECT 13, '# HELP chromo_gateway_breaker 0 closed, 1 half open, 2 open.' || E'\n# TYPE chromo_gateway_breaker gauge'
    UNION ALL SELECT 14, format('chromo_gateway_breaker%s} %s', label,
                                CASE breaker WHEN 'closed' THEN 0 WHEN 'half_open' THEN 1 ELSE 2 END)
                FROM (SELECT label, breaker FROM gates UNION ALL SELECT label, breaker FROM bars) all_of_them
    UNION ALL SELECT 15, '# HELP chromo_gateway_calls_total Calls that were answered well, and not.' || E'\n# TYPE chromo_gateway_calls_total counter'
    UNION ALL SELECT 16, format('chromo_gateway_calls_total%s,outcome="%s"} %s', label, o.outcome, o.n)
                FROM gates CROSS JOIN LATERAL (VALUES ('accepted', accepted), ('failed', failed)) AS o (outcome, n)
    UNION ALL SELECT 17, '# HELP chromo_gateway_delay_seconds How long answers take, smoothed.' || E'\n# TYPE chromo_gateway_delay_seconds gauge'
    UNION ALL SELECT 18, format('chromo_gateway_delay_seconds%s} %s', label, delay_ms / 1000.0) FROM gates WHERE delay_ms IS NOT NULL)
  SELECT string_agg(line, E'\n' ORDER BY part, line) || E'\n' FROM lines
$$;
REVOKE ALL ON FUNCTION metrics FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metrics TO chromo_web;
SET LOCAL ROLE chromo_owner;
