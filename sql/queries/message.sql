-- Messages at the desk: writing them, and showing where they stand.
-- role: web

-- name: message_list :json
-- A page of the list, newest change first, 20 rows, with the counts of all states.
-- "failed" are those with mail that did not arrive in the last seven days.
-- The cursor is (updated, id) of the row next to the page; back: towards newer ones.
WITH page AS (
  SELECT m.id, m.updated
    FROM message m
   WHERE (:state::text = '' OR m.state = :state
          OR (:state = 'failed' AND EXISTS (
                SELECT FROM batch b WHERE b.message_id = m.id AND b.refused + b.unknown > 0
                   AND b.finished > now() - interval '7 days')))
     AND NOT EXISTS (SELECT FROM unnest(string_to_array(:search::text, ' ')) AS word
                      WHERE strpos(lower(normalize(m.subject, NFKC)), lower(word)) = 0)
     AND (:cursor_id::bigint = 0
          OR (:back::boolean AND (m.updated, m.id) > (to_timestamp(:cursor_us::bigint / 1000000.0), :cursor_id))
          OR (NOT :back AND (m.updated, m.id) < (to_timestamp(:cursor_us / 1000000.0), :cursor_id)))
   ORDER BY CASE WHEN :back THEN m.updated END, CASE WHEN :back THEN m.id END,
            m.updated DESC, m.id DESC
   LIMIT 21),
shown AS (
  SELECT p.id, p.updated
    FROM page p
   ORDER BY CASE WHEN :back THEN p.updated END, CASE WHEN :back THEN p.id END,
            p.updated DESC, p.id DESC
   LIMIT 20)
SELECT jsonb_build_object(
         'counts', (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}')
                      FROM (SELECT state, count(*) AS n FROM message GROUP BY state) c),
         'rows', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'id',          m.id,
                           'cursor',      (extract(epoch FROM m.updated) * 1000000)::bigint || '-' || m.id,
                           'state',       m.state,
                           'subject',     nullif(m.subject, ''),
                           'department',  d.name,
                           'author',      a.name,
                           'updated',     moment(m.updated, :lang::text),
                           'send_at',     CASE WHEN m.state IN ('pending', 'approved') THEN moment(m.send_at, :lang) END,
                           'published',   moment(m.published, :lang),
                           'recipients',  to_char(m.recipients, 'FM999,999,999'))
                         ORDER BY m.updated DESC, m.id DESC), '[]')
                    FROM shown s
                    JOIN message m ON m.id = s.id
                    JOIN department d ON d.id = m.department_id
                    JOIN staff a ON a.id = m.author_id),
         'more', (SELECT count(*) FROM page) > 20);

