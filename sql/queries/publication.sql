-- What the public reads: messages that went out and are on the site, as long as
-- they are published.  The documents are those of the pages and of the API alike.
-- role: web

-- name: publication_list :many
-- The newest ones, "count" of them and one more if there is one (domain/publication.c
-- takes it off, names departments and topics, and writes the date).  What everybody opens
-- when something happens: on its own, without conditions that may not be there, because
-- they cost a fifth of it and hide the index from the planner.  That index,
-- message_on_site, has every column that is asked for here.
SELECT m.id, m.subject, m.department_id AS department, m.published, m.topics, m.cover,
       m.corrected_by IS NOT NULL AND EXISTS (SELECT FROM message c WHERE c.id = m.corrected_by
         AND c.state IN ('sending', 'sent') AND c.publish_until > now()) AS corrected
  FROM message m
 WHERE m.on_site AND m.state IN ('sending', 'sent')
   AND m.publish_until > now()
 ORDER BY m.published DESC, m.id DESC
 LIMIT :count::int + 1;

-- name: publication_list_of :many
-- The same of one topic, one district or both (0: all), older than the message before:
-- the last one on the page before this (0: the first page).  A message for everybody in
-- town is one for each district.
SELECT m.id, m.subject, m.department_id AS department, m.published, m.topics, m.cover,
       m.corrected_by IS NOT NULL AND EXISTS (SELECT FROM message c WHERE c.id = m.corrected_by
         AND c.state IN ('sending', 'sent') AND c.publish_until > now()) AS corrected
  FROM message m
 WHERE m.on_site AND m.state IN ('sending', 'sent')
   AND (m.published, m.id) < (coalesce((SELECT b.published FROM message b WHERE b.id = :before::bigint AND :before <> 0),
                                       'infinity'), :before)
   AND m.publish_until > now()
   AND (:topic::bigint = 0 OR :topic = ANY (m.topics))
   AND (:district::bigint = 0 OR m.districts = '{}' OR :district = ANY (m.districts))
 ORDER BY m.published DESC, m.id DESC
 LIMIT :count::int + 1;

-- name: publication_departments :list
SELECT id, name FROM department;

-- name: publication_topics :list
-- All of them, also those that are not offered any more, for what was said earlier.
SELECT id, name, vital FROM topic ORDER BY place, id;

-- name: publication_choices :json
-- By what the list can be narrowed down.
SELECT json_build_object(
         'topics', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'vital', vital) ORDER BY place, id), '[]')
                      FROM topic WHERE active),
         'districts', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY place, id), '[]')
                         FROM district WHERE active));

-- name: publication_show :json
-- One message.  "gone": it was on the site and is not any more; then nothing of it
-- is in the document.
SELECT CASE WHEN m.state = 'stopped' OR m.publish_until <= now()
       THEN json_build_object('gone', true)
       ELSE json_build_object(
         'gone',           false,
         'id',             m.id,
         'subject',        m.subject,
         'language',       r.language,
         'department',     d.name,
         'published',      rfc3339(m.published),
         'published_text', CASE :lang::text WHEN 'ja' THEN wareki_time(m.published) ELSE western_time(m.published) END,
         'topics',         (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'vital', t.vital)
                                            ORDER BY t.place, t.id), '[]')
                              FROM topic t WHERE t.id = ANY (m.topics)),
         'districts',      (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.place, t.id), '[]')
                              FROM district t WHERE t.id = ANY (m.districts)),
         'body_html',      r.content ->> 'html',
         'contact',        nullif(m.contact, ''),
         'pictures',       message_pictures(m),
         -- What it corrects, and what corrects it, as far as anybody may read that.
         'corrects',       (SELECT json_build_object('id', o.id, 'subject', o.subject) FROM message o
                             WHERE o.id = m.corrects AND o.on_site AND o.state IN ('sending', 'sent') AND o.publish_until > now()),
         'correction',     (SELECT json_build_object('id', c.id, 'subject', c.subject, 'published', rfc3339(c.published),
                                     'published_text', CASE :lang WHEN 'ja' THEN wareki_time(c.published) ELSE western_time(c.published) END)
                              FROM message c
                             WHERE c.id = m.corrected_by AND c.state IN ('sending', 'sent') AND c.publish_until > now()))
       END
  FROM message m
  JOIN department d ON d.id = m.department_id
  JOIN LATERAL (SELECT language, content
                  FROM message_rendering
                 WHERE message_id = m.id AND revision = m.revision AND channel = 'site' AND language IN (:lang, 'ja')
                 ORDER BY language = :lang DESC
                 LIMIT 1) r ON true
 WHERE m.id = :message::bigint
   AND m.on_site AND m.published IS NOT NULL AND m.state IN ('sending', 'sent', 'stopped');

