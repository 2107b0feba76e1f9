-- Events as staff make them: see app/domain/event.h.
-- role: web

-- name: event_desk_list :json
-- Drafts, then what comes soonest, then what is over; a page of them behind event "after"
-- (0: the first), and with how many there are of each state.  "next": there are more.
WITH found AS (
  SELECT e.id, n.slot, CASE WHEN e.state = 'draft' THEN 0 WHEN n.begins IS NOT NULL THEN 1 ELSE 2 END AS part,
         CASE WHEN e.state <> 'draft' AND n.begins IS NOT NULL THEN extract(epoch FROM n.begins) ELSE -extract(epoch FROM e.updated) END AS place
    FROM event e
    LEFT JOIN LATERAL (SELECT s.id AS slot, s.begins FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL AND s.ends > now()
                        ORDER BY s.begins LIMIT 1) n ON true
   WHERE (:state::text = '' OR e.state = :state)
     AND NOT EXISTS (SELECT FROM unnest(string_to_array(:search::text, ' ')) AS word
                      WHERE strpos(lower(normalize(e.texts->'ja'->>'title', NFKC)), lower(word)) = 0)),
page AS (
  SELECT f.* FROM found f
   WHERE :after::bigint = 0 OR (f.part, f.place, f.id) > (SELECT b.part, b.place, b.id FROM found b WHERE b.id = :after)
   ORDER BY f.part, f.place, f.id LIMIT :most::int + 1)
SELECT jsonb_build_object(
         'counts', (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}') FROM (SELECT state, count(*) AS n FROM event GROUP BY state) c),
         'rows', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'id', x.id, 'state', x.state, 'title', nullif(x.texts->'ja'->>'title', ''), 'department', d.name,
                           'next', CASE WHEN s.id IS NOT NULL THEN slot_text(s.begins, s.ends, s.days, :lang::text) END,
                           'datetime', rfc3339(s.begins), 'more', (SELECT count(*) - 1 FROM event_slot m WHERE m.event_id = x.id AND m.cancelled IS NULL),
                           'rule', x.rule, 'signs_up', x.rule <> 'none', 'opens_later', coalesce(x.opens > now(), false), 'closed', coalesce(x.closes <= now(), false),
                           'seats', (SELECT sum(m.taken) FROM event_slot m WHERE m.event_id = x.id AND m.cancelled IS NULL),
                           'capacity', (SELECT CASE WHEN bool_and(m.capacity IS NOT NULL) THEN sum(m.capacity) END FROM event_slot m
                                         WHERE m.event_id = x.id AND m.cancelled IS NULL),
                           'waiting', (SELECT count(*) FROM application a WHERE a.event_id = x.id AND a.state = 'waiting'))
                         ORDER BY p.part, p.place, p.id), '[]')
                    FROM page p
                    JOIN event x ON x.id = p.id
                    JOIN department d ON d.id = x.department_id
                    LEFT JOIN event_slot s ON s.id = p.slot));

