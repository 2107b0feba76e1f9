-- The calendar of events (行事予定) as everybody reads it: list, month, one event, feeds,
-- open data.  A filter that is not set is 0, '' or false.
-- role: web

-- name: agenda_list :json
-- Dates from a moment on, a page of them and one more if there is one.
WITH found AS (
  SELECT s.id AS slot, s.begins, s.ends, s.days, e.*, s.cancelled AS slot_cancelled, d.name AS district_name
    FROM event_slot s
    JOIN event e ON e.id = s.event_id
    LEFT JOIN district d ON d.id = e.district_id
   WHERE s.ends >= :from::timestamptz AND s.begins < :until::timestamptz
     AND (s.ends, s.id) > (:from, :after::bigint)
     AND event_shown(e.state, e.listed, e.cancelled)
     AND (:district::bigint = 0 OR e.district_id IS NULL OR e.district_id = :district)
     AND (NOT :free::boolean OR e.free)
     AND (NOT :childcare::boolean OR e.childcare)
     AND (NOT :sign_language::boolean OR e.sign_language)
     AND (NOT :online::boolean OR e.online)
     AND (:words::text = '' OR position(lower(:words) IN lower(concat_ws(' ', e.texts -> 'ja' ->> 'title', e.texts -> 'ja' ->> 'target',
          e.texts -> 'ja' ->> 'text', e.category, e.place))) > 0)
   ORDER BY s.begins, s.id
   LIMIT :count::int)
SELECT jsonb_build_object(
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'event', f.id,
                     'slot', f.slot,
                     'title', event_text(f.texts, :lang::text, 'title'),
                     'language', CASE WHEN coalesce(f.texts -> :lang ->> 'title', '') = '' THEN 'ja' ELSE :lang END,
                     'datetime', rfc3339(f.begins),
                     'when', slot_text(f.begins, f.ends, f.days, :lang),
                     'place', nullif(f.place, ''),
                     'picture', (SELECT t.id FROM attachment t WHERE t.id = f.picture_small AND t.state = 'clean'),
                     'address', nullif(f.address, ''),
                     'latitude', f.latitude, 'longitude', f.longitude,
                     'district', f.district_name,
                     'target', event_text(f.texts, :lang, 'target'),
                     'free', f.free, 'childcare', f.childcare, 'sign_language', f.sign_language, 'online', f.online,
                     'signs_up', f.rule <> 'none' AND f.state = 'open' AND now() >= coalesce(f.opens, '-infinity') AND now() < coalesce(f.closes, 'infinity'),
                     'cancelled', f.state = 'cancelled' OR f.slot_cancelled IS NOT NULL)
                   ORDER BY f.begins, f.slot), '[]') FROM found f),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY place, id), '[]')
                         FROM district WHERE active));

-- name: agenda_month :json
-- A month as weeks from Sunday on; each day with what happens on it.
WITH bounds AS (
  SELECT :first::date AS first, (:first::date + interval '1 month')::date AS next),
day AS (
  SELECT d::date AS day
    FROM bounds, generate_series(first - extract(dow FROM first)::int,
                                 next - 1 + (6 - extract(dow FROM next - 1)::int), interval '1 day') d),
slot AS (
  SELECT s.id, s.begins, s.ends, s.days, e.id AS event, event_text(e.texts, :lang::text, 'title') AS title,
         CASE WHEN coalesce(e.texts -> :lang ->> 'title', '') = '' THEN 'ja' ELSE :lang END AS language,
         e.state = 'cancelled' OR s.cancelled IS NOT NULL AS cancelled,
         (s.begins AT TIME ZONE 'Asia/Tokyo')::date AS first_day,
         greatest((s.begins AT TIME ZONE 'Asia/Tokyo')::date, ((s.ends - interval '1 microsecond') AT TIME ZONE 'Asia/Tokyo')::date) AS last_day
    FROM event_slot s
    JOIN event e ON e.id = s.event_id
   CROSS JOIN bounds
   WHERE s.begins < (next + 7)::timestamp AT TIME ZONE 'Asia/Tokyo'
     AND s.ends >= (first - 7)::timestamp AT TIME ZONE 'Asia/Tokyo'
     AND event_shown(e.state, e.listed, e.cancelled)
     AND (:district::bigint = 0 OR e.district_id IS NULL OR e.district_id = :district)
     AND (NOT :free::boolean OR e.free)
     AND (NOT :childcare::boolean OR e.childcare)),
