-- What mails of a town come from (app/domain/mail_sender.c).
-- role: web

-- name: mail_sender :json
-- "last": what became of the newest message by mail; null: there was none.
SELECT json_build_object(
         'name',    t.name,
         'from',    t.mail_from,
         'sender',  t.mail_name,
         'reply',   t.mail_reply,
         'version', md5(jsonb_build_array(t.mail_from, t.mail_name, t.mail_reply)::text),
         'last',    (SELECT json_build_object('id', m.id, 'subject', m.subject, 'published', moment(m.published, :lang::text),
                              'accepted', to_char(sum(b.accepted), 'FM999,999,999,990'),
                              'refused', to_char(sum(b.refused), 'FM999,999,999,990'),
                              'waiting', to_char(coalesce(sum(b.size) FILTER (WHERE b.state IN ('queued', 'sending')), 0), 'FM999,999,999,990'))
                       FROM (SELECT id, subject, published FROM message
                              WHERE state IN ('sending', 'sent') AND published IS NOT NULL AND by_email
                              ORDER BY published DESC, id DESC LIMIT 1) m
                       JOIN batch b ON b.message_id = m.id AND b.channel = 'email'
                      GROUP BY m.id, m.subject, m.published))
  FROM tenant t;

-- name: mail_server :json
-- How it fares, in the words of query gateway_state.
SELECT jsonb_build_object(
         'open',     breaker <> 'closed',
         'reason',   reason,
         'since',    moment(changed, :lang::text),
         'until',    moment(until, :lang),
         'delay_ms', delay_ms,
         'accepted', to_char(accepted, 'FM999,999,999,990'),
         'failed',   to_char(failed, 'FM999,999,999,990'),
         'tried',    accepted + failed > 0,
         'quota',    NULL,
         'spent',    false)
  FROM mail_server;

-- name: mail_domain_taken :one
SELECT mail_domain_taken(:address::text) AS taken;

-- name: mail_sender_save :exec
UPDATE tenant t SET mail_from = :from::text, mail_name = :sender::text, mail_reply = :reply::text
 WHERE md5(jsonb_build_array(t.mail_from, t.mail_name, t.mail_reply)::text) = :version::text;