-- name: event_desk_show :json
-- One event with all that its pages show.  "seen" are the marks that forms carry.
SELECT jsonb_build_object(
         'id', e.id, 'state', e.state, 'draft', e.state = 'draft', 'open', e.state = 'open', 'ended', e.state = 'ended',
         'cancelled', e.state = 'cancelled', 'questionnaire', e.questionnaire_id, 'copied_from', e.copied_from,
         'title', nullif(e.texts->'ja'->>'title', ''), 'texts', e.texts || jsonb_build_object('ja', event_japanese(e)),
         'languages', to_jsonb(event_languages(e)),
         'category', e.category, 'organiser', e.organiser, 'contact', e.contact,
         'place', e.place, 'address', e.address, 'latitude', e.latitude::text, 'longitude', e.longitude::text, 'access', e.access,
         'district', e.district_id, 'picture', e.picture, 'picture_small', e.picture_small, 'picture_text', e.picture_text,
         'picture_state', (SELECT CASE WHEN e.picture IS NULL THEN NULL WHEN bool_or(t.state = 'infected') THEN 'infected' WHEN bool_and(t.state = 'clean') THEN 'clean' ELSE 'waiting' END
                             FROM attachment t WHERE t.id IN (e.picture, e.picture_small)), 'free', e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online) || jsonb_build_object(
         'rule', e.rule, 'signs_up', e.rule <> 'none', 'lottery', e.rule = 'lottery', 'approval', e.rule = 'approval', 'first', e.rule = 'first',
         'opens', moment(e.opens, :lang::text), 'opens_ms', (extract(epoch FROM e.opens) * 1000)::bigint,
         'closes', moment(e.closes, :lang), 'closes_ms', (extract(epoch FROM e.closes) * 1000)::bigint,
         'closes_past', coalesce(e.closes <= now(), false), 'opens_later', coalesce(e.opens > now(), false),
         'group_max', e.group_max, 'names', e.names, 'once', e.once, 'waiting', e.waiting, 'in_order', e.in_order,
         'offer_hours', e.offer_hours, 'listed', e.listed, 'reminder_hours', e.reminder_hours, 'thanks', e.thanks, 'missed', e.missed, 'sorry', e.sorry, 'survey', e.survey_id,
         'each', to_jsonb(e.each)) || jsonb_build_object('memo', e.memo, 'call_off', nullif(e.call_off, ''), 'call_offs', event_whys(e), 'imported', e.source_key IS NOT NULL,
         'department', jsonb_build_object('id', d.id, 'name', d.name), 'author', jsonb_build_object('id', a.id, 'name', a.name),
         'updated', moment(e.updated, :lang), 'published', moment(e.published, :lang),
         'questions', (SELECT count(*) FROM question q WHERE q.questionnaire_id = e.questionnaire_id),
         'files', EXISTS (SELECT FROM question q WHERE q.questionnaire_id = e.questionnaire_id AND q.kind = 'file'),
         'edition', coalesce((SELECT n.edition FROM questionnaire n WHERE n.id = e.questionnaire_id), 0),
         'applications', (SELECT count(*) FROM application x WHERE x.event_id = e.id),
         'counts', (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}')
                      FROM (SELECT x.state, count(*) AS n FROM application x WHERE x.event_id = e.id GROUP BY x.state) c),
         'people', (SELECT coalesce(sum(x.people), 0) FROM application x WHERE x.event_id = e.id AND x.state = 'confirmed'),
         'entered', (SELECT coalesce(sum(c.people), 0) FROM checkin c WHERE c.event_id = e.id AND c.undone IS NULL AND NOT c.again),
         'value_day', (SELECT min(l.value_day) FROM lottery l JOIN event_slot s ON s.id = l.slot_id WHERE s.event_id = e.id AND l.drawn IS NULL),
         'drawn', NOT EXISTS (SELECT FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL
                                 AND NOT EXISTS (SELECT FROM lottery l WHERE l.slot_id = s.id)),
         'seen', jsonb_build_object('content', event_mark(e, 'content'), 'place', event_mark(e, 'place'), 'picture', event_mark(e, 'picture'), 'rules', event_mark(e, 'rules'),
                                    'around', event_mark(e, 'around'), 'each', event_mark(e, 'each'), 'memo', event_mark(e, 'memo')),
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang), 'datetime', rfc3339(s.begins),
                            'begins_ms', floor(extract(epoch FROM s.begins) * 1000)::bigint, 'ends_ms', floor(extract(epoch FROM s.ends) * 1000)::bigint,
                            'capacity', s.capacity, 'taken', s.taken, 'over', s.ends <= now(), 'began', s.begins <= now(),
                            'cancelled', s.cancelled IS NOT NULL, 'call_off', s.call_off, 'why', s.call_off ->> 'ja', 'full', coalesce(s.taken >= s.capacity, false),
                            'percent', CASE WHEN s.capacity > 0 THEN s.taken * 100 / s.capacity ELSE 0 END,
                            'waiting', (SELECT count(*) FROM application w WHERE w.slot_id = s.id AND w.state = 'waiting'),
                            'excess', (SELECT nullif(sum(c.over), 0) FROM checkin c WHERE c.slot_id = s.id AND c.over > 0),
                            'applications', (SELECT count(*) FROM application w WHERE w.slot_id = s.id),
                            'active', (SELECT count(*) FROM application w WHERE w.slot_id = s.id AND w.state IN ('applied', 'confirmed', 'waiting', 'offered')),
                            'quotas', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name, 'capacity', q.capacity, 'taken', q.taken)
                                                        ORDER BY q.id), '[]') FROM event_quota q WHERE q.slot_id = s.id))
                          ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id))
  FROM event e
  JOIN department d ON d.id = e.department_id
  JOIN staff a ON a.id = e.author_id
 WHERE e.id = :event::bigint;

