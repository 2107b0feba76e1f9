-- 配信状況: where a message stands, who did not get it, again, stop.
-- role: web

-- name: delivery_status :json
-- The numbers, and what is tried next.  "extras" counts the mails and SMS that ever were in doubt
-- and went on, for each may have come twice.
WITH mine AS MATERIALIZED (
  SELECT channel, round, step, try, state, size, accepted + refused + dropped AS final, unknown, due, first, verdict, reason, lane
    FROM batch WHERE message_id = :message::bigint),
sums AS (
  SELECT coalesce(sum(unknown) FILTER (WHERE channel IN ('email', 'sms')), 0)
         - (SELECT count(*) FROM message_doubts(:message) x WHERE x.channel IN ('email', 'sms') AND NOT x.open) AS extras,
         coalesce(min(lane) = 0, false) AS vital,
         coalesce(bool_or(state = 'sending'), false) AS flying
    FROM mine),
next AS (
  SELECT sum(size - final) AS n, min(due) AS due, (array_agg(first ORDER BY due, first))[1] AS somebody,
         (array_agg(round ORDER BY due, first))[1] AS round, (array_agg(channel ORDER BY due, first))[1] AS channel,
         (array_agg(reason ORDER BY due, first))[1] AS reason, (array_agg(try ORDER BY due, first))[1] AS try
    FROM mine WHERE state = 'queued' AND (try > 1 OR verdict IS NOT NULL))
SELECT jsonb_build_object(
         'total',    to_char(n.total, 'FM999,999,999'),
         'any',      n.total > 0,
         'reached',  to_char(n.reached, 'FM999,999,990'),
         'failed',   to_char(n.failed, 'FM999,999,990'),
         'unsure',   to_char(n.unsure, 'FM999,999,990'),
         'waiting',  to_char(n.waiting, 'FM999,999,990'),
         'has_failed', n.failed + CASE WHEN m.state = 'sending' THEN 0 ELSE n.unsure END > 0,
         'has_unsure', n.unsure > 0,
         'has_again', n.failed > 0 OR (s.vital AND n.unsure > 0),
         'extras',   CASE WHEN s.extras > 0 THEN to_char(s.extras, 'FM999,999,990') END,
         'percent',  CASE WHEN n.total > 0 THEN (n.reached * 100 / n.total)::int ELSE 100 END,
         'state',    m.state,
         'stoppable', message_stoppable(m),
         'going',    m.state = 'sending' OR s.flying
                     OR (m.state = 'approved' AND coalesce(m.send_at, now()) < now() + interval '10 minutes'),
         'planned',  m.published IS NOT NULL,
         'send_at',  moment(m.send_at, :lang::text),
         'published', moment(m.published, :lang),
         'finished', moment(m.finished, :lang),
         'reasons',  (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', r.key,
                                'count', to_char(r.value::bigint, 'FM999,999,990')) ORDER BY r.value::bigint DESC, r.key), '[]')
                        FROM jsonb_each_text(n.reasons) r),
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
  FROM message m
 CROSS JOIN message_numbers(m.id) n
 CROSS JOIN sums s
 WHERE m.id = :message;

-- name: delivery_ways :json
-- The same by channel and, where a message goes on until it is seen, by step; each resend on its
-- own, which may go another way than the first; and how many said that they saw it.
SELECT jsonb_build_object(
         'ways', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'way',     w.channel,
                           'step',    CASE WHEN m.ladder IS NOT NULL AND w.round = 1 THEN w.step::text END,
                           'again',   CASE WHEN w.round > 1 THEN (w.round - 1)::text END,
                           'total',   to_char(w.total, 'FM999,999,990'),
                           'reached', to_char(greatest(w.reached - w.back, 0), 'FM999,999,990'),
                           'open',    to_char(w.open, 'FM999,999,990'),
                           'unsure',  to_char(w.unsure, 'FM999,999,990'),
                           'failed',  to_char(greatest(w.total - greatest(w.reached - w.back, 0) - w.unsure - w.open, 0), 'FM999,999,990'))
                         ORDER BY w.round, w.step, w.total DESC, w.channel), '[]')
                    FROM (SELECT channel, round, step,
                                 coalesce(sum(size) FILTER (WHERE parent IS NULL), 0) AS total,
                                 coalesce(sum(accepted), 0) AS reached,
                                 (SELECT count(*) FROM delivery d
                                   WHERE d.message_id = m.id AND d.channel = batch.channel AND d.round = batch.round AND d.receipt = 'undelivered'
                                     AND (m.ladder IS NULL
                                          OR EXISTS (SELECT FROM batch x
                                                      WHERE x.message_id = m.id AND x.channel = d.channel AND x.round = d.round AND x.step = batch.step
                                                        AND x.try = d.try AND d.citizen_id BETWEEN x.first AND x.last
                                                        AND d.citizen_id = ANY (x.citizens)))) AS back,
                                 coalesce(sum(unknown) FILTER (WHERE state = 'done' AND verdict = 'unknown'), 0) AS calls,
                                 coalesce(sum(size - accepted - refused - dropped) FILTER (WHERE state IN ('queued', 'sending')), 0) AS open
                            FROM batch WHERE message_id = m.id
                           GROUP BY channel, round, step) b
                    LEFT JOIN (SELECT x.channel, x.round, x.step, count(*) AS n FROM message_doubts(:message::bigint) x
                                WHERE NOT x.open GROUP BY 1, 2, 3) d USING (channel, round, step)
                   CROSS JOIN LATERAL (SELECT b.*, b.calls + coalesce(d.n, 0) AS unsure) w),
         'until_seen', m.ladder IS NOT NULL,
         'until_household', m.until_household,
         'household', to_char((SELECT count(*) FROM seen WHERE message_id = m.id AND how = 'household'), 'FM999,999,990'),
         'seen',     to_char((SELECT count(*) FROM seen WHERE message_id = m.id AND how <> 'household'), 'FM999,999,990'),
         'seen_by',  (SELECT coalesce(jsonb_agg(jsonb_build_object('how', s.how, 'count', to_char(s.n, 'FM999,999,990'))
                                                ORDER BY s.n DESC, s.how), '[]')
                        FROM (SELECT how, count(*) AS n FROM seen WHERE message_id = m.id AND how <> 'household' GROUP BY how) s),
         'next_step', moment(m.next_step, :lang::text))
  FROM message m
 WHERE m.id = :message;

