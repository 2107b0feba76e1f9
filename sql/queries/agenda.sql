-- The calendar of events (行事予定) as everybody reads it: list, month, one event, feeds,
-- open data.  A filter that is not set is 0, '' or false.
-- role: web

-- name: agenda_list :json
-- Dates from a moment on, a page of them and one more if there is one.
WITH found AS (
  SELECT s, e, d.name AS district
    FROM event_slot s
    JOIN event e ON e.id = s.event_id
    LEFT JOIN district d ON d.id = e.district_id
   WHERE s.ends >= :from::timestamptz AND s.begins < :until::timestamptz
     AND (s.ends, s.id) > (:from, :after::bigint)
     AND event_shown(e.state, e.listed, e.cancelled)
     AND event_asked(e, :district::bigint, :free::boolean, :childcare::boolean, :sign_language::boolean, :online::boolean,
                     :words::text, :target::text)
   ORDER BY s.begins, s.id
   LIMIT :count::int)
SELECT jsonb_build_object(
         'slots', (SELECT coalesce(jsonb_agg(agenda_row(f.e, f.s, f.district, :lang::text) ORDER BY (f.s).begins, (f.s).id), '[]') FROM found f),
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
  SELECT s.id, s.begins, s.ends, s.days, e.id AS event, said -> 'title' AS title, said -> 'language' AS language,
         e.state = 'cancelled' OR s.cancelled IS NOT NULL AS cancelled,
         (s.begins AT TIME ZONE 'Asia/Tokyo')::date AS first_day,
         greatest((s.begins AT TIME ZONE 'Asia/Tokyo')::date, ((s.ends - interval '1 microsecond') AT TIME ZONE 'Asia/Tokyo')::date) AS last_day
    FROM event_slot s
    JOIN event e ON e.id = s.event_id
   CROSS JOIN LATERAL event_said(e, ARRAY[:lang::text]) AS said
   CROSS JOIN bounds
   WHERE s.begins < (next + 7)::timestamp AT TIME ZONE 'Asia/Tokyo'
     AND s.ends >= (first - 7)::timestamp AT TIME ZONE 'Asia/Tokyo'
     AND event_shown(e.state, e.listed, e.cancelled)
     AND event_asked(e, :district::bigint, :free::boolean, :childcare::boolean, :sign_language::boolean, :online::boolean,
                     :words::text, :target::text)),
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
         'any_within', EXISTS (SELECT FROM slot s WHERE s.first_day < b.next AND s.last_day >= b.first),
         'before', to_char(b.first - interval '1 month', 'YYYY-MM'),
         'after', to_char(b.next, 'YYYY-MM'),
         'weeks', (SELECT jsonb_agg(jsonb_build_object('days', w.days) ORDER BY w.week)
                     FROM (SELECT (day - (SELECT min(day) FROM day)) / 7 AS week, jsonb_agg(it ORDER BY day) AS days
                             FROM cell GROUP BY 1) w),
         'districts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY place, id), '[]')
                         FROM district WHERE active))
  FROM bounds b;

-- name: agenda_show :json
-- One event, in this language if it may be read in it, else in that of the pages.  A cancelled
-- one says so; a draft is none.
SELECT jsonb_build_object(
         'id', e.id, 'town', (SELECT name FROM tenant),
         'languages', to_jsonb(event_languages(e)), 'free', e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online,
         'latitude', e.latitude, 'longitude', e.longitude,
         'district', (SELECT name FROM district d WHERE d.id = e.district_id),
         'picture', (SELECT t.id FROM attachment t WHERE t.id = e.picture AND t.state = 'clean'),
         'cancelled', e.state = 'cancelled',
         'rule', e.rule,
         'signs_up', coming AND now() >= coalesce(e.opens, '-infinity') AND now() < coalesce(e.closes, 'infinity'),
         'early', coming AND now() < e.opens, 'late', e.rule <> 'none' AND e.state IN ('open', 'ended') AND NOT (coming AND coalesce(now() < e.closes, true)),
         'waits', e.waiting, 'full', e.rule = 'first' AND NOT EXISTS (SELECT FROM event_slot s WHERE s.event_id = e.id AND slot_comes(s) AND coalesce(s.taken < s.capacity, true)),
         'opens', moment(e.opens, :lang::text), 'closes', moment(e.closes, :lang),
         'lottery', EXISTS (SELECT FROM lottery l JOIN event_slot s ON s.id = l.slot_id WHERE s.event_id = e.id),
         'sequence', e.sequence, 'modified', floor(extract(epoch FROM e.updated))::bigint * 1000,
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang),
                     'datetime', rfc3339(s.begins), 'until', rfc3339(s.ends), 'days', s.days,
                     'begins', floor(extract(epoch FROM s.begins))::bigint * 1000, 'ends', floor(extract(epoch FROM s.ends))::bigint * 1000,
                     'cancelled', s.cancelled IS NOT NULL, 'capacity', s.capacity,
                     'left', greatest(s.capacity - s.taken, 0),
                     'counted', e.rule = 'first' AND e.state = 'open' AND s.capacity IS NOT NULL AND s.cancelled IS NULL AND s.begins > now(),
                     'full', s.taken >= s.capacity, 'why', own -> 'call_off', 'why_lang', own -> 'langs' -> 'call_off')
                   ORDER BY s.begins, s.id), '[]')
                     FROM event_slot s LEFT JOIN LATERAL slot_said(said, s) AS own ON s.call_off <> '{}' WHERE s.event_id = e.id)) || said
  FROM event e
 CROSS JOIN LATERAL event_said(e, ARRAY[:tongue::text, :lang]) AS said
 CROSS JOIN LATERAL (SELECT e.rule <> 'none' AND e.state = 'open' AND EXISTS (SELECT FROM event_slot s WHERE s.event_id = e.id AND slot_comes(s)) AS coming) AS x
 WHERE e.id = :event::bigint AND e.state IN ('open', 'ended', 'cancelled');