-- name: event_desk_choices :json
-- Departments of this person and that of the event, the districts, surveys that can follow; where a map to choose its place on begins.
SELECT jsonb_build_object(
         'begin', (SELECT jsonb_build_object('from_lat', latitude, 'from_lon', longitude, 'zoom', 14)
                     FROM event WHERE latitude IS NOT NULL AND longitude IS NOT NULL ORDER BY updated DESC, id DESC LIMIT 1),
         'departments', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) ORDER BY d.place, d.id), '[]')
                           FROM department d
                          WHERE (d.active AND EXISTS (SELECT FROM staff_department sd WHERE sd.department_id = d.id AND sd.staff_id = :staff::bigint))
                             OR d.id = (SELECT department_id FROM event WHERE id = :event::bigint)),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY place, id), '[]') FROM district WHERE active),
         'surveys', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', texts->'ja'->>'title') ORDER BY updated DESC), '[]')
                       FROM survey WHERE state IN ('draft', 'open') AND texts->'ja'->>'title' <> ''));

-- name: event_create :one
SELECT event_create(:title::text, :copied::bigint, :staff::bigint) AS id;

-- No row: somebody saved the same page since it was opened, or it is too late for it.

-- name: event_content :exec
UPDATE event e
   SET texts = jsonb_set(e.texts, '{ja}', coalesce(e.texts->'ja', '{}') || jsonb_build_object('title', :title::text, 'text', :text::text,
               'target', :target::text, 'fee', :fee::text, 'bring', :bring::text)),
       category = :category::text, organiser = :organiser::text, contact = :contact::text, department_id = :department::bigint,
       free = :free::boolean, childcare = :childcare::boolean, sign_language = :sign_language::boolean, online = :online::boolean
 WHERE e.id = :event::bigint AND event_mark(e, 'content') = :seen::text AND e.state IN ('draft', 'open');

-- name: event_texts :exec
-- What it says in another language.
UPDATE event e
   SET texts = CASE :texts::jsonb WHEN '{}' THEN e.texts - :language::text ELSE jsonb_set(e.texts, ARRAY[:language], :texts) END
 WHERE e.id = :event::bigint AND :language <> 'ja' AND e.state IN ('draft', 'open');

-- name: event_place :exec
UPDATE event e
   SET place = :place::text, address = :address::text, access = :access::text, district_id = nullif(:district::bigint, 0),
       latitude = nullif(:latitude::text, '')::numeric, longitude = nullif(:longitude::text, '')::numeric
 WHERE e.id = :event::bigint AND event_mark(e, 'place') = :seen::text AND e.state IN ('draft', 'open');

-- name: event_picture :exec
UPDATE event e
   SET picture = nullif(:large::text, '')::uuid, picture_small = nullif(:small::text, '')::uuid, picture_text = :words::text
 WHERE e.id = :event::bigint AND event_mark(e, 'picture') = :seen::text AND e.state IN ('draft', 'open');

-- name: event_picture_find :json
-- As everybody may see it: not of a draft.
SELECT json_build_object('id', t.id, 'kind', t.kind, 'name', t.name, 'picture', true, 'clean', t.state = 'clean')
  FROM event e JOIN attachment t ON t.id IN (e.picture, e.picture_small)
 WHERE e.id = :event::bigint AND e.state IN ('open', 'ended', 'cancelled') AND t.id::text = :id::text;

-- name: event_rules :exec
UPDATE event e
   SET rule = :rule::text, opens = to_timestamp(nullif(:opens::bigint, 0) / 1000.0), closes = to_timestamp(nullif(:closes::bigint, 0) / 1000.0),
       group_max = :group_max::int, names = :names::text, once = :once::boolean, waiting = :waiting::boolean, in_order = :in_order::boolean,
       offer_hours = nullif(:offer_hours::int, 0), listed = :listed::boolean
 WHERE e.id = :event::bigint AND event_mark(e, 'rules') = :seen::text AND e.state IN ('draft', 'open');

-- name: event_ask :exec
-- An event that takes applications only after it was published asks its questions from then on.
SELECT questionnaire_publish(n.id, audit_actor_id(), '')
  FROM event e JOIN questionnaire n ON n.id = e.questionnaire_id
 WHERE e.id = :event::bigint AND e.state = 'open' AND e.rule <> 'none' AND n.edition = 0
   AND EXISTS (SELECT FROM question q WHERE q.questionnaire_id = n.id);

