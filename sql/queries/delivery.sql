-- 配信状況: where a message stands, who did not get it, again, stop.
-- role: web

-- name: delivery_status :json
-- The numbers, from sums over batches alone: as fast for a million recipients as
-- for ten.  Every person is in exactly one of reached, failed, unsure, waiting.
-- "doubt" is how many of a batch may have been carried out without a word: its own, and
-- those of the try before.  "extras" counts all that ever were in doubt, for each may
-- have come twice.  "reasons" are read from those who failed, "late" or "stopped" is the rest.
WITH mine AS MATERIALIZED (
  SELECT channel, round, step, try, key, state, size, accepted, refused, dropped, later, unknown, due, first, doubt, verdict, reason
    FROM batch WHERE message_id = :message::bigint AND step = 1),
open AS (
  SELECT b.state, b.round, b.try, b.due, b.first, b.size, b.accepted + b.refused + b.dropped AS final,
         least(b.size - b.accepted - b.refused - b.dropped,
               CASE WHEN b.doubt THEN b.size ELSE b.unknown + coalesce(p.unknown, 0) END) AS doubt, b.verdict, b.reason, b.channel
    FROM mine b
    LEFT JOIN mine p ON p.key = b.key AND p.try = b.try - 1
   WHERE b.state <> 'done' OR b.verdict = 'unknown'),
-- Taken by the server or the gateway, and then it came back.
back AS MATERIALIZED (
  SELECT d.citizen_id, d.round, d.reason FROM delivery d
   WHERE d.message_id = :message AND d.receipt = 'undelivered' AND d.channel IN (SELECT channel FROM mine)),
sums AS (
  SELECT (SELECT coalesce(sum(accepted), 0) FROM mine) - (SELECT count(*) FROM back) AS reached,
         (SELECT coalesce(sum(unknown), 0) FROM mine WHERE channel IN ('email', 'sms')) AS extras,
         coalesce(sum(size - final - doubt) FILTER (WHERE state IN ('queued', 'sending')), 0) AS waiting,
         coalesce(sum(doubt) FILTER (WHERE round = (SELECT max(round) FROM mine)), 0) AS unsure,
         coalesce(bool_or(state = 'sending'), false) AS flying
    FROM open),
numbers AS (
  SELECT s.*, coalesce(m.recipients, 0) AS total,
         greatest(coalesce(m.recipients, 0) - s.reached - s.waiting - s.unsure, 0) AS failed
    FROM sums s, message m WHERE m.id = :message),
again AS MATERIALIZED (
  SELECT b.round, u.c FROM batch b CROSS JOIN unnest(b.citizens) AS u (c)
   WHERE b.message_id = :message AND b.round > 1 AND b.try = 1),
words AS (
  SELECT d.state, d.reason, count(*) AS n
    FROM delivery d
   WHERE d.message_id = :message AND d.state IN ('refused', 'dropped') AND d.reason IS DISTINCT FROM 'seen'
     AND NOT EXISTS (SELECT FROM again a WHERE a.c = d.citizen_id AND a.round > d.round)
   GROUP BY d.state, d.reason
  UNION ALL
  SELECT 'back', b.reason, count(*)
    FROM back b WHERE NOT EXISTS (SELECT FROM again a WHERE a.c = b.citizen_id AND a.round > b.round)
   GROUP BY b.reason
  UNION ALL
  SELECT state, reason, sum(size - final)
    FROM open WHERE state = 'held' AND reason IS NOT NULL AND verdict IS NULL AND round = (SELECT max(round) FROM mine)
   GROUP BY state, reason),
reasons AS (
  SELECT reason, sum(n) AS n FROM words GROUP BY reason
  UNION ALL
  SELECT CASE m.state WHEN 'stopped' THEN 'stopped' ELSE 'late' END, x.n
    FROM (SELECT failed - (SELECT coalesce(sum(n), 0) FROM words) AS n FROM numbers) x, message m
   WHERE m.id = :message AND x.n > 0),
next AS (
  SELECT sum(size - final) AS n, min(due) AS due, (array_agg(first ORDER BY due, first))[1] AS somebody,
         (array_agg(round ORDER BY due, first))[1] AS round, (array_agg(channel ORDER BY due, first))[1] AS channel,
         (array_agg(reason ORDER BY due, first))[1] AS reason, (array_agg(try ORDER BY due, first))[1] AS try
    FROM open WHERE state = 'queued' AND (try > 1 OR verdict IS NOT NULL))