cell AS (
  SELECT d.day,
         jsonb_build_object(
           'date', d.day,
           'number', extract(day FROM d.day)::int,
           'within', d.day >= b.first AND d.day < b.next,
           'today', d.day = (now() AT TIME ZONE 'Asia/Tokyo')::date,
           'day_text', CASE :lang WHEN 'ja' THEN wareki(d.day::timestamp AT TIME ZONE 'Asia/Tokyo') ELSE western(d.day::timestamp AT TIME ZONE 'Asia/Tokyo') END,
           'any', EXISTS (SELECT FROM slot s WHERE d.day BETWEEN s.first_day AND s.last_day),
           'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                              'event', s.event, 'title', s.title, 'language', s.language, 'cancelled', s.cancelled,
                              'time', CASE WHEN NOT s.days AND s.first_day = d.day THEN to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') END)
                            ORDER BY s.days DESC, s.begins, s.id), '[]')
                       FROM slot s WHERE d.day BETWEEN s.first_day AND s.last_day)) AS it
    FROM day d CROSS JOIN bounds b)
SELECT jsonb_build_object(
         'title', CASE :lang WHEN 'ja' THEN substring(wareki(b.first::timestamp AT TIME ZONE 'Asia/Tokyo') FROM '^[^月]+月')
                  ELSE to_char(b.first, 'FMMonth YYYY') END,
         'before', to_char(b.first - interval '1 month', 'YYYY-MM'),
         'after', to_char(b.next, 'YYYY-MM'),
         'weeks', (SELECT jsonb_agg(jsonb_build_object('days', w.days) ORDER BY w.week)
                     FROM (SELECT (day - (SELECT min(day) FROM day)) / 7 AS week, jsonb_agg(it ORDER BY day) AS days
                             FROM cell GROUP BY 1) w),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY place, id), '[]')
                         FROM district WHERE active))
  FROM bounds b;

-- name: agenda_show :json
-- One event.  A cancelled one says so; a draft is none.
SELECT jsonb_build_object(
         'id', e.id,
         'language', CASE WHEN coalesce(e.texts -> :lang::text ->> 'title', '') = '' THEN 'ja' ELSE :lang END,
         'title', event_text(e.texts, :lang, 'title'),
         'text', event_text(e.texts, :lang, 'text'),
         'target', event_text(e.texts, :lang, 'target'),
         'fee', event_text(e.texts, :lang, 'fee'),
         'bring', event_text(e.texts, :lang, 'bring'),
         'free', e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online,
         'place', nullif(e.place, ''), 'address', nullif(e.address, ''), 'access', nullif(e.access, ''),
         'latitude', e.latitude, 'longitude', e.longitude,
         'organiser', nullif(e.organiser, ''), 'contact', nullif(e.contact, ''),
         'district', (SELECT name FROM district d WHERE d.id = e.district_id),
         'category', nullif(e.category, ''),
         'picture', (SELECT t.id FROM attachment t WHERE t.id = e.picture AND t.state = 'clean'), 'picture_text', e.picture_text,
         'cancelled', e.state = 'cancelled',
         'rule', e.rule,
         'signs_up', e.rule <> 'none' AND e.state = 'open' AND now() >= coalesce(e.opens, '-infinity') AND now() < coalesce(e.closes, 'infinity'),
         'opens', moment(e.opens, :lang), 'closes', moment(e.closes, :lang),
         'lottery', EXISTS (SELECT FROM lottery l JOIN event_slot s ON s.id = l.slot_id WHERE s.event_id = e.id),
         'sequence', e.sequence, 'modified', floor(extract(epoch FROM e.updated))::bigint * 1000,
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang),
                     'datetime', rfc3339(s.begins), 'until', rfc3339(s.ends), 'days', s.days,
                     'begins', floor(extract(epoch FROM s.begins))::bigint * 1000, 'ends', floor(extract(epoch FROM s.ends))::bigint * 1000,
                     'cancelled', s.cancelled IS NOT NULL, 'capacity', s.capacity,
                     'left', greatest(s.capacity - s.taken, 0),
                     'counted', e.rule = 'first' AND e.state = 'open' AND s.capacity IS NOT NULL AND s.cancelled IS NULL AND s.begins > now(),
                     'full', s.taken >= s.capacity)
                   ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id))
  FROM event e
 WHERE e.id = :event::bigint AND e.state IN ('open', 'ended', 'cancelled');

