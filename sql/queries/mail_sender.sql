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

-- name: mail_health :json
-- How the servers fare, in the words of query gateway_state; open is also one that takes no
-- mails of this town.  "rest": so many came back that ordinary ones wait (bounce_take).
SELECT jsonb_build_object(
         'servers', coalesce((SELECT jsonb_agg(jsonb_build_object(
                      'place',    s.place,
                      'open',     s.breaker <> 'closed' OR b.place IS NOT NULL,
                      'reason',   CASE WHEN b.place IS NOT NULL THEN 'refused_policy' ELSE s.reason END,
                      'since',    moment(coalesce(b.changed, s.changed), :lang::text),
                      'until',    moment(coalesce(b.until, s.until), :lang),
                      'instead',  EXISTS (SELECT FROM mail_server o
                                           WHERE o.place <> s.place AND o.breaker = 'closed'
                                             AND NOT EXISTS (SELECT FROM mail_bar x WHERE x.place = o.place AND x.breaker <> 'closed')),
                      'delay_ms', nullif(s.delay_ms, 0),
                      'accepted', to_char(s.accepted, 'FM999,999,999,990'),
                      'failed',   to_char(s.failed, 'FM999,999,999,990'),
                      'tried',    s.accepted + s.failed > 0,
                      'quota',    NULL,
                      'spent',    false, 'only_vital', false) ORDER BY s.place)
                      FROM mail_server s LEFT JOIN mail_bar b ON b.place = s.place AND b.breaker <> 'closed'), '[]'),
         'rest',    (SELECT jsonb_build_object(
                      'place',   0,
                      'open',    true,
                      'reason',  NULL,
                      'since',   moment(b.changed, :lang),
                      'until',   moment(b.until, :lang),
                      'instead', false,
                      'tried',   false,
                      'quota',   NULL,
                      'spent',   false, 'only_vital', false)
                       FROM mail_bar b WHERE b.place = 0 AND b.until > now()));

-- name: mail_domain_taken :one
SELECT mail_domain_taken(:address::text) AS taken;

-- name: mail_sender_save :exec
UPDATE tenant t SET mail_from = :from::text, mail_name = :sender::text, mail_reply = :reply::text
 WHERE md5(jsonb_build_array(t.mail_from, t.mail_name, t.mail_reply)::text) = :version::text;