SELECT jsonb_build_object(
         'total',    to_char(n.total, 'FM999,999,999'),
         'any',      n.total > 0,
         'reached',  to_char(n.reached, 'FM999,999,990'),
         'failed',   to_char(n.failed, 'FM999,999,990'),
         'unsure',   to_char(n.unsure, 'FM999,999,990'),
         'waiting',  to_char(n.waiting, 'FM999,999,990'),
         'has_failed', n.failed + CASE WHEN m.state = 'sending' THEN 0 ELSE n.unsure END > 0,
         'has_unsure', n.unsure > 0,
         'extras',   CASE WHEN n.extras > 0 THEN to_char(n.extras, 'FM999,999,990') END,
         'percent',  CASE WHEN n.total > 0 THEN (n.reached * 100 / n.total)::int ELSE 100 END,
         'state',    m.state,
         'going',    m.state = 'sending' OR n.flying
                     OR (m.state = 'approved' AND coalesce(m.send_at, now()) < now() + interval '10 minutes'),
         'planned',  m.published IS NOT NULL,
         'send_at',  moment(m.send_at, :lang::text),
         'published', moment(m.published, :lang),
         'finished', moment(m.finished, :lang),
         'reasons',  (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', r.reason,
                                'count', to_char(r.n, 'FM999,999,990')) ORDER BY r.n DESC, r.reason), '[]') FROM reasons r),
         'retry',    (SELECT message_time(x.due, :lang) || jsonb_build_object(
                               'count', to_char(x.n, 'FM999,999,990'),
                               'reason', coalesce(x.reason,
                                 (SELECT d.reason FROM delivery d
                                   WHERE d.message_id = :message AND d.citizen_id = x.somebody AND d.channel = x.channel
                                     AND d.round = x.round AND d.try = x.try - 1
                                   ORDER BY d.part DESC LIMIT 1)))
                        FROM next x WHERE x.n > 0),
         'at',       rfc3339(now()),
         'at_text',  moment(now(), :lang)->>'text')
  FROM numbers n, message m
 WHERE m.id = :message;

-- name: delivery_ways :json
-- The same by channel and, where a message goes on until it is seen, by step; and how many said
-- that they saw it.
SELECT jsonb_build_object(
         'ways', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'way',     w.channel,
                           'step',    CASE WHEN m.ladder IS NOT NULL THEN w.step::text END,
                           'total',   to_char(w.total, 'FM999,999,990'),
                           'reached', to_char(greatest(w.reached - w.back, 0), 'FM999,999,990'),
                           'open',    to_char(w.open, 'FM999,999,990'),
                           'failed',  to_char(greatest(w.total - greatest(w.reached - w.back, 0) - w.open, 0), 'FM999,999,990'))
                         ORDER BY w.step, w.total DESC, w.channel), '[]')
                    FROM (SELECT channel, step,
                                 coalesce(sum(size) FILTER (WHERE round = 1 AND parent IS NULL), 0) AS total,
                                 coalesce(sum(accepted), 0) AS reached,
                                 CASE WHEN step = min(step) OVER (PARTITION BY channel)
                                      THEN (SELECT count(*) FROM delivery d WHERE d.message_id = m.id AND d.channel = batch.channel
                                               AND d.receipt = 'undelivered') ELSE 0 END AS back,
                                 coalesce(sum(size - accepted - refused - dropped) FILTER (WHERE state IN ('queued', 'sending')), 0) AS open
                            FROM batch WHERE message_id = m.id
                           GROUP BY channel, step) w),
         'until_seen', m.ladder IS NOT NULL,
         'until_household', m.until_household,
         'household', to_char((SELECT count(*) FROM seen WHERE message_id = m.id AND how = 'household'), 'FM999,999,990'),
         'seen',     to_char((SELECT count(*) FROM seen WHERE message_id = m.id AND how <> 'household'), 'FM999,999,990'),
         'seen_by',  (SELECT coalesce(jsonb_agg(jsonb_build_object('how', s.how, 'count', to_char(s.n, 'FM999,999,990'))
                                                ORDER BY s.n DESC, s.how), '[]')
                        FROM (SELECT how, count(*) AS n FROM seen WHERE message_id = m.id AND how <> 'household' GROUP BY how) s),
         'next_step', moment(m.next_step, :lang::text))
  FROM message m
 WHERE m.id = :message::bigint;