-- name: agenda_feed :json
-- All of the calendar for programs: from a month ago to two years ahead, cancelled ones too.
SELECT jsonb_build_object(
         'town', t.name,
         'updated', coalesce((SELECT rfc3339(max(updated)) FROM event WHERE event_shown(state, listed, cancelled)), rfc3339(t.created)),
         'events', (SELECT coalesce(jsonb_agg(x.it ORDER BY x.updated DESC), '[]') FROM (
           SELECT e.updated, jsonb_build_object(
             'id', e.id, 'title', e.texts -> 'ja' ->> 'title', 'text', e.texts -> 'ja' ->> 'text',
             'target', e.texts -> 'ja' ->> 'target', 'fee', e.texts -> 'ja' ->> 'fee',
             'place', e.place, 'address', e.address, 'access', e.access, 'latitude', e.latitude::text, 'longitude', e.longitude::text,
             'organiser', e.organiser, 'contact', e.contact, 'category', e.category, 'department', (SELECT name FROM department d WHERE d.id = e.department_id),
             'free', e.free, 'cancelled', e.state = 'cancelled', 'sequence', e.sequence, 'source', e.source,
             'modified', floor(extract(epoch FROM e.updated))::bigint * 1000, 'published', rfc3339(coalesce(e.published, e.created)),
             'updated', rfc3339(e.updated), 'closes', e.closes AT TIME ZONE 'Asia/Tokyo',
             'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                         'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, 'ja'), 'days', s.days, 'cancelled', s.cancelled IS NOT NULL,
                         'capacity', s.capacity,
                         'first_day', to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
                         'last_day', to_char((CASE WHEN s.days THEN s.ends - interval '1 day' ELSE s.ends END) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
                         'from_time', CASE WHEN NOT s.days THEN to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') END,
                         'to_time', CASE WHEN NOT s.days AND s.ends > s.begins THEN to_char(s.ends AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') END,
                         'begins', floor(extract(epoch FROM s.begins))::bigint * 1000, 'ends', floor(extract(epoch FROM s.ends))::bigint * 1000)
                       ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id)) AS it
             FROM event e
            WHERE event_shown(e.state, e.listed, e.cancelled)
              AND EXISTS (SELECT FROM event_slot s WHERE s.event_id = e.id
                             AND s.ends > now() - interval '1 month' AND s.begins < now() + interval '2 years')
              AND (:district::bigint = 0 OR e.district_id IS NULL OR e.district_id = :district)
              AND (NOT :free::boolean OR e.free)
              AND (NOT :childcare::boolean OR e.childcare)
            ORDER BY e.updated DESC
            LIMIT 2000) x))
  FROM tenant t;

-- name: agenda_code :text
-- The code of this town, for open data.
SELECT coalesce((SELECT code::text FROM tenant), '');

-- name: agenda_import :one
-- An entry of a file that was read: new, changed, or as it was.  Of what staff have
-- changed since nothing is known here, so an import writes over it.
WITH old AS (
  SELECT id, source FROM event WHERE source_key = :key::text),
made AS (
  INSERT INTO event (department_id, author_id, state, texts, category, place, address, latitude, longitude, access, organiser, contact,
                     free, source, source_key, published)
  SELECT (SELECT department_id FROM staff_department WHERE staff_id = :staff::bigint ORDER BY department_id LIMIT 1), :staff, 'open',
         :texts::jsonb, :category::text, :place::text, :address::text,
         nullif(:latitude::text, '')::numeric, nullif(:longitude::text, '')::numeric,
         :access::text, :organiser::text, :contact::text, :free::boolean, :source::jsonb, :key, now()
  ON CONFLICT (tenant_id, source_key) DO UPDATE
    SET texts = excluded.texts, category = excluded.category, place = excluded.place, address = excluded.address,
        latitude = excluded.latitude, longitude = excluded.longitude, access = excluded.access,
        organiser = excluded.organiser, contact = excluded.contact, free = excluded.free, source = excluded.source,
        sequence = event.sequence + 1, updated = now()
    WHERE event.source IS DISTINCT FROM excluded.source
  RETURNING id)
SELECT coalesce((SELECT id FROM made), (SELECT id FROM old)) AS id,
       (SELECT count(*) FROM old)::int AS known, (SELECT count(*) FROM made)::int AS written;

-- name: agenda_slots_clear :exec
-- Before the dates of an imported event are written again; dates that people signed up
-- for stay.
UPDATE event_slot s SET cancelled = now()
 WHERE s.event_id = :event::bigint AND s.cancelled IS NULL;

-- name: agenda_slot_add :exec
WITH back AS (
  UPDATE event_slot SET cancelled = NULL
   WHERE event_id = :event::bigint AND begins = to_timestamp(:begins::bigint / 1000.0) AND ends = to_timestamp(:ends::bigint / 1000.0)
   RETURNING 1)
INSERT INTO event_slot (event_id, begins, ends, days)
SELECT :event, to_timestamp(:begins / 1000.0), to_timestamp(:ends / 1000.0), :days::boolean
 WHERE NOT EXISTS (SELECT FROM back);

-- name: agenda_import_cancel :exec
UPDATE event SET state = 'cancelled', cancelled = now(), updated = now(), sequence = sequence + 1
 WHERE source_key = :key::text AND state <> 'cancelled';
