-- The first page of the desk: what waits, what comes, what went out.
-- role: web

-- name: home_desk :json
SELECT jsonb_build_object(
         'pending', to_char((SELECT count(*) FROM message WHERE state = 'pending'), 'FM999,999'),
         'returned', to_char((SELECT count(*) FROM message WHERE state = 'returned'), 'FM999,999'),
         'failed', to_char(w.refused + w.unknown, 'FM999,999,999'),
         'has_pending', EXISTS (SELECT FROM message WHERE state = 'pending'),
         'has_returned', EXISTS (SELECT FROM message WHERE state = 'returned'),
         'has_failed', w.refused + w.unknown > 0,
         'coming', (SELECT coalesce(jsonb_agg(message_time(c.send_at, :lang::text) || jsonb_build_object(
                             'id', c.id, 'text', c.subject, 'days', c.days) ORDER BY c.send_at, c.id), '[]')
                      FROM (SELECT id, send_at, subject,
                                   (send_at AT TIME ZONE 'Asia/Tokyo')::date - (now() AT TIME ZONE 'Asia/Tokyo')::date AS days
                              FROM message
                             WHERE state = 'approved' AND send_at < now() + interval '7 days'
                             ORDER BY send_at, id
                             LIMIT 20) c),
         'email', to_char(w.accepted, 'FM999,999,999'),
         'site', to_char((SELECT count(*) FROM message
                           WHERE on_site AND published > now() - interval '7 days'), 'FM999,999'))
  FROM (SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(refused), 0) AS refused,
               coalesce(sum(unknown), 0) AS unknown
          FROM batch WHERE finished > now() - interval '7 days') w;
