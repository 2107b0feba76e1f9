-- The first pages: that of the desk, and what stands beside the messages on that of the town.
-- role: web

-- name: home_public :json
-- What asks for an answer, and which events come next, each once.
SELECT jsonb_build_object(
         'surveys', (SELECT coalesce(jsonb_agg(survey_row(x.s, x.department, :lang::text) ORDER BY (x.s).closes NULLS LAST, (x.s).id DESC), '[]')
                       FROM (SELECT s, d.name AS department
                               FROM survey s JOIN department d ON d.id = s.department_id
                              WHERE s.listed AND survey_is_open(s) AND NOT survey_is_full(s)
                              ORDER BY s.closes NULLS LAST, s.id DESC LIMIT :count::int) x),
         'events', (SELECT coalesce(jsonb_agg(agenda_row(x.e, x.s, x.district, :lang) ORDER BY (x.s).begins, (x.s).id), '[]')
                      FROM (SELECT n.e, n.s, d.name AS district
                              FROM (SELECT DISTINCT ON (e.id) e, s
                                      FROM event_slot s JOIN event e ON e.id = s.event_id
                                     WHERE s.ends >= now() AND s.begins < now() + interval '60 days' AND s.cancelled IS NULL
                                       AND e.state = 'open' AND event_shown(e.state, e.listed, e.cancelled)
                                     ORDER BY e.id, s.begins, s.id) n
                              LEFT JOIN district d ON d.id = (n.e).district_id
                             ORDER BY (n.s).begins, (n.s).id LIMIT :count) x));

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
         'applied', (SELECT jsonb_build_object('n', count(*), 'event', CASE WHEN count(DISTINCT e.id) = 1 THEN min(e.id) END)
                       FROM event e JOIN application a ON a.event_id = e.id AND a.state = 'applied'
                      WHERE e.state = 'open' AND e.rule = 'approval'),
         'open', (SELECT coalesce(jsonb_agg(to_jsonb(o) || jsonb_build_object('until', moment(o.ends, :lang)) ORDER BY o.ends NULLS LAST, o.id), '[]')
                    FROM (SELECT true AS survey, s.id, s.texts->'ja'->>'title' AS title, s.closes AS ends, s.answers_max AS most,
                                 coalesce((SELECT c.n FROM tally_cell c WHERE c.questionnaire_id = s.questionnaire_id AND c.kind = 'all'), 0)
                                 + (SELECT count(*) FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND NOT r.counted) AS n
                            FROM survey s
                           WHERE survey_is_open(s)
                           UNION ALL
                          SELECT false, e.id, e.texts->'ja'->>'title', coalesce(e.closes, t.last), t.capacity, t.taken
                            FROM event e
                            JOIN LATERAL (SELECT sum(m.taken) AS taken, max(m.begins) AS last,
                                                 CASE WHEN bool_and(m.capacity IS NOT NULL) THEN sum(m.capacity) END AS capacity
                                            FROM event_slot m WHERE m.event_id = e.id AND m.cancelled IS NULL AND m.begins > now()) t ON t.last IS NOT NULL
                           WHERE e.state = 'open' AND e.rule <> 'none' AND coalesce(e.opens <= now(), true) AND coalesce(e.closes > now(), true)
                           ORDER BY 4 NULLS LAST, 2
                           LIMIT 6) o),
         'email', to_char(w.email, 'FM999,999,999'), 'line', to_char(w.line, 'FM999,999,999'),
         'webpush', to_char(w.webpush, 'FM999,999,999'), 'sms', to_char(w.sms, 'FM999,999,999'),
         'has_line', w.line > 0, 'has_webpush', w.webpush > 0, 'has_sms', w.sms > 0,
         'site', to_char((SELECT count(*) FROM message
                           WHERE on_site AND published > now() - interval '7 days'), 'FM999,999'))
  FROM (SELECT coalesce(sum(accepted) FILTER (WHERE channel = 'email'), 0) AS email, coalesce(sum(accepted) FILTER (WHERE channel = 'line'), 0) AS line,
               coalesce(sum(accepted) FILTER (WHERE channel = 'webpush'), 0) AS webpush, coalesce(sum(accepted) FILTER (WHERE channel = 'sms'), 0) AS sms,
               coalesce(sum(refused), 0) AS refused, coalesce(sum(unknown), 0) AS unknown
          FROM batch WHERE finished > now() - interval '7 days') w;
