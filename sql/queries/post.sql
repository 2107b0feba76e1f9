-- Posts on X: what the courier asks (app/courier/posts.c), and what staff see and do.

-- name: post_work :many
-- role: courier
SELECT tenant_id FROM post_work(:dead::int[]);

-- name: post_claim :many
-- role: courier
SELECT id, message_id, gateway_id, fence, try, looks, lane, doubt, withdraw, coalesce(provider_id, '') AS provider_id,
       (extract(epoch FROM first_try) * 1000)::bigint AS first_try_ms,
       (extract(epoch FROM valid_until) * 1000)::bigint AS valid_until_ms, content, reply_to
  FROM post_claim(:most::int, make_interval(secs => :lease_s::int), :holder::int, :dead::int[]);

-- name: post_record :one
-- role: courier
SELECT post_record(:post::bigint, :fence::bigint, :state::text, :code::int, :reason::text, :detail::text, :id::text,
                   make_interval(secs => :wait_s::int), :looks::int) AS mine;

-- name: post_rest :exec
-- role: courier
SELECT post_rest(:gateway::bigint, :reason::text, make_interval(secs => :wait_s::int));

-- name: renewal_ask :one
-- role: courier
SELECT renewal_ask(:gateway::bigint, :version::int, make_interval(secs => :patience_s::int)) AS word;

-- name: renewal_done :one
-- role: courier
SELECT renewal_done(:gateway::bigint, :version::int, :secrets::bytea) AS kept;

-- name: renewal_lost :exec
-- role: courier
SELECT renewal_lost(:gateway::bigint, :version::int);

-- name: post_of :json
-- role: web
-- The posts of a message, for its status page.
SELECT coalesce(jsonb_agg(jsonb_build_object(
         'state',    CASE WHEN p.withdraw THEN 'withdrawing' WHEN p.state = 'queued' AND p.doubt THEN 'doubt' ELSE p.state END,
         'reason',   CASE WHEN p.reason <> 'sent' THEN p.reason END,
         'text',     r.content->>'text',
         'post_url', CASE WHEN p.state = 'accepted' AND g.url = '' THEN 'https://x.com/i/status/' || p.provider_id END,
         'posted',   moment(p.posted, :lang::text),
         -- Of a correction: it is a reply to the first one.  X may have taken it without.
         'reply',    p.first_id IS NOT NULL AND p.state NOT IN ('cancelled', 'deleted') AND p.reason IS DISTINCT FROM 'sent_alone',
         'due',      CASE WHEN p.state = 'queued' AND p.try > 0 THEN moment(p.due, :lang) END,
         'open',     p.state IN ('queued', 'sending') OR (p.state = 'accepted' AND p.withdraw),
         'may_reply', p.state IN ('queued', 'sending', 'accepted') AND NOT p.withdraw,
         'may_again', post_may_again(p),
         'may_withdraw', p.state IN ('accepted', 'unknown') AND NOT p.withdraw) ORDER BY p.id), '[]')
  FROM post p
  LEFT JOIN gateway g ON g.id = p.gateway_id
  JOIN message m ON m.id = p.message_id
  LEFT JOIN message_rendering r ON r.message_id = m.id AND r.revision = m.revision AND r.channel = 'x' AND r.language = 'ja'
 WHERE p.message_id = :message::bigint;

-- name: post_withdraw :exec
-- role: web
SELECT post_withdraw(:message::bigint), audit_write('post.withdrawn', :message, NULL);

-- name: post_again :exec
-- role: web
SELECT post_again(:message::bigint), audit_write('post.again', :message, NULL);
