-- How many a message reached: what 配信状況 shows, and what its writers are told by mail.

-- The numbers of a message; every person is in exactly one of reached, failed, unsure and
-- waiting.  reasons: how many of those who failed, by the reason.  Where there was one way and
-- one round, sums over batches say it, and rows of whom nothing is known: as fast for a million people as for ten.  Nobody
-- can be counted so who was refused on LINE and reached by SMS, or has seen it meanwhile.
CREATE OR REPLACE FUNCTION message_numbers(p_message bigint)
RETURNS TABLE (total bigint, reached bigint, failed bigint, unsure bigint, waiting bigint, reasons jsonb)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  m    message;
  rest bigint;
  dark bigint[];
BEGIN
  SELECT * INTO m FROM message WHERE id = p_message;
  total := coalesce(m.recipients, 0);

  IF EXISTS (SELECT FROM batch b WHERE b.message_id = p_message AND (b.round > 1 OR b.step > 1)) THEN
    SELECT coalesce(sum(x.n) FILTER (WHERE x.stand = 'failed'), 0), coalesce(sum(x.n) FILTER (WHERE x.stand = 'unsure'), 0),
           coalesce(sum(x.n) FILTER (WHERE x.stand = 'waiting'), 0),
           coalesce(jsonb_object_agg(coalesce(x.reason, ''), x.n) FILTER (WHERE x.stand = 'failed'), '{}')
      INTO failed, unsure, waiting, reasons
      FROM (SELECT y.stand, CASE WHEN y.stand = 'failed' THEN y.reason END AS reason, count(*) AS n
              FROM message_missed(p_message) y GROUP BY 1, 2) x;
    reached := greatest(total - failed - unsure - waiting, 0);
    RETURN NEXT;
    RETURN;
  END IF;

  -- A call that may have been carried out is all of its batch; of the rest each is known.
  SELECT coalesce(sum(b.accepted), 0),
         coalesce(sum(b.size - b.accepted - b.refused - b.dropped) FILTER (WHERE call), 0),
         coalesce(sum(b.size - b.accepted - b.refused - b.dropped) FILTER (WHERE b.state IN ('queued', 'sending') AND NOT call), 0)
    INTO reached, unsure, waiting
    FROM (SELECT x.*, x.doubt OR (x.state = 'done' AND x.verdict IS NOT DISTINCT FROM 'unknown') AS call
            FROM batch x WHERE x.message_id = p_message) b;
  SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM seen s WHERE s.message_id = p_message AND s.citizen_id = x.citizen_id)) + unsure,
         waiting - count(*) FILTER (WHERE x.open),
         coalesce(array_agg(x.citizen_id), '{}')
    INTO unsure, waiting, dark
    FROM message_doubts(p_message) x;
  -- Taken by the server or the gateway, and then it came back; or not taken, and they or their
  -- household have seen it all the same.
  reached := reached - (SELECT count(*) FROM delivery d WHERE d.message_id = p_message AND d.receipt = 'undelivered')
             + (SELECT count(DISTINCT d.citizen_id) FROM delivery d JOIN seen s ON s.message_id = p_message AND s.citizen_id = d.citizen_id
                 WHERE d.message_id = p_message AND (d.state IN ('refused', 'dropped') OR d.receipt = 'undelivered' OR d.citizen_id = ANY (dark)));
  failed := greatest(total - reached - unsure - waiting, 0);

  SELECT coalesce(jsonb_object_agg(coalesce(x.reason, ''), x.n), '{}'), coalesce(sum(x.n), 0) INTO reasons, rest
    FROM (SELECT w.reason, sum(w.n) AS n
            FROM (SELECT d.reason, count(*) AS n FROM delivery d
                   WHERE d.message_id = p_message AND (d.state IN ('refused', 'dropped') OR d.receipt = 'undelivered')
                     AND d.citizen_id <> ALL (dark)
                     AND NOT EXISTS (SELECT FROM seen s WHERE s.message_id = p_message AND s.citizen_id = d.citizen_id)
                   GROUP BY d.reason
                  UNION ALL
                  SELECT b.reason, sum(b.size - b.accepted - b.refused - b.dropped
                                       - CASE WHEN dark = '{}' THEN 0
                                              ELSE (SELECT count(*) FROM unnest(b.citizens) AS u (c) WHERE u.c = ANY (dark)) END) FROM batch b
                   WHERE b.message_id = p_message AND b.state = 'held' AND b.reason IS NOT NULL
                     AND NOT b.doubt AND b.verdict IS DISTINCT FROM 'unknown'
                   GROUP BY b.reason) w
           GROUP BY w.reason
          HAVING sum(w.n) > 0) x;
  IF failed > rest THEN
    reasons := reasons || jsonb_build_object(CASE m.state WHEN 'stopped' THEN 'stopped' ELSE 'late' END, failed - rest);
  END IF;
  RETURN NEXT;
END $$;
