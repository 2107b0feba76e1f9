-- Check-in at the door (受付): domain/checkin.h.
-- role: web owner

-- name: checkin_event :json
-- The event of a door, with today's dates or, where there is none today, the next ones.
SELECT jsonb_build_object(
         'id', e.id, 'title', e.texts -> 'ja' ->> 'title', 'state', e.state,
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang::text), 'capacity', s.capacity,
                     'today', (s.begins AT TIME ZONE 'Asia/Tokyo')::date <= (now() AT TIME ZONE 'Asia/Tokyo')::date
                          AND (s.ends AT TIME ZONE 'Asia/Tokyo')::date >= (now() AT TIME ZONE 'Asia/Tokyo')::date)
                   ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL))
  FROM event e WHERE e.id = :event::bigint AND e.state <> 'draft';

-- name: checkin_list :many
-- Who may come: names are sealed.
SELECT a.id, a.number, a.slot_id AS slot, a.people, a.state, a.person,
       c.id AS entry, to_char(c.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') AS time, coalesce(c.door, '') AS door, coalesce(c.device, '') AS device,
       coalesce(floor(extract(epoch FROM c.at) * 1000), 0)::bigint AS at
  FROM application a
  LEFT JOIN checkin c ON c.application_id = a.id AND c.undone IS NULL AND NOT c.again
 WHERE a.event_id = :event::bigint AND (:slot::bigint = 0 OR a.slot_id = :slot)
 ORDER BY a.number;

-- name: checkin_find :one
-- Held, so that a cancellation and an entry come one after the other.
SELECT a.id, a.number, a.event_id AS event, a.slot_id AS slot, a.people, a.state, a.person
  FROM application a WHERE a.number = :number::text FOR SHARE;

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

-- name: checkin_undo :exec
UPDATE checkin SET undone = now() WHERE id = :id::uuid AND event_id = :event::bigint AND undone IS NULL;

-- name: checkin_counts :json
SELECT jsonb_build_object(
         'applied', (SELECT coalesce(sum(people), 0) FROM application
                      WHERE event_id = :event::bigint AND (:slot::bigint = 0 OR slot_id = :slot) AND state = 'confirmed'),
         'entered', (SELECT coalesce(sum(people), 0) FROM checkin
                      WHERE event_id = :event AND (:slot = 0 OR slot_id = :slot) AND undone IS NULL AND NOT again AND application_id IS NOT NULL),
         'walk_ins', (SELECT coalesce(sum(people), 0) FROM checkin
                       WHERE event_id = :event AND (:slot = 0 OR slot_id = :slot) AND undone IS NULL AND application_id IS NULL),
         'doubles', (SELECT count(*) FROM checkin WHERE event_id = :event AND (:slot = 0 OR slot_id = :slot) AND undone IS NULL AND again));

-- name: checkin_latest :json
-- The last ten, for undo.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'number', x.number, 'people', x.people, 'door', nullif(x.door, ''), 'again', x.again,
                  'time', to_char(x.at AT TIME ZONE 'Asia/Tokyo', 'HH24:MI')) ORDER BY x.received DESC), '[]')
  FROM (SELECT c.id, c.people, c.door, c.at, c.received, c.again, a.number
          FROM checkin c LEFT JOIN application a ON a.id = c.application_id
         WHERE c.event_id = :event::bigint AND c.undone IS NULL
         ORDER BY c.received DESC LIMIT 10) x;

-- name: door_make :exec
INSERT INTO door (hash, event_id, name, staff_id, ends)
VALUES (:hash::bytea, :event::bigint, :name::text, :staff::bigint, now() + make_interval(hours => :hours::int));

-- name: door_open :one
-- role: web
SELECT d.event_id AS event, d.name FROM door d JOIN event e ON e.id = d.event_id
 WHERE d.hash = :hash::bytea AND d.ends > now() AND e.state <> 'draft';
