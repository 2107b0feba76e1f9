-- Check-in at the door (受付): domain/checkin.h.
-- role: web owner

-- name: checkin_event :json
-- The event of a door with its dates; off: those that were called off.
SELECT jsonb_build_object(
         'id', e.id, 'title', e.texts -> 'ja' ->> 'title', 'state', e.state,
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang::text), 'capacity', s.capacity, 'left', s.capacity - s.taken,
                     'quotas', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name) ORDER BY q.id), '[]')
                                  FROM event_quota q WHERE q.slot_id = s.id),
                     'today', (s.begins AT TIME ZONE 'Asia/Tokyo')::date <= (now() AT TIME ZONE 'Asia/Tokyo')::date
                          AND (s.ends AT TIME ZONE 'Asia/Tokyo')::date >= (now() AT TIME ZONE 'Asia/Tokyo')::date)
                   ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL),
         'off', (SELECT coalesce(jsonb_agg(s.id ORDER BY s.id), '[]') FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NOT NULL))
  FROM event e WHERE e.id = :event::bigint AND e.state <> 'draft';

-- name: checkin_list :many
-- Who may come: names are sealed.
SELECT a.id, a.number, a.slot_id AS slot, a.people, a.state, a.person, s.cancelled IS NOT NULL AS off,
       c.id AS entry, to_char(c.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') AS time, coalesce(c.door, '') AS door, coalesce(c.device, '') AS device,
       coalesce(floor(extract(epoch FROM c.at) * 1000), 0)::bigint AS at
  FROM application a JOIN event_slot s ON s.id = a.slot_id
  LEFT JOIN checkin c ON c.application_id = a.id AND c.undone IS NULL AND NOT c.again
 WHERE a.event_id = :event::bigint AND (:slot::bigint = 0 OR a.slot_id = :slot)
 ORDER BY a.number;

-- name: checkin_find :one
-- Held, so that a cancellation and an entry come one after the other.
SELECT a.id, a.number, a.event_id AS event, a.slot_id AS slot, a.people, a.state, a.person, s.cancelled IS NOT NULL AS off
  FROM application a JOIN event_slot s ON s.id = a.slot_id WHERE a.number = :number::text FOR SHARE OF a;

-- name: checkin_enter :one
-- Notes an entry.  The index checkin_once lets one of two doors win: made is 0 for the other,
-- which then reads who was first.  The same entry sent twice (its id) is there once.
WITH made AS (
  INSERT INTO checkin (id, event_id, slot_id, application_id, people, door, device, at, staff_id)
  VALUES (:id::uuid, :event::bigint, :slot::bigint, nullif(:application::bigint, 0), :people::int, :door::text, :device::text,
          least(to_timestamp(:at::bigint / 1000.0), now()), nullif(:staff::bigint, 0))
  ON CONFLICT DO NOTHING
  RETURNING 1)
SELECT (SELECT count(*) FROM made)::int AS made,
       (SELECT count(*) FROM checkin WHERE id = :id)::int AS known;

-- name: checkin_first :one
-- The entry that counts, of an application that is in.
SELECT c.id, c.door, c.device, to_char(c.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') AS time, floor(extract(epoch FROM c.at) * 1000)::bigint AS at
  FROM checkin c WHERE c.application_id = :application::bigint AND c.undone IS NULL AND NOT c.again;

-- name: checkin_again :exec
-- A second entry that a device had already let in without network: it is told, not counted.
INSERT INTO checkin (id, event_id, slot_id, application_id, people, door, device, at, staff_id, again)
VALUES (:id::uuid, :event::bigint, :slot::bigint, :application::bigint, :people::int, :door::text, :device::text,
        least(to_timestamp(:at::bigint / 1000.0), now()), nullif(:staff::bigint, 0), true)
ON CONFLICT DO NOTHING;

-- name: checkin_hold :exec
-- Dates before applications, as everywhere: for whoever lets in both in one transaction.
SELECT FROM event_slot s WHERE s.event_id = :event::bigint ORDER BY s.id FOR NO KEY UPDATE;

-- name: walk_in_date :one
-- Which date people without application come to, where the door is for all: one of today, then
-- one that is not over, then the nearest; one that was called off only where there is no other.
SELECT s.id FROM event_slot s
 WHERE s.event_id = :event::bigint
 ORDER BY s.cancelled IS NOT NULL, (s.begins AT TIME ZONE 'Asia/Tokyo')::date <= (now() AT TIME ZONE 'Asia/Tokyo')::date
          AND (s.ends AT TIME ZONE 'Asia/Tokyo')::date >= (now() AT TIME ZONE 'Asia/Tokyo')::date DESC,
          s.ends > now() DESC, greatest(s.begins - now(), now() - s.begins), s.id
 LIMIT 1;

-- name: walk_in_add :one
SELECT outcome, coalesce(room, 0) AS room, coalesce(over, 0) AS over, coalesce(lacking, '') AS lacking
  FROM walk_in_add(:id::uuid, :event::bigint, :slot::bigint, :people::int, :quotas::bigint[], :claims::int[], :door::text, :device::text,
                   to_timestamp(:at::bigint / 1000.0), nullif(:staff::bigint, 0), :anyway::boolean);

-- name: checkin_undo :one
SELECT checkin_undo(:id::uuid, :event::bigint) AS undone;

-- name: checkin_counts :json
-- inside: all who are in; left: seats that are free, NULL without limit; over: who is in without
-- a seat (人数超過), and of which quotas.
WITH slot AS (
  SELECT s.id, s.capacity, s.taken FROM event_slot s
   WHERE s.event_id = :event::bigint AND (:slot::bigint = 0 OR s.id = :slot) AND s.cancelled IS NULL),
entry AS (
  SELECT c.* FROM checkin c WHERE c.event_id = :event AND (:slot = 0 OR c.slot_id = :slot) AND c.undone IS NULL)
SELECT jsonb_build_object(
         'applied', (SELECT coalesce(sum(people), 0) FROM application
                      WHERE event_id = :event AND (:slot = 0 OR slot_id = :slot) AND state = 'confirmed'),
         'inside', (SELECT coalesce(sum(people), 0) FROM entry WHERE NOT again),
         'entered', (SELECT coalesce(sum(people), 0) FROM entry WHERE NOT again AND application_id IS NOT NULL),
         'walk_ins', (SELECT coalesce(sum(people), 0) FROM entry WHERE application_id IS NULL),
         'doubles', (SELECT count(*) FROM entry WHERE again),
         'capacity', (SELECT CASE WHEN bool_and(capacity IS NOT NULL) THEN sum(capacity) END FROM slot),
         'left', (SELECT CASE WHEN bool_and(capacity IS NOT NULL) THEN sum(capacity - taken) END FROM slot),
         'over', (SELECT coalesce(sum(over), 0) FROM entry),
         'lacking', (SELECT coalesce(string_agg(x.name || ' ' || x.n, '、' ORDER BY x.name), '')
                       FROM (SELECT q.name, sum(u.claim - u.have) AS n
                               FROM entry, unnest(quotas, claims, held) AS u (quota, claim, have) JOIN event_quota q ON q.id = u.quota
                              WHERE u.have < u.claim GROUP BY q.name) x));

-- name: checkin_latest :json
-- The last ten, for undo.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'number', x.number, 'people', x.people, 'door', nullif(x.door, ''), 'again', x.again, 'over', nullif(x.over, 0),
                  'time', to_char(x.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI')) ORDER BY x.received DESC), '[]')
  FROM (SELECT c.id, c.people, c.door, c.at, c.received, c.again, c.over, a.number
          FROM checkin c LEFT JOIN application a ON a.id = c.application_id
         WHERE c.event_id = :event::bigint AND c.undone IS NULL
         ORDER BY c.received DESC LIMIT 10) x;

-- name: door_make :exec
INSERT INTO door (hash, event_id, name, staff_id, ends)
VALUES (:hash::bytea, :event::bigint, :name::text, :staff::bigint, now() + make_interval(hours => :hours::int));

-- name: door_list :json
-- The links that still open something.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name, 'by', s.name, 'ends', moment(d.ends, :lang::text)) ORDER BY d.ends, d.id), '[]')
  FROM door d JOIN staff s ON s.id = d.staff_id
 WHERE d.event_id = :event::bigint AND d.withdrawn IS NULL AND d.ends > now();

-- name: door_withdraw :exec
UPDATE door SET withdrawn = now() WHERE id = :door::bigint AND event_id = :event::bigint AND withdrawn IS NULL;

-- name: door_open :one
-- role: web
-- over: its time is; then a device may still tell, for a day, whom it had let in before.
SELECT d.event_id AS event, d.name, d.withdrawn IS NOT NULL OR d.ends < now() - interval '1 day' AS dead, d.ends <= now() AS over,
       floor(extract(epoch FROM d.ends) * 1000)::bigint AS ends
  FROM door d JOIN event e ON e.id = d.event_id
 WHERE d.hash = :hash::bytea AND e.state <> 'draft';
