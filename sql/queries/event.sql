-- Events at the desk (domain/event.c).
-- role: web

-- name: event_desk_list :json
-- By state ('': all), those that come next first.
SELECT coalesce(json_agg(json_build_object(
         'id',         e.id,
         'title',      nullif(e.texts -> 'ja' ->> 'title', ''),
         'state',      e.state,
         'rule',       e.rule,
         'department', d.name,
         'next',       moment(s.begins, :lang::text),
         'dates',      s.dates,
         'taken',      s.taken,
         'capacity',   s.capacity,
         'waiting',    (SELECT count(*) FROM application a WHERE a.event_id = e.id AND a.state = 'waiting'))
       ORDER BY s.begins IS NULL, s.begins, e.id DESC), '[]')
  FROM event e
  JOIN department d ON d.id = e.department_id
 CROSS JOIN LATERAL (SELECT min(begins) FILTER (WHERE begins > now() AND cancelled IS NULL) AS begins, count(*) AS dates,
                            coalesce(sum(taken), 0) AS taken, sum(capacity) AS capacity
                       FROM event_slot x WHERE x.event_id = e.id) s
 WHERE :state::text = '' OR e.state = :state;

-- name: event_desk_show :json
SELECT json_build_object(
         'id',         e.id,
         'revision',   extract(epoch FROM e.updated)::bigint,
         'state',      e.state,
         'draft',      e.state = 'draft',
         'open',       e.state = 'open',
         'rule',       e.rule,
         'title',      nullif(e.texts -> 'ja' ->> 'title', ''),
         'texts',      e.texts -> 'ja',
         'category',   e.category, 'place', e.place, 'address', e.address, 'access', e.access,
         'organiser',  e.organiser, 'contact', e.contact,
         'free',       e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online, 'listed', e.listed,
         'group_max',  e.group_max, 'once', e.once, 'waiting', e.waiting, 'in_order', e.in_order, 'offer_hours', e.offer_hours,
         'opens_ms',   coalesce((extract(epoch FROM e.opens) * 1000)::bigint, 0),
         'closes_ms',  coalesce((extract(epoch FROM e.closes) * 1000)::bigint, 0),
         'opens',      moment(e.opens, :lang::text),
         'closes',     moment(e.closes, :lang),
         'department', d.name,
         'slots',      (SELECT coalesce(json_agg(json_build_object(
                          'id', s.id, 'begins', moment(s.begins, :lang), 'ends', to_char(s.ends AT TIME ZONE 'Asia/Tokyo', 'FMHH24:MI'),
                          'capacity', s.capacity, 'taken', s.taken, 'cancelled', s.cancelled IS NOT NULL,
                          'waiting', (SELECT count(*) FROM application a WHERE a.slot_id = s.id AND a.state = 'waiting'),
                          'used', EXISTS (SELECT FROM application a WHERE a.slot_id = s.id),
                          'quotas', (SELECT coalesce(json_agg(json_build_object('name', q.name, 'taken', q.taken, 'capacity', q.capacity)
                                                              ORDER BY q.id), '[]') FROM event_quota q WHERE q.slot_id = s.id))
                        ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id),
         'applications', (SELECT count(*) FROM application a WHERE a.event_id = e.id))
  FROM event e
  JOIN department d ON d.id = e.department_id
 WHERE e.id = :event::bigint;

-- name: event_add :one
-- In the writer's first department.
INSERT INTO event (department_id, author_id, texts, contact, free)
SELECT (SELECT min(sd.department_id) FROM staff_department sd WHERE sd.staff_id = :staff::bigint), :staff,
       jsonb_build_object('ja', jsonb_build_object('title', :title::text)), '', true
RETURNING id, audit_write('event.add', id, NULL);

-- name: event_save :exec
-- No row: somebody else saved meanwhile, or it is over.
UPDATE event SET texts = texts || jsonb_build_object('ja', :texts::jsonb), category = :category::text, place = :place::text,
       address = :address::text, access = :access::text, organiser = :organiser::text, contact = :contact::text,
       free = :free::boolean, childcare = :childcare::boolean, sign_language = :sign_language::boolean, online = :online::boolean,
       listed = :listed::boolean, updated = clock_timestamp(), sequence = sequence + 1
 WHERE id = :event::bigint AND extract(epoch FROM updated)::bigint = :revision::bigint AND state IN ('draft', 'open');

-- name: event_rules :exec
-- The way in which seats are given stays once somebody has signed up.
UPDATE event SET rule = :rule::text, opens = to_timestamp(nullif(:opens_ms::bigint, 0) / 1000.0),
       closes = to_timestamp(nullif(:closes_ms::bigint, 0) / 1000.0), group_max = :group_max::int, once = :once::boolean,
       waiting = :waiting::boolean, in_order = :in_order::boolean, offer_hours = nullif(:offer_hours::int, 0), updated = clock_timestamp()
 WHERE id = :event::bigint AND extract(epoch FROM updated)::bigint = :revision::bigint AND state IN ('draft', 'open')
   AND (rule = :rule OR NOT EXISTS (SELECT FROM application a WHERE a.event_id = event.id));

-- name: event_slot_add :one
INSERT INTO event_slot (event_id, begins, ends, capacity)
SELECT e.id, to_timestamp(:begins_ms::bigint / 1000.0), to_timestamp(:ends_ms::bigint / 1000.0), nullif(:capacity::int, 0)
  FROM event e WHERE e.id = :event::bigint AND e.state IN ('draft', 'open')
RETURNING id;

-- name: event_quota_add :exec
INSERT INTO event_quota (slot_id, name, capacity) VALUES (:slot::bigint, :name::text, :capacity::int) ON CONFLICT DO NOTHING;

-- name: event_slot_remove :exec
-- While nobody has signed up for it.
DELETE FROM event_slot WHERE id = :slot::bigint AND event_id = :event::bigint
   AND NOT EXISTS (SELECT FROM application a WHERE a.slot_id = event_slot.id);

-- name: event_slot_capacity :one
-- How many people too many there are for it; 0: it is so now.
SELECT seat_capacity(s.id, :capacity::int) AS over FROM event_slot s WHERE s.id = :slot::bigint AND s.event_id = :event::bigint;

-- name: event_open :exec
UPDATE event SET state = 'open', published = now(), updated = clock_timestamp()
 WHERE id = :event::bigint AND state = 'draft' AND texts -> 'ja' ->> 'title' <> '' AND contact <> ''
   AND EXISTS (SELECT FROM event_slot s WHERE s.event_id = event.id AND s.begins > now());

-- name: event_cancel :one
-- Called off: it is told to exactly those who have signed up.
SELECT event_call_off(:event::bigint) AS ended, audit_write('event.cancel', :event, NULL);

-- name: event_applicants :many
-- Who signed up, by date and in order.
SELECT a.id, a.number, a.state, a.people, a.person, a.contact, a.channel, coalesce(a.waiting, 0) AS waiting,
       moment(s.begins, :lang::text) ->> 'text' AS begins, rfc3339(s.begins) AS datetime,
       (SELECT coalesce(string_agg(q.name || ' ' || c.n, '、' ORDER BY q.id), '')
          FROM unnest(a.quotas, a.claims) AS c (quota, n) JOIN event_quota q ON q.id = c.quota WHERE c.n > 0) AS quotas
  FROM application a
  JOIN event_slot s ON s.id = a.slot_id
 WHERE a.event_id = :event::bigint
 ORDER BY s.begins, s.id, a.waiting NULLS FIRST, a.id
 LIMIT 2000;

-- name: event_applicant_decide :many
-- No row: none of this event.
SELECT application_decide(a.id, :yes::boolean) AS outcome, audit_write('application.decided', a.id, NULL)
  FROM application a WHERE a.id = :application::bigint AND a.event_id = :event::bigint;

-- name: event_applicant_end :many
SELECT application_end(a.id, 'cancelled') AS done, audit_write('application.cancelled', a.id, NULL)
  FROM application a WHERE a.id = :application::bigint AND a.event_id = :event::bigint;
