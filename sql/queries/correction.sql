-- Corrections: a message about an earlier one (domain/correction.h).
-- role: web

-- name: correction_make :one
-- A draft that says and shows what the earlier message does, in the same order of ways, for all who got that; its times are
-- asked for again, and topics that are not offered any more stay behind.  The districts only tell
-- the public where it counts.  No row: it did not go out, or this person belongs to no department.
INSERT INTO message (department_id, author_id, editor_id, subject, body, contact, audience, districts, topics,
                     by_email, by_line, by_sms, by_webpush, by_x, on_site, ladder, ladder_yen, until_household, pictures, corrects, first_post)
SELECT own.id, :staff::bigint, :staff, :subject::text, m.body,
       CASE WHEN own.id = m.department_id THEN m.contact ELSE own.contact END, 'everyone', m.districts,
       ARRAY(SELECT id FROM topic WHERE id = ANY (m.topics) AND (active OR vital) ORDER BY id),
       m.by_email, m.by_line, m.by_sms, m.by_webpush, m.by_x, m.on_site, m.ladder, m.ladder_yen, m.until_household, m.pictures, m.id, nullif(:first_post::text, '')
  FROM message m
  JOIN LATERAL staff_home(:staff, m.department_id) own ON own.id IS NOT NULL
 WHERE m.id = :message::bigint AND m.state IN ('sending', 'sent', 'stopped') AND m.published IS NOT NULL
RETURNING id;