-- name: event_reseat :exec
-- Under other rules somebody who waits may have a seat: a queue that was strict lets small groups pass.
SELECT seat_promote(s.id) FROM (SELECT x.id FROM event_slot x WHERE x.event_id = :event::bigint AND x.cancelled IS NULL AND x.begins > now()
                                 ORDER BY x.id FOR NO KEY UPDATE) s;

-- name: event_around :exec
UPDATE event e
   SET reminder_hours = nullif(:reminder_hours::int, 0), thanks = :thanks::text, missed = :missed::text, sorry = :sorry::text, survey_id = nullif(:survey::bigint, 0)
 WHERE e.id = :event::bigint AND event_mark(e, 'around') = :seen::text AND e.state IN ('draft', 'open');

-- name: event_recount :exec
-- When people are reminded, after a change of dates or hours.
UPDATE application SET due = NULL WHERE event_id = :event::bigint AND state IN ('confirmed', 'offered', 'waiting');

-- name: event_each :exec
UPDATE event e SET each = :codes::text[]
 WHERE e.id = :event::bigint AND event_mark(e, 'each') = :seen::text AND e.state = 'draft';

-- name: event_memo :exec
UPDATE event e SET memo = :memo::text WHERE e.id = :event::bigint AND event_mark(e, 'memo') = :seen::text;

-- name: event_dates_add :one
SELECT event_dates_add(:event::bigint, to_timestamp(:begins::bigint / 1000.0), to_timestamp(:ends::bigint / 1000.0), :step::text,
                       nullif(:until::text, '')::date, :except::text[]::date[], :holidays::boolean, nullif(:capacity::int, 0), :quotas::jsonb) AS made;

-- name: event_date_save :one
SELECT overhang, bad, first FROM event_date_save(:event::bigint, :slot::bigint, to_timestamp(:begins::bigint / 1000.0), to_timestamp(:ends::bigint / 1000.0),
                                          nullif(:capacity::int, 0), :quotas::jsonb);

-- name: event_date_remove :one
SELECT event_date_remove(:event::bigint, :slot::bigint) AS removed;

-- name: event_date_off :one
SELECT event_date_off(:event::bigint, :slot::bigint, :why::jsonb) AS people;

-- name: event_date_why :exec
-- The same in other words; not where it goes with the whole event.
UPDATE event_slot SET call_off = :why::jsonb
 WHERE id = :slot::bigint AND event_id = :event::bigint AND cancelled IS NOT NULL
   AND (call_off <> '{}' OR EXISTS (SELECT FROM event e WHERE e.id = :event AND e.state <> 'cancelled'));

-- name: event_publish :exec
UPDATE event SET state = 'open', published = now() WHERE id = :event::bigint AND state = 'draft';

-- name: event_end :exec
UPDATE event SET state = 'ended' WHERE id = :event::bigint AND state = 'open';

-- name: event_off :one
SELECT event_call_off(:event::bigint) AS people, audit_write('event.cancel', :event, NULL);

-- name: event_off_why :exec
-- Why: before it is called off, and in other words afterwards.
UPDATE event SET call_off = :why::jsonb ->> 'ja', texts = event_why(texts, :why) WHERE id = :event::bigint AND state IN ('open', 'cancelled');

-- --- applicants ---

-- name: applicant_list :many
-- Those of an event: a date (0: all), a state ('': all); a page of them, behind application
-- "after" (0: the first).
WITH found AS (
  SELECT a.id, a.slot_id, s.begins, array_position(ARRAY['confirmed', 'offered', 'applied', 'waiting'], a.state) AS part,
         CASE a.state WHEN 'waiting' THEN row_number() OVER (PARTITION BY a.slot_id, a.state ORDER BY NOT a.ahead, a.waiting) ELSE 0 END AS place
    FROM application a
    JOIN event_slot s ON s.id = a.slot_id
   WHERE a.event_id = :event::bigint AND (:slot::bigint = 0 OR a.slot_id = :slot)
     AND (:state::text = '' OR a.state = :state OR (:state = 'active' AND a.state IN ('applied', 'confirmed', 'waiting', 'offered')))),
page AS (
  SELECT f.* FROM found f
   WHERE :after::bigint = 0 OR (f.begins, f.slot_id, coalesce(f.part, 9), f.place, f.id)
                             > (SELECT b.begins, b.slot_id, coalesce(b.part, 9), b.place, b.id FROM found b WHERE b.id = :after)
   ORDER BY f.begins, f.slot_id, coalesce(f.part, 9), f.place, f.id LIMIT :most::int)
