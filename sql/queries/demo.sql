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
                :addresses::bytea[], :hashes::bytea[])
      AS u (state, language, districts, topics, vital, address, hash)),
  people AS (
    INSERT INTO citizen (id, state, language, districts, topics, vital_only, reach, confirmed, created)
    OVERRIDING SYSTEM VALUE
    SELECT id, state, language, districts::bigint[], topics::bigint[], vital = 1, '{email}', now(), now()
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

-- name: demo_survey :one
-- A draft with its questions; choices and rows are given by their words alone.
WITH doc AS (SELECT :doc::jsonb AS d),
     made AS (
       INSERT INTO questionnaire (purpose, questions, editor_id)
       SELECT 'survey', jsonb_array_length(d -> 'questions'), s.id FROM doc JOIN staff s ON s.login = d ->> 'author'
       RETURNING id, editor_id),
     asked AS (
       INSERT INTO question (questionnaire_id, code, place, kind, required, texts, choices, settings, show, jumps)
       SELECT made.id, x ->> 'code', n, x ->> 'kind', coalesce((x ->> 'required')::boolean, true),
              jsonb_build_object('ja', jsonb_build_object('label', x ->> 'label', 'help', coalesce(x ->> 'help', ''))),
              (SELECT coalesce(jsonb_agg(jsonb_build_object('code', c.n::text, 'texts', jsonb_build_object('ja', c.t)) ORDER BY c.n), '[]')
                 FROM jsonb_array_elements_text(coalesce(x -> 'choices', '[]')) WITH ORDINALITY c (t, n))
              || CASE WHEN x ? 'other' THEN jsonb_build_array(jsonb_build_object('code', 'other', 'other', true,
                                                 'texts', jsonb_build_object('ja', x ->> 'other'))) ELSE '[]' END
              || CASE WHEN x ? 'none' THEN jsonb_build_array(jsonb_build_object('code', 'none', 'none', true,
                                                 'texts', jsonb_build_object('ja', x ->> 'none'))) ELSE '[]' END,
              coalesce(x -> 'settings', '{}')
              || CASE WHEN x ->> 'kind' = 'scale' THEN jsonb_build_object(
                   'low', jsonb_build_object('texts', jsonb_build_object('ja', x #>> '{settings,low}')),
                   'high', jsonb_build_object('texts', jsonb_build_object('ja', x #>> '{settings,high}'))) ELSE '{}' END
              || CASE WHEN x ? 'rows' THEN jsonb_build_object('rows', (
                   SELECT jsonb_agg(jsonb_build_object('code', 'r' || r.n, 'texts', jsonb_build_object('ja', r.t)) ORDER BY r.n)
                     FROM jsonb_array_elements_text(x -> 'rows') WITH ORDINALITY r (t, n))) ELSE '{}' END,
              x -> 'show', coalesce(x -> 'jumps', '[]')
         FROM doc, made, jsonb_array_elements(d -> 'questions') WITH ORDINALITY e (x, n)
       RETURNING 1)
INSERT INTO survey (questionnaire_id, department_id, author_id, texts, contact, minutes, mode, opens, closes)
SELECT made.id, p.id, made.editor_id,
       jsonb_build_object('ja', jsonb_build_object('title', d ->> 'title', 'purpose', d ->> 'purpose',
                                                   'readers', d ->> 'readers', 'thanks', d ->> 'thanks')),
       p.contact, (d ->> 'minutes')::int, d ->> 'mode', now() - make_interval(days => (d ->> 'days_ago')::int),
       ((now() AT TIME ZONE 'Asia/Tokyo')::date + (d ->> 'days_open')::int - (d ->> 'days_ago')::int + time '17:00') AT TIME ZONE 'Asia/Tokyo'
  FROM doc, made, department p
 WHERE p.name = d ->> 'department' AND (SELECT count(*) FROM asked) > 0
RETURNING id, questionnaire_id, author_id;

-- name: demo_survey_open :exec
UPDATE survey SET state = 'open', opened = opens WHERE id = :survey::bigint;

-- name: demo_survey_end :exec
UPDATE survey SET state = 'closed', closed = closes WHERE id = :survey::bigint;

-- name: demo_responses :exec
-- doc: [{"answers", "seconds", "days" (ago), "way", "language", "number"}].
INSERT INTO response (questionnaire_id, edition, number, language, way, answers, seconds, day)
SELECT :questionnaire::bigint, 1, r ->> 'number', r ->> 'language', r ->> 'way', r -> 'answers', (r ->> 'seconds')::int,
       (now() AT TIME ZONE 'Asia/Tokyo')::date - (r ->> 'days')::int
  FROM jsonb_array_elements(:doc::jsonb) r;

-- name: demo_population :exec
-- Who lives there: so many in the districts by their weight, and by age as in a town of Japan, where many
-- are old.  doc: {"people", "districts": [{"name", "weight"}]}.
WITH doc AS (SELECT :doc::jsonb AS d),
     ages AS (SELECT (n - 1) * 5 AS age, share
                FROM unnest('{33,39,43,44,50,52,52,58,64,76,75,64,60,60,71,58,46,55}'::int[]) WITH ORDINALITY a (share, n)),
     lives AS (
       INSERT INTO population (district_id, from_age, to_age, people)
       SELECT s.id, age, CASE WHEN age = 85 THEN 150 ELSE age + 4 END,
              round((d ->> 'people')::int * (x ->> 'weight')::numeric / (SELECT sum((y ->> 'weight')::int) FROM jsonb_array_elements(d -> 'districts') y)
                    * share / (SELECT sum(share) FROM ages))
         FROM doc, jsonb_array_elements(d -> 'districts') x JOIN district s ON s.name = x ->> 'name', ages
        WHERE d ? 'people'
       RETURNING people)
INSERT INTO population_file (as_of, people, staff_id)
SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo')::date, sum(people), (SELECT min(id) FROM staff)
  FROM lives HAVING count(*) > 0;

-- name: demo_drafts :exec
-- Some began and went no further, most of them at the first questions; nobody has the link to go on with.
INSERT INTO response_draft (hash, questionnaire_id, edition, sealed, reached)
SELECT sha256(gen_random_uuid()::text::bytea), q.questionnaire_id, 1, '', q.code
  FROM question q, generate_series(1, :answers::int * 3 / (100 * (1 + q.place)))
 WHERE q.questionnaire_id = :questionnaire::bigint AND q.kind <> 'note';

-- name: demo_tally_design :exec
INSERT INTO tally_design (questionnaire_id, age_code, district_code)
VALUES (:questionnaire::bigint, :age::text, :district::text)
ON CONFLICT (tenant_id, questionnaire_id) DO UPDATE SET age_code = excluded.age_code, district_code = excluded.district_code;

-- name: demo_event :one
-- An event with its dates.  "days" are counted from today, negative ones are past; "weekday"
-- (1: Monday) moves on to the next one; it happens "repeat" times, "every" seven days, but not
-- the times in "not".  Sign-up opens on day "opens" at 9:00 and closes at 17:00, "closes" days
-- before; yesterday where a lottery is to be drawn, whose value is of the day behind.
WITH doc AS (SELECT d, today + (d ->> 'days')::int + coalesce(((d ->> 'weekday')::int + 7 - extract(isodow FROM today + (d ->> 'days')::int)::int) % 7, 0) AS day, today
  FROM (SELECT :doc::jsonb AS d, (now() AT TIME ZONE 'Asia/Tokyo')::date AS today) x),
term AS (
  SELECT (CASE WHEN d ? 'opens' THEN today + (d ->> 'opens')::int ELSE least(today, day) - 14 END + time '09:00') AT TIME ZONE 'Asia/Tokyo' AS opens,
         CASE WHEN (d ->> 'draw')::boolean THEN today - interval '1 minute'
              WHEN (d ->> 'closed')::boolean THEN today - 1 + time '17:00'
              ELSE CASE WHEN day < today THEN day - 1 ELSE greatest(day - coalesce((d ->> 'closes')::int, 1), today + 1) END + time '17:00' END AT TIME ZONE 'Asia/Tokyo' AS closes
    FROM doc WHERE d ->> 'rule' IN ('first', 'lottery', 'approval')),
made AS (
  INSERT INTO event (department_id, author_id, state, texts, category, district_id, place, address, latitude, longitude, access, organiser,
                     contact, free, childcare, sign_language, online, rule, opens, closes, group_max, offer_hours, created, published, cancelled)
  SELECT p.id, s.id, coalesce(d ->> 'state', 'open'),
         coalesce(d -> 'texts', '{}') || jsonb_build_object('ja', jsonb_build_object('title', d ->> 'title', 'text', coalesce(d ->> 'text', ''),
           'target', coalesce(d ->> 'target', ''), 'fee', coalesce(d ->> 'fee', ''), 'bring', coalesce(d ->> 'bring', ''))),
         coalesce(d ->> 'category', ''), (SELECT id FROM district WHERE name = d ->> 'district'),
         coalesce(d ->> 'place', ''), coalesce(d ->> 'address', ''), (d ->> 'latitude')::numeric, (d ->> 'longitude')::numeric,
         coalesce(d ->> 'access', ''), coalesce(d ->> 'organiser', ''), p.contact,
         coalesce((d ->> 'free')::boolean, true), coalesce((d ->> 'childcare')::boolean, false),
         coalesce((d ->> 'sign_language')::boolean, false), coalesce((d ->> 'online')::boolean, false),
         coalesce(d ->> 'rule', 'none'), (SELECT opens FROM term), (SELECT closes FROM term),
         coalesce((d ->> 'group_max')::int, 1), (d ->> 'offer_hours')::int, least(now(), day - 20),
         CASE WHEN d ->> 'state' IS DISTINCT FROM 'draft' THEN least(now(), day) - interval '15 days' END,
         CASE WHEN d ->> 'state' = 'cancelled' THEN now() - interval '1 day' END
    FROM doc JOIN department p ON p.name = d ->> 'department' JOIN staff s ON s.login = d ->> 'author'
  RETURNING id, closes),
slots AS (
  INSERT INTO event_slot (event_id, begins, ends, days, capacity)
  SELECT made.id, t.begins, t.begins + make_interval(mins => coalesce((d ->> 'minutes')::int, 1440)), NOT d ? 'time', (d ->> 'capacity')::int
    FROM made, doc, generate_series(0, coalesce((d ->> 'repeat')::int, 1) - 1) AS n,
         LATERAL (SELECT (day + coalesce((d ->> 'every')::int, 7) * n + coalesce((d ->> 'time')::time, '00:00')) AT TIME ZONE 'Asia/Tokyo' AS begins) t
   WHERE NOT coalesce(d -> 'not', '[]') @> to_jsonb(n)
   ORDER BY n
  RETURNING id),
quotas AS (
  INSERT INTO event_quota (slot_id, name, capacity)
  SELECT slots.id, q.key, q.value::int FROM slots, doc, jsonb_each_text(coalesce(d -> 'quotas', '{}')) q)
SELECT made.id, min(slots.id) AS slot, coalesce(((made.closes AT TIME ZONE 'Asia/Tokyo')::date + 1)::text, '') AS value_day
  FROM made, slots GROUP BY made.id, made.closes;

-- name: demo_picture_clean :exec
-- A picture that comes with the program needs no look for viruses.
UPDATE attachment SET state = 'clean', due = NULL WHERE id IN (:large::text::uuid, :small::text::uuid);

-- name: demo_message_picture :exec
UPDATE message SET pictures = jsonb_build_array(jsonb_build_object('id', :large::text, 'small', :small::text, 'text', :words::text))
 WHERE id = :message::bigint;

-- name: demo_event_picture :exec
UPDATE event SET picture = :large::uuid, picture_small = :small::uuid, picture_text = :words::text WHERE id = :event::bigint;

-- name: demo_came :exec
-- Who came to an event that is over: all but each ninth, a few minutes before it began.
INSERT INTO checkin (id, event_id, slot_id, application_id, people, door, device, at)
SELECT gen_random_uuid(), a.event_id, a.slot_id, a.id, a.people, '', 'demo', s.begins - make_interval(mins => (a.id % 25)::int)
  FROM application a JOIN event_slot s ON s.id = a.slot_id
 WHERE a.event_id = :event::bigint AND a.state = 'confirmed' AND a.id % 9 <> 4;

-- name: demo_application :exec
-- One sign-up, confirmed as long as there are seats.
WITH seat AS (
  UPDATE event_slot SET taken = taken + :people::int
   WHERE id = :slot::bigint AND taken + :people <= coalesce(capacity, 2147483647) AND :state::text = 'confirmed'
  RETURNING 1)
INSERT INTO application (event_id, slot_id, number, people, state, waiting, wins, person, channel, created)
SELECT s.event_id, s.id, :number::text, :people,
       CASE WHEN :state <> 'confirmed' OR EXISTS (SELECT FROM seat) THEN :state ELSE 'waiting' END,
       CASE WHEN :state = 'confirmed' AND NOT EXISTS (SELECT FROM seat)
            THEN (SELECT count(*) + 1 FROM application WHERE slot_id = s.id AND state = 'waiting') END,
       :wins::int, :person::bytea, CASE :wins WHEN 0 THEN 'web' ELSE 'phone' END, least(now(), s.begins) - interval '3 days'
  FROM event_slot s WHERE s.id = :slot;