-- name: delivery_near :one
-- Whether this person belongs to the message: its department, or one who wrote on it.
SELECT EXISTS (SELECT FROM staff_department d WHERE d.staff_id = :staff::bigint AND d.department_id = m.department_id)
       OR :staff IN (m.author_id, coalesce(m.editor_id, 0), coalesce(m.submitter_id, 0)) AS near
  FROM message m
 WHERE m.id = :message::bigint;

-- name: delivery_unreached :many
-- Who did not get it, by which way it was tried last, 51 at most: the last only says that there are more.
SELECT u.citizen_id, coalesce(u.reason, '') AS reason, k.address, coalesce(z.state, 'left') AS citizen_state,
       coalesce(l.channel, '') AS channel, coalesce(l.tries, 0) AS tries
  FROM (SELECT citizen_id, reason FROM message_unreached(:message::bigint)
         WHERE citizen_id > :after::bigint ORDER BY citizen_id LIMIT 51) u
  LEFT JOIN citizen z ON z.id = u.citizen_id
  LEFT JOIN LATERAL (
    SELECT (array_agg(p.channel ORDER BY p.place DESC))[1] AS channel, count(DISTINCT (p.channel, p.round, p.try)) AS tries
      FROM ledger_person(:message::bigint, u.citizen_id)
           WITH ORDINALITY AS p (channel, round, try, state, code, reason, detail, at, place)) l ON true
  LEFT JOIN LATERAL (
    SELECT address FROM contact WHERE citizen_id = z.id AND channel = l.channel AND l.channel IN ('email', 'sms') LIMIT 1) k ON true
 ORDER BY u.citizen_id;

-- name: delivery_viewed :exec
SELECT audit_write('delivery.viewed', :message::bigint, jsonb_build_object('rows', :rows::int));

-- name: delivery_again :json
-- How many would be written to again, and whether there is time.
SELECT jsonb_build_object(
         'n',       r.n,
         'count',   to_char(r.n, 'FM999,999,990'),
         'any',     r.n > 0,
         'failed',  to_char(r.failed, 'FM999,999,990'),
         'rest',    CASE WHEN r.failed > r.n THEN to_char(r.failed - r.n, 'FM999,999,990') END,
         'over',    coalesce(m.publish_until <= now(), false),
         'until',   moment(least(now() + interval '1 day', m.publish_until), :lang::text))
  FROM message m,
       (SELECT (SELECT count(*) FROM message_unreached(:message::bigint)) AS failed,
               (SELECT count(*) FROM message_again(:message)) AS n) r
 WHERE m.id = :message;

-- name: delivery_resend :one
SELECT message_resend(m.id, :size::int, least(now() + interval '1 day', m.publish_until)) AS n
  FROM message m
 WHERE m.id = :message::bigint;

-- name: delivery_gate :exec
-- Before the row of the message is locked: couriers take the two in this order.
SELECT pg_advisory_xact_lock(message_gate(:message::bigint));

-- name: delivery_stop :exec
SELECT message_stop(:message::bigint);

-- name: delivery_reports_due :many
-- role: courier
-- Messages that came to their end and whose writers have not been told: taken by
-- the UPDATE, so that of two couriers one tells.  The numbers are those of delivery_status: each
-- person once, however many steps there were, and not whose mail or SMS came back.
WITH told AS (
  UPDATE message SET told = now()
   WHERE state = 'sent' AND (told IS NULL OR told < finished) AND finished > now() - interval '1 hour'
  RETURNING id, subject, finished, coalesce(recipients, 0) AS recipients)
SELECT t.id, t.subject,
       to_char(t.recipients, 'FM999,999,990') AS total,
       to_char(b.accepted, 'FM999,999,990') AS reached,
       to_char(greatest(t.recipients - b.accepted, 0), 'FM999,999,990') AS failed
  FROM told t
 CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.accepted), 0)
           - (SELECT count(*) FROM delivery d
               WHERE d.message_id = t.id AND d.receipt = 'undelivered' AND d.channel = ANY (array_agg(x.channel))) AS accepted
      FROM batch x WHERE x.message_id = t.id AND x.step = 1) b
 ORDER BY t.finished, t.id;

-- name: delivery_report_readers :many
-- role: courier
-- Who wrote it, and who approved it.
SELECT DISTINCT s.id, s.email
  FROM staff s
 WHERE s.state = 'active'
   AND (s.id IN (SELECT w.id FROM message_writers(:message::bigint) w)
        OR s.id IN (SELECT a.staff_id FROM approval a
                     WHERE a.message_id = :message AND a.act = 'approve'));