-- name: message_show :json
-- One message with all that its pages show.  "editable": it is still being
-- written.  "seen" are the marks that forms carry.
SELECT jsonb_build_object(
         'id',            m.id,
         'state',         m.state,
         'revision',      m.revision,
         'editable',      m.state IN ('draft', 'returned'),
         'subject',       m.subject,
         'title',         nullif(m.subject, ''),
         'body',          m.body,
         'contact',       m.contact,
         'department',    jsonb_build_object('id', d.id, 'name', d.name),
         'author',        jsonb_build_object('id', a.id, 'name', a.name),
         'editor',        (SELECT jsonb_build_object('id', s.id, 'name', s.name) FROM staff s WHERE s.id = m.editor_id),
         'submitter',     (SELECT jsonb_build_object('id', s.id, 'name', s.name) FROM staff s WHERE s.id = m.submitter_id),
         'created',       moment(m.created, :lang::text),
         'updated',       moment(m.updated, :lang),
         'audience',      m.audience,
         'everyone',      m.audience = 'everyone',
         'chosen',        m.audience = 'chosen',
         'districts',     (SELECT jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name) ORDER BY x.place, x.id)
                             FROM district x WHERE x.id = ANY (m.districts)),
         'topics',        (SELECT jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'vital', x.vital) ORDER BY x.place, x.id)
                             FROM topic x WHERE x.id = ANY (m.topics)),
         'vital',         message_vital(m.topics),
         'by_email',      m.by_email,
         'by_line',       m.by_line,
         'by_sms',        m.by_sms,
         'by_webpush',    m.by_webpush,
         'by_x',          m.by_x,
         'on_site',       m.on_site,
         'ladder',        m.ladder,
         'ladder_yen',    m.ladder_yen,
         'until_household', m.until_household,
         'personal',      message_ways(m) <> '{}',
         -- A link makes a post on X dearer: the settings of the account say whether there is one.
         'x_link',        coalesce((SELECT g.settings->>'link' NOT IN ('no', 'false')
                                      FROM gateway g WHERE g.channel = 'x' AND g.active AND g.place = 1), true),
         'scheduled',     m.scheduled,
         'send_at',       moment(m.send_at, :lang),
         'send_at_ms',    (extract(epoch FROM m.send_at) * 1000)::bigint,
         'valid_until',   moment(message_valid_until(m), :lang),
         'valid_until_ms', (extract(epoch FROM message_valid_until(m)) * 1000)::bigint,
         'publish_until', moment(m.publish_until, :lang),
         'publish_until_ms', (extract(epoch FROM m.publish_until) * 1000)::bigint,
         'late',          m.state IN ('draft', 'returned')
                          AND coalesce(m.send_at <= now() OR message_valid_until(m) <= now() OR m.publish_until <= now(), false),
         'night',         coalesce(extract(hour FROM m.send_at AT TIME ZONE 'Asia/Tokyo') NOT BETWEEN 8 AND 20, false),
         'holiday',       coalesce(extract(isodow FROM m.send_at AT TIME ZONE 'Asia/Tokyo') > 5
                                   OR holiday((m.send_at AT TIME ZONE 'Asia/Tokyo')::date), false),
         'hash',          encode(m.hash, 'hex'),
         'published',     moment(m.published, :lang),
         'finished',      moment(m.finished, :lang),
         'recipients',    to_char(m.recipients, 'FM999,999,999'),
         'copied_from',   m.copied_from,
         'seen',          jsonb_build_object(
                            'content',  message_mark(m, 'content'),
                            'audience', message_mark(m, 'audience'),
                            'channels', message_mark(m, 'channels'),
                            'schedule', message_mark(m, 'schedule'),
                            'pictures', message_mark(m, 'pictures')),
         'pictures',      message_pictures(m),
         'history',       (SELECT coalesce(jsonb_agg(message_time(h.at, :lang) || jsonb_build_object(
                                    'act', h.act, 'who', s.name, 'note', nullif(h.comment, '')) ORDER BY h.id DESC), '[]')
                             FROM approval h JOIN staff s ON s.id = h.staff_id WHERE h.message_id = m.id),
         'tenant',        (SELECT jsonb_build_object('name', t.name, 'name_en', t.name_en, 'contact', nullif(t.contact, ''))
                             FROM tenant t))
       || jsonb_build_object(
         'valid_preset',  m.valid_preset,
         -- It waits, and whoever could approve it is not there or may not any more.
         'stranded',      m.state = 'pending' AND NOT EXISTS (SELECT FROM message_approvers(m.id, m.submitter_id)))
       -- What it corrects, and what corrects it (domain/correction.h).
       || jsonb_build_object(
         'corrects',      (SELECT jsonb_build_object('id', o.id, 'subject', o.subject) FROM message o WHERE o.id = m.corrects),
         'first_post',    m.first_post,
         'reply',         m.first_post IS NOT DISTINCT FROM 'reply',
         'corrections',   (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'subject', c.subject, 'state', c.state) ORDER BY c.id), '[]')
                             FROM message c WHERE c.corrects = m.id AND c.state <> 'rejected'))
  FROM message m
  JOIN department d ON d.id = m.department_id
  JOIN staff a ON a.id = m.author_id
 WHERE m.id = :message::bigint;