-- name: delivery_near :one
-- Whether this person belongs to the message: its department, or one who wrote on it.
SELECT EXISTS (SELECT FROM staff_department d WHERE d.staff_id = :staff::bigint AND d.department_id = m.department_id)
       OR :staff IN (m.author_id, coalesce(m.editor_id, 0), coalesce(m.submitter_id, 0)) AS near
  FROM message m
 WHERE m.id = :message::bigint;

-- name: delivery_unreached :many
-- Who is not known to have got it, by which way it was tried last, 51 at most: the last only says that there are more.
SELECT u.citizen_id, coalesce(u.reason, '') AS reason, u.unsure, k.address, coalesce(z.state, 'left') AS citizen_state,
       coalesce(l.channel, '') AS channel, coalesce(l.tries, 0) AS tries
  FROM (SELECT citizen_id, reason, unsure FROM message_unreached(:message::bigint)
         WHERE citizen_id > :after::bigint ORDER BY citizen_id LIMIT 51) u
  LEFT JOIN citizen z ON z.id = coalesce(ledger_successor(:message, u.citizen_id), u.citizen_id)
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
-- How many would be written to again, what that costs, and whether there is time.
SELECT jsonb_build_object(
         'n',       r.n,
         'count',   to_char(r.n, 'FM999,999,990'),
         'any',     r.n > 0,
         'failed',  to_char(r.failed, 'FM999,999,990'),
         'unsure',  CASE WHEN r.unsure > 0 THEN to_char(r.unsure, 'FM999,999,990') END,
         'vital',   r.vital,
         'sms',     to_char(r.sms, 'FM999,999,990'),
         'cost',    CASE WHEN r.sms * sms_yen(m.id) > 0 THEN to_char(ceil(r.sms * sms_yen(m.id)), 'FM999,999,999,990') END,
         'rest',    CASE WHEN r.failed + r.dark > r.n THEN to_char(r.failed + r.dark - r.n, 'FM999,999,990') END,
         'capped',  m.ladder IS NOT NULL AND m.ladder_yen IS NOT NULL,
         'over',    coalesce(m.publish_until <= now(), false),
         'until',   moment(least(now() + interval '1 day', m.publish_until), :lang::text))
  FROM message m,
       (SELECT u.*, CASE WHEN u.vital THEN u.unsure ELSE 0 END AS dark, a.n, a.sms
          FROM (SELECT count(*) AS n, count(*) FILTER (WHERE channel = 'sms') AS sms FROM message_again(:message::bigint)) a,
               (SELECT count(*) FILTER (WHERE NOT x.unsure) AS failed, count(*) FILTER (WHERE x.unsure) AS unsure,
                       coalesce(min(x.lane) = 0, false) AS vital
                  FROM message_unreached(:message) x) u) r
 WHERE m.id = :message;

-- name: delivery_resend :one
SELECT message_resend(m.id, :size::int, least(now() + interval '1 day', m.publish_until)) AS n
  FROM message m
 WHERE m.id = :message::bigint;

-- name: delivery_resent :exec
SELECT audit_write('delivery.resent', :message::bigint, jsonb_build_object('rows', :rows::bigint));

-- name: delivery_gate :exec
-- Before the row of the message is locked: couriers take the two in this order.
SELECT pg_advisory_xact_lock(message_gate(:message::bigint));

-- name: delivery_stop :exec
-- None: it is over.
SELECT message_stop(m.id) FROM message m WHERE m.id = :message::bigint AND message_stoppable(m);

-- name: delivery_reports_due :many
-- role: courier
-- Messages that came to their end and whose writers have not been told: taken by
-- the UPDATE, so that of two couriers one tells.
WITH told AS (
  UPDATE message SET told = now()
   WHERE state = 'sent' AND (told IS NULL OR told < finished) AND finished > now() - interval '1 hour'
  RETURNING id, subject, finished)
SELECT t.id, t.subject,
       to_char(n.total, 'FM999,999,990') AS total,
       to_char(n.reached, 'FM999,999,990') AS reached,
       to_char(n.failed, 'FM999,999,990') AS failed,
       CASE WHEN n.unsure > 0 THEN to_char(n.unsure, 'FM999,999,990') END AS unsure
  FROM told t
 CROSS JOIN message_numbers(t.id) n
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
