-- By which channel a person wants to be reached, and whether a message was seen.
-- role: web

-- name: reach_show :json
SELECT jsonb_build_object(
         'reach', to_jsonb(c.reach),
         'quiet', c.quiet_from IS NOT NULL,
         'from',  coalesce(to_char(c.quiet_from, 'HH24:MI'), '22:00'),
         'to',    coalesce(to_char(c.quiet_to, 'HH24:MI'), '07:00'))
  FROM citizen c
 WHERE c.id = :citizen::bigint AND c.state <> 'left';

-- name: reach_save :exec
-- The first is put in front; the others stay in the order that they had.  '': there was nothing to choose.
UPDATE citizen c
   SET channels = CASE WHEN :first::text = '' THEN c.channels ELSE array_prepend(:first, array_remove(c.channels, :first)) END,
       quiet_from = CASE WHEN :from::int >= 0 THEN make_time(:from / 60, :from % 60, 0) END,
       quiet_to = CASE WHEN :to::int >= 0 THEN make_time(:to / 60, :to % 60, 0) END
 WHERE c.id = :citizen::bigint AND c.state <> 'left';

-- name: seen_show :json
-- No row: the message did not go to this person.
SELECT jsonb_build_object(
         'subject',   m.subject,
         'page_url',  CASE WHEN m.on_site AND m.publish_until > now() AND m.state <> 'stopped' THEN '/messages/' || m.id END,
         'published', moment(m.published, :lang::text),
         'seen',      (SELECT moment(s.at, :lang) FROM seen s
                        WHERE s.message_id = m.id AND s.citizen_id = p.place AND s.how <> 'household'),
         'household', EXISTS (SELECT FROM seen s WHERE s.message_id = m.id AND s.citizen_id = p.place AND s.how = 'household'))
  FROM message m
 CROSS JOIN LATERAL (SELECT ledger_place(m.id, :citizen::bigint) AS place) p
 WHERE m.id = :message::bigint
   AND EXISTS (SELECT FROM ledger_person(m.id, p.place));

-- name: seen_note :one
SELECT message_saw(:message::bigint, :citizen::bigint, :how::text) AS his;