-- name: publication_picture :json
-- A picture of a message that is out, in one of its sizes: on the site or not, because mails
-- and chats show it too.
SELECT json_build_object('tenant', t.tenant_id, 'id', t.id, 'kind', t.kind, 'digest', encode(t.digest, 'hex'))
  FROM message m
  JOIN attachment t ON t.id = ANY (message_picture_files(m.pictures))
 WHERE m.id = :message::bigint AND t.id::text = :id::text AND t.state = 'clean'
   AND m.published IS NOT NULL AND m.state IN ('sending', 'sent') AND m.publish_until > now();

-- name: publication_feed :json
-- The twenty newest with their text, and when anything of it was last new.
SELECT json_build_object(
         'updated', coalesce(max(rfc3339(x.published)), (SELECT rfc3339(created) FROM tenant)),
         'messages', coalesce(json_agg(json_build_object(
           'id',         x.id,
           'day',        to_char(x.published AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
           'subject',    x.subject,
           'language',   'ja',
           'department', d.name,
           'published',  rfc3339(x.published),
           'topics',     (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.place, t.id), '[]')
                            FROM topic t WHERE t.id = ANY (x.topics)),
           'body',       r.content ->> 'html',
           'pictures',   x.pictures,
           'corrects',   x.corrects,
           'correction', x.corrected_by)
           ORDER BY x.published DESC, x.id DESC), '[]'))
  FROM (SELECT m.id, m.revision, m.subject, m.published, m.department_id, m.topics, message_pictures(m) AS pictures,
               -- What may be read, as on the page of a message.
               (SELECT o.id FROM message o
                 WHERE o.id = m.corrects AND o.on_site AND o.state IN ('sending', 'sent') AND o.publish_until > now()) AS corrects,
               (SELECT o.id FROM message o
                 WHERE o.id = m.corrected_by AND o.state IN ('sending', 'sent') AND o.publish_until > now()) AS corrected_by
          FROM message m
         WHERE m.on_site AND m.state IN ('sending', 'sent') AND m.publish_until > now()
         ORDER BY m.published DESC, m.id DESC
         LIMIT 20) x
  JOIN department d ON d.id = x.department_id
  JOIN message_rendering r ON r.message_id = x.id AND r.revision = x.revision AND r.channel = 'site' AND r.language = 'ja';

-- name: publication_document :json
-- One message as plain text, for what is no web page: CAP, the circular on paper.
-- "stopped": it was withdrawn; "ended": nobody is to read it any more; "corrects": the alert
-- that was given out before it.
SELECT json_build_object(
         'id',             m.id,
         'revision',       m.revision,
         'code',           t.code,
         'town',           t.name,
         'subject',        m.subject,
         'text',           coalesce(r.content ->> 'text', ''),
         'contact',        m.contact,
         'tenant_id',      m.tenant_id,
         'pictures',       message_pictures(m),
         'department',     d.name,
         'vital',          message_vital(m.topics),
         'stopped',        m.state = 'stopped',
         'ended',          m.publish_until <= now(),
         'published',      rfc3339(m.published),
         'published_text', wareki_time(m.published),
         'finished',       rfc3339(m.finished),
         'expires',        rfc3339(m.publish_until),
         'expires_text',   wareki_time(m.publish_until),
         'corrects',       (SELECT json_build_object('id', o.id, 'revision', o.revision, 'published', rfc3339(o.published)) FROM message o
                             WHERE o.id = m.corrects AND o.on_site AND o.published IS NOT NULL AND message_vital(o.topics)),
         'districts',      (SELECT coalesce(json_agg(json_build_object('id', x.id, 'name', x.name) ORDER BY x.place, x.id), '[]')
                              FROM district x WHERE x.id = ANY (m.districts)))
  FROM message m
  JOIN tenant t ON t.id = m.tenant_id
  JOIN department d ON d.id = m.department_id
  JOIN message_rendering r ON r.message_id = m.id AND r.revision = m.revision AND r.channel = 'site' AND r.language = 'ja'
 WHERE m.id = :message::bigint
   AND m.on_site AND m.published IS NOT NULL AND m.state IN ('sending', 'sent', 'stopped');

-- name: publication_alerts :json
-- Messages that are to save lives, for programs that relay them: those of the last thirty days
-- that have not ended, the newest first, and withdrawn ones.
SELECT json_build_object(
         'updated', coalesce(max(rfc3339(x.changed)), (SELECT rfc3339(created) FROM tenant)),
         'alerts', coalesce(json_agg(json_build_object(
           'id', x.id, 'revision', x.revision, 'subject', x.subject, 'stopped', x.stopped,
           'day', to_char(x.published AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
           'published', rfc3339(x.published), 'changed', rfc3339(x.changed))
           ORDER BY x.changed DESC, x.id DESC), '[]'))
  FROM (SELECT m.id, m.revision, m.subject, m.published, m.state = 'stopped' AS stopped,
               CASE m.state WHEN 'stopped' THEN m.finished ELSE m.published END AS changed
          FROM message m
         WHERE m.on_site AND m.published > now() - interval '30 days' AND m.state IN ('sending', 'sent', 'stopped')
           AND (m.state = 'stopped' OR m.publish_until > now())
           AND message_vital(m.topics)
         ORDER BY m.published DESC, m.id DESC
         LIMIT 50) x;