-- name: message_reach :json
-- How many an audience reaches on the ways that a message takes, with the time of the count.
SELECT audience_split(:audience::text, :districts::bigint[], :topics::bigint[], message_ways(m), :lang::text, m.id)
  FROM message m
 WHERE m.id = :message::bigint;

-- name: message_reach_of :json
-- The same for the audience that a message has.
SELECT audience_split(m.audience, m.districts, m.topics, message_ways(m), :lang::text, m.id)
  FROM message m
 WHERE m.id = :message::bigint;

-- name: message_choices :json
-- What may be chosen at the desk: the departments of this person and that of the
-- message (0: none yet), districts, topics.  Those that the message has stay to be chosen
-- when they are no longer offered: whoever saves its page unchanged reaches nobody else.
SELECT jsonb_build_object(
         'departments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name, 'contact', d.contact)
                                  ORDER BY d.place, d.id), '[]')
                           FROM department d
                          WHERE (d.active AND EXISTS (SELECT FROM staff_department sd
                                                       WHERE sd.department_id = d.id AND sd.staff_id = :staff::bigint))
                             OR d.id = (SELECT department_id FROM message WHERE id = :message::bigint)),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY place, id), '[]')
                         FROM district WHERE active OR id = ANY (SELECT unnest(districts) FROM message WHERE id = :message)),
         'topics', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'hint', nullif(hint, '')) ORDER BY place, id), '[]')
                      FROM topic WHERE active OR id = ANY (SELECT unnest(topics) FROM message WHERE id = :message)));

-- name: message_recent :json
-- What one may start from: the latest that went out, own departments first.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'subject', r.subject, 'department', r.department,
                                             'published', moment(r.published, :lang::text)) ORDER BY r.place), '[]')
  FROM (SELECT m.id, m.subject, d.name AS department, m.published,
               row_number() OVER (ORDER BY sd.staff_id IS NULL, m.published DESC, m.id DESC) AS place
          FROM message m
          JOIN department d ON d.id = m.department_id
          LEFT JOIN staff_department sd ON sd.department_id = d.id AND sd.staff_id = :staff::bigint
         WHERE m.state IN ('sending', 'sent') AND m.subject <> ''
         ORDER BY place
         LIMIT 8) r;

-- name: message_create :one
-- A draft of the first department of its author, with that department's contact.
-- No row: this person belongs to no department.
INSERT INTO message (department_id, author_id, editor_id, contact)
SELECT d.id, sd.staff_id, sd.staff_id, d.contact
  FROM staff_department sd
  JOIN department d ON d.id = sd.department_id
 WHERE sd.staff_id = :staff::bigint AND d.active
 ORDER BY d.place, d.id
 LIMIT 1
RETURNING id;

-- name: message_copy :one
-- A draft with what another message says and shows, and to whom; its times are asked for again,
-- and districts and topics that are no longer offered stay behind.  To whom is asked again, too,
-- where what is left would reach more people: without some of those that were chosen, or
-- without the first message or the survey that said whom it was for.
INSERT INTO message (department_id, author_id, editor_id, subject, body, contact, audience, districts, topics,
                     by_email, by_line, by_sms, by_webpush, by_x, on_site, ladder, ladder_yen, until_household, pictures, copied_from)
SELECT own.id, :staff::bigint, :staff, m.subject, m.body,
       CASE WHEN own.id = m.department_id THEN m.contact ELSE own.contact END,
       CASE WHEN m.corrects IS NULL
             AND NOT EXISTS (SELECT FROM survey_message s WHERE s.message_id = m.id AND s.people <> 'all')
             AND (m.audience = 'everyone'
                  OR NOT EXISTS (SELECT FROM district WHERE id = ANY (m.districts) AND NOT active)
                 AND NOT EXISTS (SELECT FROM topic WHERE id = ANY (m.topics) AND NOT active)) THEN m.audience END,
       ARRAY(SELECT id FROM district WHERE id = ANY (m.districts) AND active ORDER BY id),
       ARRAY(SELECT id FROM topic WHERE id = ANY (m.topics) AND active ORDER BY id),
       m.by_email, m.by_line, m.by_sms, m.by_webpush, m.by_x, m.on_site, m.ladder, m.ladder_yen, m.until_household, m.pictures, m.id
  FROM message m
  JOIN LATERAL staff_home(:staff, m.department_id) own ON own.id IS NOT NULL
 WHERE m.id = :message::bigint
