-- Demonstration data: municipalities that do not exist, with people who do not
-- exist (cli/demo.c, sql/demo/*.json).
-- role: owner

-- name: demo_tenant :one
SELECT tenant_create(:kind::text, NULL, :name::text, :name_en::text, :host::text, :mail_from::text,
                     :contact::text) AS id;

-- name: demo_tenant_of :one
SELECT (tenant_face(:host::text) ->> 'id')::bigint AS id;

-- name: demo_places :exec
-- Departments, districts with postal codes, and topics, in the order of the file.
WITH doc AS (SELECT :doc::jsonb AS d),
     departments AS (
       INSERT INTO department (name, contact, place)
       SELECT x ->> 'name', x ->> 'contact', n FROM doc, jsonb_array_elements(d -> 'departments') WITH ORDINALITY e (x, n)
       RETURNING 1),
     topics AS (
       INSERT INTO topic (name, hint, vital, place)
       SELECT x ->> 'name', x ->> 'hint', coalesce((x ->> 'vital')::boolean, false), n
         FROM doc, jsonb_array_elements(d -> 'topics') WITH ORDINALITY e (x, n)
       RETURNING 1),
     districts AS (
       INSERT INTO district (name, kana, place)
       SELECT x ->> 'name', x ->> 'kana', n FROM doc, jsonb_array_elements(d -> 'districts') WITH ORDINALITY e (x, n)
       RETURNING id, name)
INSERT INTO district_postcode (postcode, district_id)
SELECT p, s.id
  FROM doc, jsonb_array_elements(d -> 'districts') x, jsonb_array_elements_text(x -> 'postcodes') p
  JOIN districts s ON true
 WHERE s.name = x ->> 'name';

-- name: demo_staff :exec
WITH s AS (
  INSERT INTO staff (login, name, email, email_hash, password, totp, state)
  VALUES (:login::text, :name::text, :email::bytea, :email_hash::bytea, :password::text, :totp::bytea, 'active')
  RETURNING id),
  roles AS (INSERT INTO staff_role (staff_id, role) SELECT s.id, r FROM s, unnest(:roles::text[]) AS r RETURNING 1)
INSERT INTO staff_department (staff_id, department_id)
SELECT s.id, d.id FROM s, department d WHERE d.name = ANY (:departments::text[]);

-- name: demo_choices :json
-- What citizens can choose from, to make some up: ids with a weight by place.
SELECT jsonb_build_object(
         'districts', (SELECT coalesce(jsonb_agg(id ORDER BY place), '[]') FROM district WHERE active),
         'topics', (SELECT coalesce(jsonb_agg(id ORDER BY place), '[]') FROM topic WHERE active AND NOT vital),
         'last', (SELECT coalesce(max(id), 0) FROM citizen));

-- name: demo_citizens :exec
-- Thousands at once.  Ids are drawn first, so that addresses find their person.
WITH made AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('citizen', 'id')) AS id, u.*
    FROM unnest(:states::text[], :languages::text[], :districts::text[], :topics::text[], :vital::int[],
                :decades::int[], :addresses::bytea[], :hashes::bytea[])
      AS u (state, language, districts, topics, vital, decade, address, hash)),
  people AS (
    INSERT INTO citizen (id, state, language, districts, topics, vital_only, birth_decade, reach, confirmed, created)
    OVERRIDING SYSTEM VALUE
    SELECT id, state, language, districts::bigint[], topics::bigint[], vital = 1, decade, '{email}', now(), now()
      FROM made
    RETURNING 1),
  agreed AS (
    INSERT INTO consent (citizen_id, version, language)
    SELECT made.id, c.version, made.language
      FROM made, (SELECT max(version) AS version FROM consent_document) c WHERE c.version IS NOT NULL
    RETURNING 1)
INSERT INTO contact (citizen_id, channel, address, hash, state, confirmed)
SELECT id, 'email', address, hash, 'active', now() FROM made;

-- name: demo_message :one
INSERT INTO message (department_id, author_id, editor_id)
SELECT d.id, s.id, s.id FROM department d, staff s
 WHERE d.name = :department::text AND s.login = :author::text
RETURNING id;

-- name: demo_message_write :exec
-- The clerk's part.
UPDATE message m
   SET subject = :subject::text, body = :body::text, contact = d.contact,
       audience = CASE WHEN cardinality(:districts::text[]) + cardinality(:topics::text[]) = 0
                       THEN 'everyone' ELSE 'chosen' END,
       districts = ARRAY(SELECT id FROM district WHERE name = ANY (:districts)),
       topics = ARRAY(SELECT id FROM topic WHERE name = ANY (:topics)),
       scheduled = true, valid_until = now() + interval '1 day', publish_until = now() + interval '60 days'
  FROM department d
 WHERE m.id = :message::bigint AND d.id = m.department_id;

-- name: demo_message_rendering :exec
INSERT INTO message_rendering (message_id, revision, channel, language, content)
VALUES (:message::bigint, :revision::int, :channel::text, :language::text, :content::jsonb);

-- name: demo_message_submit :exec
WITH act AS (
  INSERT INTO approval (message_id, revision, act, staff_id, hash)
  SELECT m.id, m.revision, 'submit', m.author_id, :hash::bytea FROM message m WHERE m.id = :message::bigint
  RETURNING 1)
UPDATE message SET state = 'pending', submitter_id = author_id, hash = :hash WHERE id = :message AND EXISTS (SELECT FROM act);

-- name: demo_message_sign :exec
INSERT INTO approval (message_id, revision, act, staff_id, hash)
SELECT m.id, m.revision, 'approve', s.id, m.hash FROM message m, staff s
 WHERE m.id = :message::bigint AND s.login = :approver::text;

-- name: demo_message_approve :exec
UPDATE message SET state = 'approved' WHERE id = :message::bigint;

-- name: demo_message_plan :one
SELECT message_plan(:message::bigint, 100) AS recipients;

-- name: demo_message_deliver :exec
-- As if a mail server had answered: one in sixty refuses, one in two hundred is full.
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, code, reason, detail, at)
SELECT b.message_id, c, b.channel, 1, 1, 1,
       CASE WHEN c % 60 = 7 THEN 'refused' WHEN c % 200 = 9 THEN 'refused' ELSE 'accepted' END,
       CASE WHEN c % 60 = 7 THEN 550 WHEN c % 200 = 9 THEN 552 ELSE 250 END,
       CASE WHEN c % 60 = 7 THEN 'mailbox_unknown' WHEN c % 200 = 9 THEN 'mailbox_full' END,
       CASE WHEN c % 60 = 7 THEN '5.1.1 User unknown' WHEN c % 200 = 9 THEN '5.2.2 Mailbox full' END,
       now() - make_interval(hours => :hours::int) + interval '20 seconds'
  FROM batch b, unnest(b.citizens) AS c
 WHERE b.message_id = :message::bigint;

-- name: demo_batch_done :exec
UPDATE batch b
   SET state = 'done', reached = size, fence = 1, accepted = d.accepted, refused = d.refused,
       finished = now() - make_interval(hours => :hours::int) + interval '30 seconds'
  FROM (SELECT x.id, count(*) FILTER (WHERE y.state = 'accepted') AS accepted,
               count(*) FILTER (WHERE y.state = 'refused') AS refused
          FROM batch x JOIN delivery y ON y.message_id = x.message_id AND y.citizen_id = ANY (x.citizens)
         WHERE x.message_id = :message::bigint GROUP BY x.id) d
 WHERE b.id = d.id;

-- name: demo_message_done :exec
WITH settled AS (SELECT message_settle(:message::bigint))
SELECT FROM settled;

-- name: demo_message_date :exec
UPDATE message SET published = now() - make_interval(hours => :hours::int),
       finished = now() - make_interval(hours => :hours) + interval '1 minute'
 WHERE id = :message::bigint;
