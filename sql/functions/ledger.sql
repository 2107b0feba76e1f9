-- "None is lost" as a query (safety.md 4): whatever this finds is a fault of ours
-- or a courier that does not run.  An empty answer: every member of every message
-- has a last word, or is in exactly one batch that is waiting for its turn.

-- Of one tenant.  kind:
--	planless	approved, due for a quarter of an hour, and nobody planned it
--	members		the batches of the first try do not add up to the recipients
--	counts		a batch is done, but not all of its members have a word or a next try
--	open		the message is sent, and a batch of it is not
--	settled		nothing is left to do, and the message does not say so
--	lease		a courier has a batch whose lease ran out ten minutes ago
--	unknown		nobody has asked for a day what became of a mail, or of a call
--	step		the next step of a ladder is due for a quarter of an hour
--	letter		a letter is due for a quarter of an hour
CREATE OR REPLACE FUNCTION ledger_faults()
RETURNS TABLE (kind text, message_id bigint, batch_id bigint, n bigint)
LANGUAGE sql STABLE AS $$
  SELECT 'planless', m.id, NULL::bigint, 1::bigint
    FROM message m
   WHERE m.state = 'approved' AND coalesce(m.send_at, m.updated) < now() - interval '15 minutes'
     AND m.updated < now() - interval '15 minutes'
  UNION ALL
  SELECT 'members', m.id, NULL, m.recipients - coalesce(sum(b.size), 0)
    FROM message m
    LEFT JOIN batch b ON b.message_id = m.id AND b.round = 1 AND b.step = 1 AND b.parent IS NULL
   WHERE m.state IN ('sending', 'sent', 'stopped') AND m.published IS NOT NULL
   GROUP BY m.id, m.recipients
  HAVING m.recipients IS DISTINCT FROM coalesce(sum(b.size), 0)::int
  UNION ALL
  SELECT 'counts', b.message_id, b.id, b.size - b.accepted - b.refused - b.dropped - coalesce(x.size, 0)
    FROM batch b
    LEFT JOIN (SELECT parent, sum(size) AS size FROM batch WHERE parent IS NOT NULL GROUP BY parent) x ON x.parent = b.id
   WHERE b.state = 'done'
     AND b.size <> b.accepted + b.refused + b.dropped + coalesce(x.size, 0) + CASE WHEN b.verdict = 'unknown' THEN b.unknown ELSE 0 END
  UNION ALL
  SELECT 'open', m.id, b.id, b.size::bigint
    FROM batch b
    JOIN message m ON m.id = b.message_id
   WHERE b.state IN ('queued', 'sending') AND m.state = 'sent'
  UNION ALL
  SELECT 'settled', m.id, NULL, 1
    FROM message m
   WHERE m.state = 'sending'
     AND NOT EXISTS (SELECT FROM batch b WHERE b.message_id = m.id AND b.state IN ('queued', 'sending'))
  UNION ALL
  SELECT 'lease', b.message_id, b.id, b.size::bigint
    FROM batch b
   WHERE b.state = 'sending' AND b.lease_until < now() - interval '10 minutes'
  UNION ALL
  SELECT 'unknown', b.message_id, b.id, count(*)
    FROM batch b
    JOIN message m ON m.id = b.message_id AND m.state = 'sending'
    JOIN delivery d ON d.message_id = b.message_id AND d.channel = b.channel AND d.round = b.round
                   AND d.state = 'unknown' AND d.at < now() - interval '1 day'
   WHERE b.state IN ('queued', 'sending') AND d.citizen_id = ANY (b.citizens) AND d.try >= b.try - 1
   GROUP BY b.message_id, b.id
  UNION ALL
  SELECT 'unknown', b.message_id, b.id, b.size::bigint
    FROM batch b
   WHERE b.state IN ('queued', 'sending') AND b.doubt AND b.first_try < now() - interval '25 hours'
  UNION ALL
  SELECT 'step', m.id, NULL, m.step::bigint
    FROM message m
   WHERE m.next_step < now() - interval '15 minutes' AND m.state IN ('sending', 'sent')
  UNION ALL
  SELECT 'letter', NULL, l.id, 1
    FROM letter l
   WHERE l.state IN ('queued', 'sending') AND l.due < now() - interval '15 minutes'
     AND coalesce(l.lease_until, l.due) < now() - interval '15 minutes'
$$;