SELECT a.id, a.number, a.state, a.people, a.person, a.contact, a.channel, a.language, a.slot_id AS slot, a.answers, a.memo, a.ahead,
       coalesce(a.edition, 0) AS edition,
       slot_text(s.begins, s.ends, s.days, :lang::text) AS begins, rfc3339(s.begins) AS datetime, moment(a.created, :lang) ->> 'text' AS created,
       rfc3339(a.created) AS created_at, coalesce(moment(a.offer_until, :lang) ->> 'text', '') AS offer_until, p.place,
       (SELECT coalesce(string_agg(q.name || ' ' || c.n, '、' ORDER BY q.id), '')
          FROM unnest(a.quotas, a.claims) AS c (quota, n) JOIN event_quota q ON q.id = c.quota WHERE c.n > 0) AS quotas,
       coalesce((SELECT to_char(c.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') FROM checkin c
                  WHERE c.application_id = a.id AND c.undone IS NULL AND NOT c.again LIMIT 1), '') AS entered
  FROM page p
  JOIN application a ON a.id = p.id
  JOIN event_slot s ON s.id = a.slot_id
 ORDER BY p.begins, p.slot_id, coalesce(p.part, 9), p.place, p.id;

-- name: applicant_documents :json
-- The sign-up form as it was asked, by edition.
SELECT coalesce(jsonb_object_agg(q.edition::text, q.document), '{}')
  FROM questionnaire_edition q JOIN event e ON e.questionnaire_id = q.questionnaire_id WHERE e.id = :event::bigint;

-- name: applicant_sealed :one
SELECT a.number, a.person, a.contact FROM application a WHERE a.id = :application::bigint AND a.event_id = :event::bigint;

-- name: applicant_more :json
-- Beside query application_show: what was written to them, who entered it, the memo.
SELECT jsonb_build_object(
         'memo', a.memo, 'ahead', a.ahead, 'by', (SELECT s.name FROM staff s WHERE s.id = a.staff_id), 'language', a.language,
         'letters', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'channel', l.channel, 'state', l.state, 'reason', l.reason,
                              'at', moment(l.created, :lang::text), 'subject', (SELECT n.subject FROM event_notice n WHERE n.id = l.notice_id)) ORDER BY l.id), '[]')
                       FROM letter l WHERE l.application_id = a.id))
  FROM application a WHERE a.id = :application::bigint;

-- name: applicant_seen :exec
-- That names and addresses were looked at is written down.
SELECT audit_write('application.seen', :application::bigint, NULL);

-- name: applicant_exported :exec
SELECT audit_write('event.exported', :event::bigint, NULL);

-- name: applicant_decide :one
SELECT application_decide(:application::bigint, :yes::boolean) AS outcome, audit_write('application.decided', :application, NULL);

-- name: applicant_ahead :one
SELECT application_ahead(:application::bigint, :ahead::boolean, :why::text) AS moved;

-- name: applicant_memo :exec
UPDATE application SET memo = :memo::text WHERE id = :application::bigint AND event_id = :event::bigint;

-- --- notices ---

-- name: notice_list :json
SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'subject', n.subject, 'by', s.name, 'at', moment(n.at, :lang::text),
                  'sent', n.sent IS NOT NULL, 'people', n.people,
                  'refused', (SELECT count(*) FROM letter l WHERE l.notice_id = n.id AND l.state IN ('refused', 'expired'))) ORDER BY n.id DESC), '[]')
  FROM event_notice n JOIN staff s ON s.id = n.staff_id WHERE n.event_id = :event::bigint;

-- name: notice_count :one
-- How many applications a notice would go to, and how many of them have an address.
SELECT count(*)::int AS people, count(a.contact)::int AS reached
  FROM application a
 WHERE a.event_id = :event::bigint AND (:slot::bigint = 0 OR a.slot_id = :slot)
   AND (a.state = ANY (:states::text[])
        OR ('entered' = ANY (:states) AND EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL))
        OR ('absent' = ANY (:states) AND a.state = 'confirmed' AND NOT EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL)));

-- name: notice_add :exec
INSERT INTO event_notice (event_id, slot_id, states, subject, body, staff_id)
SELECT e.id, nullif(:slot::bigint, 0), :states::text[], :subject::text, :body::text, :staff::bigint FROM event e WHERE e.id = :event::bigint;