RETURNING id;

-- The five pages that are saved.  No row: somebody saved the same page since it
-- was opened, or the message is not being written any more.

-- name: message_save_content :exec
UPDATE message m
   SET department_id = :department::bigint, subject = :subject::text, body = :body::text,
       contact = :contact::text, editor_id = :staff::bigint
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned')
   AND message_mark(m, 'content') = :seen::text;

-- name: message_save_audience :exec
-- All who got what it corrects are in the districts of that.
UPDATE message m
   SET audience = :audience::text, topics = :topics::bigint[],
       districts = CASE WHEN m.corrects IS NOT NULL AND :audience = 'everyone'
                        THEN (SELECT o.districts FROM message o WHERE o.id = m.corrects) ELSE :districts::bigint[] END,
       editor_id = :staff::bigint
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned')
   AND message_mark(m, 'audience') = :seen::text;

-- name: message_save_channels :exec
UPDATE message m
   SET by_email = :by_email::boolean, by_line = :by_line::boolean, by_sms = :by_sms::boolean,
       by_webpush = :by_webpush::boolean, by_x = :by_x::boolean, on_site = :on_site::boolean,
       ladder = nullif(:ladder::jsonb, 'null'), ladder_yen = nullif(:ladder_yen::int, -1),
       until_household = :until_household::boolean, editor_id = :staff::bigint
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned')
   AND message_mark(m, 'channels') = :seen::text;

-- name: message_save_pictures :exec
UPDATE message m
   SET pictures = :pictures::jsonb, editor_id = :staff::bigint
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned')
   AND message_mark(m, 'pictures') = :seen::text;

-- name: message_save_schedule :exec
UPDATE message m
   SET scheduled = true, send_at = to_timestamp(nullif(:send_at::bigint, 0) / 1000.0),
       valid_until = to_timestamp(:valid_until::bigint / 1000.0), valid_preset = :valid_preset::boolean,
       publish_until = to_timestamp(:publish_until::bigint / 1000.0), editor_id = :staff::bigint
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned')
   AND message_mark(m, 'schedule') = :seen::text;

-- name: message_follow :exec
-- Before it is submitted: where nobody typed until when it may be sent, that is what its pages show.
UPDATE message m SET valid_until = message_valid_until(m)
 WHERE m.id = :message::bigint AND m.state IN ('draft', 'returned') AND m.valid_until <> message_valid_until(m);

-- name: message_now :one
-- The time by which times are judged, in milliseconds.
SELECT (extract(epoch FROM now()) * 1000)::bigint AS now;

-- name: message_tester :one
-- Where a test goes: the sealed address of the person who asks for it.
SELECT email FROM staff WHERE id = :staff::bigint AND state = 'active';

-- name: message_tests :json
-- What became of this person's tests of a message, latest first, in the states of
-- part/status_tag.  "current": nothing was changed since.  No row: no such message.
SELECT jsonb_build_object(
         'going', coalesce(bool_or(l.state IN ('waiting', 'sending')), false),
         'tests', coalesce(jsonb_agg(message_time(l.created, :lang::text) || jsonb_build_object(
                    'state', l.state, 'current', l.created >= l.updated) ORDER BY l.id DESC), '[]'))
         || message_time(now(), :lang)
  FROM (SELECT l.id, l.created, m.updated,
               CASE l.state WHEN 'queued' THEN 'waiting' WHEN 'accepted' THEN 'sent' ELSE l.state END AS state
          FROM letter l
          JOIN message m ON m.id = l.message_id
         WHERE l.message_id = :message::bigint AND l.staff_id = :staff::bigint AND l.kind = 'message_test'
         ORDER BY l.id DESC
         LIMIT 10) l
HAVING EXISTS (SELECT FROM message WHERE id = :message);
