-- What the courier asks, in the order of its work (app/courier/).
-- role: courier

-- name: planner_work :many
SELECT tenant_id FROM planner_work();

-- name: planner_due :many
SELECT message_due AS id FROM message_due();

-- name: planner_plan :one
SELECT message_plan(:message::bigint, :size::int) AS recipients;

-- name: courier_here :one
SELECT courier_here(:holder::int) AS here;

-- name: courier_missing :many
SELECT holder FROM courier_missing();

-- name: courier_work :many
SELECT tenant_id, letters, lane FROM courier_work(:dead::int[]);

-- name: courier_tenant :one
SELECT t.name, t.mail_from, h.host
  FROM tenant t JOIN tenant_host h ON h.tenant_id = t.id ORDER BY h.host LIMIT 1;

-- name: courier_claim :many
SELECT id, message_id, revision, lane, try, key, size, fence
  FROM batch_claim(:most::int, :lane::int, make_interval(secs => :lease_s::int), :holder::int, :dead::int[],
                   :held::bigint[]);

-- name: courier_rendering :json
-- All languages of one message by e-mail: {"ja": {subject, text, html}, …}.
SELECT jsonb_object_agg(language, content)
  FROM message_rendering
 WHERE message_id = :message::bigint AND revision = :revision::int AND channel = 'email';

-- name: courier_start :many
SELECT reached, citizen_id, address, language
  FROM batch_start(:batch::bigint, :fence::bigint, :from::int, :most::int, make_interval(secs => :lease_s::int));

-- name: courier_record :one
SELECT batch_record(:batch::bigint, :fence::bigint, :citizens::bigint[], :states::text[],
                    :codes::int[], :reasons::text[], :details::text[]) AS mine;

-- name: courier_finish :exec
SELECT batch_finish(:batch::bigint, :fence::bigint, make_interval(secs => :wait_s::int));

-- name: courier_release :exec
SELECT batch_release(:batch::bigint, :fence::bigint);

-- name: courier_letters :many
SELECT id, kind, key, sealed, try, fence
  FROM letter_claim(:most::int, make_interval(secs => :lease_s::int), :holder::int, :dead::int[], :held::bigint[]);

-- name: courier_letter_record :exec
SELECT letter_record(:letter::bigint, :fence::bigint, :state::text, :code::int, :reason::text,
                     make_interval(secs => :wait_s::int));

-- name: courier_letter_release :exec
SELECT letter_release(:letter::bigint, :fence::bigint);

-- name: courier_tenants :many
SELECT tenant_id FROM courier_tenants();

-- name: courier_sweep :one
SELECT sweep(:most::int) AS swept;

-- name: courier_throttle_sweep :exec
SELECT throttle_sweep();