-- name: agenda_said :json
-- What an event, or a date of it (0: none), says in the first of these languages that it may be read in (sql/functions/slot.sql).
SELECT slot_said(event_said(e, :languages::text[]), s) FROM event e LEFT JOIN event_slot s ON s.id = :slot::bigint AND s.event_id = e.id
 WHERE e.id = :event::bigint;

-- name: agenda_feed :json
-- All of the calendar for programs: from a month ago to two years ahead, cancelled ones too.
SELECT jsonb_build_object(
         'town', t.name,
         'updated', coalesce((SELECT rfc3339(max(updated)) FROM event WHERE event_shown(state, listed, cancelled)), rfc3339(t.created)),
         'events', (SELECT coalesce(jsonb_agg(x.it ORDER BY x.updated DESC), '[]') FROM (
           SELECT e.updated, agenda_entry(e, :lang::text) AS it
             FROM event e
            WHERE event_shown(e.state, e.listed, e.cancelled)
              AND EXISTS (SELECT FROM event_slot s WHERE s.event_id = e.id
                             AND s.ends > now() - interval '1 month' AND s.begins < now() + interval '2 years'
                             AND s.ends >= :from::timestamptz AND s.begins < :until::timestamptz)
              AND event_asked(e, :district::bigint, :free::boolean, :childcare::boolean, :sign_language::boolean, :online::boolean,
                              :words::text, :target::text)
            ORDER BY e.updated DESC
            LIMIT 2000) x))
  FROM tenant t;

-- name: agenda_import_keep :one
-- A file as it was sent, until it is taken; others that nobody took go after a day.
WITH old AS (
  UPDATE event_import SET bytes = NULL WHERE taken IS NULL AND bytes IS NOT NULL AND (created < now() - interval '1 day' OR staff_id = :staff::bigint))
INSERT INTO event_import (staff_id, name, bytes) VALUES (:staff, :name::text, :bytes::bytea) RETURNING id;

-- name: agenda_import_open :one
SELECT i.id, i.name, i.bytes, i.taken IS NOT NULL AS taken, i.bytes IS NULL AND i.taken IS NULL AS old,
       coalesce(i.counts, '{}')::text AS counts
  FROM event_import i WHERE i.id = :import::bigint;

-- name: agenda_import_what :json
-- What would become of each entry, in order, with its first date in words.
SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'what', event_import_what(x.entry),
                  'event', (SELECT e.id FROM event e WHERE e.source_key = x.entry ->> 'key'),
                  'when', (SELECT slot_text(to_timestamp((s ->> 'begins')::bigint / 1000.0), to_timestamp((s ->> 'ends')::bigint / 1000.0),
                                            (x.entry ->> 'days')::boolean, :lang::text)
                             FROM jsonb_array_elements(x.entry -> 'slots') s LIMIT 1),
                  'dates', jsonb_array_length(x.entry -> 'slots')) ORDER BY x.n), '[]')
  FROM jsonb_array_elements(:entries::jsonb) WITH ORDINALITY AS x (entry, n);

-- name: agenda_import_take :json
SELECT event_import_take(:import::bigint, :entries::jsonb, :staff::bigint);

-- name: agenda_imports :json
-- The last files that were taken.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'taken', moment(x.taken, :lang::text), 'staff', s.name,
                  'new', x.counts -> 'new', 'changed', x.counts -> 'changed') ORDER BY x.taken DESC), '[]')
  FROM (SELECT * FROM event_import WHERE taken IS NOT NULL ORDER BY taken DESC LIMIT 10) x JOIN staff s ON s.id = x.staff_id;

-- name: agenda_imported :json
-- All that came in by a file, drafts too, in the order of the file: query agenda_feed's keys.
SELECT (SELECT coalesce(jsonb_agg(agenda_entry(e, 'ja') ORDER BY e.id), '[]') FROM event e WHERE e.import_id = i.id)
  FROM event_import i WHERE i.id = :import::bigint AND i.taken IS NOT NULL;
