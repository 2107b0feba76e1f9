-- Approval: submitted, signed, given back.
-- role: web

-- name: approval_lock :one
-- The message stands still until this transaction ends: what is read after this
-- is what is decided on.
SELECT state, revision, encode(hash, 'hex') AS hash,
       coalesce(valid_until <= now(), false) AS late
  FROM message
 WHERE id = :message::bigint
   FOR UPDATE;

-- name: approval_show :json
-- What the pages of approval show besides message_show, as this person sees it.
-- "own": why this person's word would not count.  "returned": the version that was given back last;
-- "earlier": the one that was submitted before this one.
SELECT jsonb_build_object(
         'own', CASE WHEN m.author_id = :staff::bigint THEN 'author'
                     WHEN m.submitter_id = :staff THEN 'submitter'
                     WHEN m.editor_id = :staff THEN 'editor' END,
         'returner', EXISTS (SELECT FROM approval a
                              WHERE a.message_id = m.id AND a.act = 'return' AND a.staff_id = :staff),
         'approvers', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name) ORDER BY p.id), '[]')
                         FROM message_approvers(m.id, coalesce(m.submitter_id, :staff)) p),
         'approvers_here', (SELECT coalesce(bool_or(p.here), false) FROM message_approvers(m.id, coalesce(m.submitter_id, :staff)) p),
         'submitted', (SELECT message_time(a.at, :lang::text) || jsonb_build_object(
                                'who', s.name, 'comment', nullif(a.comment, ''),
                                'recipients', to_char(a.recipients, 'FM999,999,999'))
                         FROM approval a JOIN staff s ON s.id = a.staff_id
                        WHERE a.message_id = m.id AND a.act = 'submit' AND a.revision = m.revision
                        ORDER BY a.id DESC LIMIT 1),
         'returned', (SELECT message_time(a.at, :lang) || jsonb_build_object(
                               'revision', a.revision, 'who', s.name, 'comment', nullif(a.comment, ''))
                        FROM approval a JOIN staff s ON s.id = a.staff_id
                       WHERE a.message_id = m.id AND a.act = 'return'
                       ORDER BY a.id DESC LIMIT 1),
         'earlier', (SELECT message_time(a.at, :lang) || jsonb_build_object(
                              'revision', a.revision, 'who', s.name,
                              'returned', (SELECT jsonb_build_object('who', r.name, 'comment', nullif(x.comment, ''))
                                             FROM approval x JOIN staff r ON r.id = x.staff_id
                                            WHERE x.message_id = m.id AND x.act = 'return' AND x.revision = a.revision
                                            ORDER BY x.id DESC LIMIT 1))
                       FROM approval a JOIN staff s ON s.id = a.staff_id
                      WHERE a.message_id = m.id AND a.act = 'submit' AND a.revision < m.revision
                      ORDER BY a.id DESC LIMIT 1),
         'due', coalesce(m.send_at <= now(), true),
         'late', coalesce(m.valid_until <= now(), false))
  FROM message m
 WHERE m.id = :message::bigint;

-- name: approval_renderings :json
-- What a version of a message says: {"email": {"ja": {…}, …}, "site": {"ja": {…}}}.
SELECT coalesce(jsonb_object_agg(c.channel, c.languages), '{}')
  FROM (SELECT channel, jsonb_object_agg(language, content) AS languages
          FROM message_rendering
         WHERE message_id = :message::bigint AND revision = :revision::int AND channel <> 'terms'
         GROUP BY channel) c;

-- name: approval_terms :json
-- To whom, how and when a version was to go, in the shape of message_show.
SELECT r.content || jsonb_build_object(
         'send_at',       moment(to_timestamp((r.content ->> 'send_at_ms')::bigint / 1000.0), :lang::text),
         'valid_until',   moment(to_timestamp((r.content ->> 'valid_until_ms')::bigint / 1000.0), :lang),
         'publish_until', moment(to_timestamp((r.content ->> 'publish_until_ms')::bigint / 1000.0), :lang),
         'late', false, 'night', false, 'holiday', false)
  FROM message_rendering r
 WHERE r.message_id = :message::bigint AND r.revision = :revision::int AND r.channel = 'terms';

-- name: approval_rendering_add :exec
INSERT INTO message_rendering (message_id, revision, channel, language, content)
VALUES (:message::bigint, :revision::int, :channel::text, :language::text, :content::jsonb)
ON CONFLICT (tenant_id, message_id, revision, channel, language) DO UPDATE SET content = EXCLUDED.content;

-- name: approval_add :exec
-- What somebody did, to the version that stands.  recipients: the number they saw, negative for none.
INSERT INTO approval (message_id, revision, act, staff_id, hash, comment, recipients)
SELECT m.id, m.revision, :act::text, :staff::bigint, coalesce(:hash::bytea, m.hash), :comment::text,
       CASE WHEN :recipients::int >= 0 THEN :recipients END
  FROM message m
 WHERE m.id = :message::bigint;

-- name: approval_submit :exec
UPDATE message
   SET state = 'pending', submitter_id = :staff::bigint, hash = :hash::bytea
 WHERE id = :message::bigint AND state IN ('draft', 'returned');

-- name: approval_move :exec
UPDATE message SET state = :state::text WHERE id = :message::bigint;

-- name: approval_approvers :many
SELECT id, email FROM message_approvers(:message::bigint, :staff::bigint);

-- name: approval_stranded :json
-- Messages that wait for somebody who is not there any more, for whoever gives and takes the roles.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'subject', x.subject) ORDER BY x.updated, x.id), '[]')
  FROM (SELECT m.id, m.subject, m.updated FROM message m
         WHERE m.state = 'pending' AND NOT EXISTS (SELECT FROM message_approvers(m.id, m.submitter_id))
         ORDER BY m.updated, m.id LIMIT 20) x;

-- name: approval_writers :many
-- Who hears what became of it: those who wrote, but not whoever did it.
SELECT id, email FROM message_writers(:message::bigint) WHERE id <> :staff::bigint;

-- name: approval_concerned :many
-- The same, and who approved the version that stands.
SELECT s.id, s.email
  FROM staff s
  JOIN message m ON m.id = :message::bigint
 WHERE s.state = 'active' AND s.id <> :staff::bigint
   AND (s.id IN (SELECT w.id FROM message_writers(m.id) w)
        OR s.id IN (SELECT a.staff_id FROM approval a
                     WHERE a.message_id = m.id AND a.act = 'approve' AND a.revision = m.revision))
 ORDER BY s.id;
