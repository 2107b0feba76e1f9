-- What the courier asks, in the order of its work (app/courier/).
-- role: courier

-- name: planner_work :many
SELECT tenant_id FROM planner_work();

-- name: planner_due :many
SELECT message_due AS id FROM message_due();

-- name: planner_plan :many
SELECT recipients, more FROM message_plan_part(:message::bigint, :size::int, :most::int);

-- name: planner_learn :exec
SELECT batch_learn();

-- name: planner_settle :exec
SELECT message_settle_open();

-- name: planner_ladder_due :many
SELECT ladder_due AS id FROM ladder_due();

-- name: planner_ladder_step :one
SELECT ladder_step(:message::bigint, :size::int, sms_yen(:message)) AS recipients;

-- name: courier_here :one
SELECT courier_here(:holder::int) AS here;

-- name: courier_missing :many
SELECT holder FROM courier_missing();

-- name: courier_work :many
SELECT tenant_id, letters, lane FROM courier_work(:dead::int[], :channel::text);

-- name: courier_tenant :one
SELECT t.name, t.name_en, t.contact, t.mail_from, t.mail_reply, coalesce(nullif(t.mail_name, ''), t.name) AS mail_name, h.host,
       coalesce((SELECT extract(epoch FROM b.until - now()) * 1000 FROM mail_bar b WHERE b.place = 0 AND b.until > now()), 0)::bigint AS rest_ms
  FROM tenant t JOIN tenant_host h ON h.tenant_id = t.id ORDER BY h.host LIMIT 1;

-- name: courier_claim :many
SELECT id, message_id, revision, lane, try, key, size, fence, language, call, doubt,
       (extract(epoch FROM valid_until) * 1000)::bigint AS valid_until_ms
  FROM batch_claim(:most::int, :lane::int, make_interval(secs => :lease_s::int), :holder::int, :dead::int[],
                   :held::bigint[], :channel::text);

-- name: courier_rendering :json
-- All languages of one message on one channel: {"ja": {…}, …}, and whether it is asked
-- for 「見ました」, and the survey whose link in it is to be each person's own.
SELECT coalesce(jsonb_object_agg(r.language, r.content), '{}') || jsonb_build_object('seen', bool_or(m.ladder IS NOT NULL),
         'survey', (SELECT x.survey_id FROM survey_message x WHERE x.message_id = :message::bigint AND x.personal))
  FROM message_rendering r
  JOIN message m ON m.id = r.message_id
 WHERE r.message_id = :message AND r.revision = :revision::int AND r.channel = :channel::text;

-- name: courier_gates :exec
SELECT message_gates(:messages::bigint[]);

-- name: courier_start :packed
SELECT reached, citizen_id, address, language, contact_id, doubt
  FROM batch_start(:batch::bigint, :fence::bigint, :from::int, :most::int, make_interval(secs => :lease_s::int), :reserve::bigint);

-- name: courier_record :one
SELECT batch_record(:batch::bigint, :fence::bigint, :citizens::bigint[], :states::text[],
                    :codes::int[], :reasons::text[], :details::text[], :ids::text[], :parts::int[], :gone::bigint[]) AS mine;

-- name: courier_start_calls :packed
SELECT batch, reached, address, doubt
  FROM batch_start_calls(:batches::bigint[], :fences::bigint[], make_interval(secs => :lease_s::int), :reserve::bigint);

-- name: courier_record_calls :many
SELECT batch, mine
  FROM batch_record_calls(:batches::bigint[], :fences::bigint[], :states::text[], :codes::int[], :reasons::text[], :details::text[],
                          :ids::text[], :waits::int[], make_interval(secs => :known_s::int));

-- name: courier_hold :exec
SELECT batch_hold(:batch::bigint, :fence::bigint, :reason::text);

-- name: courier_health :exec
INSERT INTO gateway_health AS h (gateway_id, breaker, reason, failures, until, delay_ms, accepted, failed)
VALUES (:gateway::bigint, :breaker::text, nullif(:reason::text, ''), :failures::int,
        CASE WHEN :pause_ms::int > 0 THEN now() + make_interval(secs => :pause_ms / 1000.0) END, :delay_ms::int,
        :accepted::bigint, :failed::bigint)
ON CONFLICT (tenant_id, gateway_id) DO UPDATE
   SET breaker = excluded.breaker, reason = coalesce(excluded.reason, h.reason), failures = excluded.failures, until = excluded.until,
       changed = CASE WHEN h.breaker = excluded.breaker THEN h.changed ELSE now() END,
       delay_ms = excluded.delay_ms, accepted = h.accepted + excluded.accepted, failed = h.failed + excluded.failed;

-- name: courier_mail_server :exec
-- The same of a mail server that all towns send by.
INSERT INTO mail_server AS h (place, breaker, reason, failures, until, delay_ms, accepted, failed)
VALUES (:place::int, :breaker::text, nullif(:reason::text, ''), :failures::int,
        CASE WHEN :pause_ms::int > 0 THEN now() + make_interval(secs => :pause_ms / 1000.0) END, :delay_ms::int,
        :accepted::bigint, :failed::bigint)
ON CONFLICT (place) DO UPDATE
   SET breaker = excluded.breaker, reason = coalesce(excluded.reason, h.reason), failures = excluded.failures, until = excluded.until,
       changed = CASE WHEN h.breaker = excluded.breaker THEN h.changed ELSE now() END,
       delay_ms = excluded.delay_ms, accepted = h.accepted + excluded.accepted, failed = h.failed + excluded.failed;

-- name: courier_mail_server_forget :exec
-- Those beyond so many are not configured any more.
DELETE FROM mail_server WHERE place > :most::int;

-- name: courier_mail_bar :exec
-- A mail server refuses this town's mails, and takes those of others.
INSERT INTO mail_bar AS b (place, breaker, until)
VALUES (:place::int, :breaker::text, CASE WHEN :pause_ms::int > 0 THEN now() + make_interval(secs => :pause_ms / 1000.0) END)
ON CONFLICT (tenant_id, place) DO UPDATE
   SET breaker = excluded.breaker, until = excluded.until, changed = CASE WHEN b.breaker = excluded.breaker THEN b.changed ELSE now() END;

-- name: courier_finish :exec
SELECT batch_finish(:batch::bigint, :fence::bigint, make_interval(secs => :wait_s::int));

-- name: courier_release :exec
SELECT batch_release(:batch::bigint, :fence::bigint);

-- name: courier_letters :many
-- Nothing is joined to it: what is committed while it works it claims, and this statement would not see.
SELECT id, kind, key, sealed, try, fence, contact
  FROM letter_claim(:most::int, make_interval(secs => :lease_s::int), :holder::int, :dead::int[],
                    :held::bigint[], :channel::text);

-- name: courier_letter_record :exec
SELECT letter_record(:letter::bigint, :fence::bigint, :state::text, :code::int, :reason::text,
                     make_interval(secs => :wait_s::int));

-- name: courier_letter_hash :exec
-- Whose address it went to, for when it comes back (bounce_letter).
UPDATE letter SET hash = :hash::bytea WHERE id = :letter::bigint AND channel = 'email';

-- name: courier_letter_device :exec
SELECT letter_device(:batch::bigint, :contact::bigint, :channel::text, :sealed::bytea, make_interval(secs => :wait_s::int));

-- name: courier_letter_release :exec
SELECT letter_release(:letter::bigint, :fence::bigint);

-- name: courier_tenants :many
SELECT tenant_id FROM courier_tenants();

-- name: courier_sweep :one
SELECT sweep(:most::int) AS swept;

-- name: courier_throttle_sweep :exec
SELECT throttle_sweep();
