-- Messages about surveys (web/desk/announce.c).
-- role: web

-- name: survey_message_survey :json
SELECT json_build_object(
         'id', s.id, 'title', coalesce(s.texts #>> '{ja,title}', ''), 'purpose', coalesce(s.texts #>> '{ja,purpose}', ''),
         'closes', moment(s.closes, 'ja'), 'known', s.mode <> 'anyone', 'open', s.state = 'open' AND (s.closes IS NULL OR s.closes > now()) AND NOT survey_is_full(s),
         'published', s.state = 'published', 'took_part', (SELECT count(*) FROM survey_took_part(s.id)),
         'messages', (SELECT coalesce(json_agg(json_build_object('id', m.id, 'subject', m.subject, 'people', x.people) ORDER BY m.id DESC), '[]')
                        FROM survey_message x JOIN message m ON m.id = x.message_id WHERE x.survey_id = s.id))
  FROM survey s
 WHERE s.id = :survey::bigint AND s.state <> 'draft';

-- name: survey_message_make :one
SELECT survey_message_make(:survey::bigint, :staff::bigint, :subject::text, :body::text, :people::text, :personal::boolean) AS id;
