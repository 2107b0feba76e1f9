-- Lotteries of dates (domain/draw.h; docs/lottery.md): committed, closed, drawn.
-- role: web owner

-- name: draw_commit :exec
-- Once, before anybody signed up, and from a value that nobody knows while they can.
INSERT INTO lottery (slot_id, rule, source, value_day, commitment, seed, staff_id)
SELECT s.id, :rule::jsonb, :source::text, :day::date, :commitment::text, :seed::bytea, nullif(:staff::bigint, 0)
  FROM event_slot s JOIN event e ON e.id = s.event_id
 WHERE s.id = :slot::bigint AND e.rule = 'lottery' AND s.capacity IS NOT NULL
   AND NOT EXISTS (SELECT FROM application a WHERE a.slot_id = s.id)
   AND :day > (e.closes AT TIME ZONE 'Asia/Tokyo')::date
ON CONFLICT DO NOTHING;

-- name: draw_hold :one
-- Before all else: whoever is just signing up for the date is through then, and seen.
SELECT s.id FROM event_slot s WHERE s.id = :slot::bigint FOR UPDATE;

-- name: draw_list :json
-- The list as it is closed: applications in order of number.
SELECT jsonb_build_object(
         'form', 'chromo-lottery-1',
         -- All seats, then those of each quota, in the order of their ids; needs likewise.
         'seats', jsonb_build_array(s.capacity - s.taken) || (SELECT coalesce(jsonb_agg(q.capacity - q.taken ORDER BY q.id), '[]')
                                                                FROM event_quota q WHERE q.slot_id = s.id),
         'rule', l.rule,
         'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', a.number, 'needs', jsonb_build_array(a.people)
                              || (SELECT coalesce(jsonb_agg(coalesce(c.n, 0) ORDER BY q.id), '[]') FROM event_quota q
                                    LEFT JOIN unnest(a.quotas, a.claims) AS c (quota, n) ON c.quota = q.id WHERE q.slot_id = s.id),
                              -- Whoever makes a claim that goes first, then all others.
                              'priority', (l.rule ? 'first' AND NOT EXISTS (
                                  SELECT FROM unnest(a.quotas, a.claims) AS c (quota, n) JOIN event_quota q ON q.id = c.quota
                                   WHERE q.slot_id = s.id AND q.name = l.rule ->> 'first' AND c.n > 0))::int,
                              'wins', a.wins + coalesce(h.wins, 0)) ORDER BY a.number COLLATE "C"), '[]')
                       FROM application a LEFT JOIN lottery_wins(s.id) h ON h.application = a.id WHERE a.slot_id = s.id AND a.state = 'applied'))
  FROM lottery l JOIN event_slot s ON s.id = l.slot_id JOIN event e ON e.id = s.event_id
 WHERE l.slot_id = :slot::bigint AND l.closed IS NULL AND e.closes <= now();

-- name: draw_close :exec
UPDATE lottery SET list = :list::jsonb, list_hash = :hash::text, closed = now()
 WHERE slot_id = :slot::bigint AND closed IS NULL;

-- name: draw_enter :one
SELECT lottery_enter(:slot::bigint, :value::text, :day::date, nullif(:staff::bigint, 0)) AS entered;

-- name: draw_open :one
-- What is needed to draw, with the row held: of two clerks the second waits and finds it drawn.
-- The value is the last one that was entered, and the clerk saw that one.
SELECT list, seed FROM lottery
 WHERE slot_id = :slot::bigint AND closed IS NOT NULL AND drawn IS NULL
   AND (entered -> -1) @> jsonb_build_object('value', :value::text, 'day', :day::date)
   FOR UPDATE;

-- name: draw_keep :exec
UPDATE lottery SET record = :record::jsonb, drawn = now(), staff_id = coalesce(nullif(:staff::bigint, 0), staff_id)
 WHERE slot_id = :slot::bigint AND drawn IS NULL;

-- name: draw_apply :exec
SELECT seat_draw(:slot::bigint, :record::jsonb);

-- name: draw_show :json
-- The lottery of an event for everybody: all that is published at this moment, by date.
SELECT jsonb_build_object(
         'title', said -> 'title', 'language', said -> 'language', 'event', e.id,
         'closes', moment(e.closes, :lang::text), 'closes_day', to_char(e.closes AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
         'draws', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                     'slot', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang), 'capacity', s.capacity,
                     'cancelled', s.cancelled IS NOT NULL, 'day', l.value_day,
                     'committed', moment(l.committed, :lang), 'commitment', l.commitment, 'source', l.source,
                     'value_day', CASE :lang WHEN 'ja' THEN wareki(l.value_day::timestamp AT TIME ZONE 'Asia/Tokyo')
                                  ELSE western(l.value_day::timestamp AT TIME ZONE 'Asia/Tokyo') END,
                     'may_draw', l.closed IS NOT NULL AND l.drawn IS NULL AND s.cancelled IS NULL AND l.value_day <= (now() AT TIME ZONE 'Asia/Tokyo')::date,
                     'may_close', l.closed IS NULL AND e.closes <= now() AND s.cancelled IS NULL,
                     'entered', lottery_entered(l, :lang), 'corrected', jsonb_array_length(l.entered) > 1,
                     'taken_day', (lottery_entered(l, :lang) -> -1) -> 'day_text',
                     'other_day', coalesce((l.entered -> -1 ->> 'day')::date <> l.value_day, false),
                     'first', CASE WHEN l.rule ? 'first' THEN jsonb_build_object('name', coalesce(said #>> ARRAY['quota_names', l.rule ->> 'first'], l.rule ->> 'first'),
                                'lang', CASE WHEN said -> 'quota_names' ? (l.rule ->> 'first') THEN said ->> 'tongue' ELSE 'ja' END) END,
                     'history', l.rule ->> 'history', 'lots', l.rule -> 'lots', 'strict', l.rule -> 'strict',
                     'closed', moment(l.closed, :lang), 'list_hash', l.list_hash,
                     'entries', jsonb_array_length(l.list -> 'entries'),
                     'people', (SELECT sum((x -> 'needs' ->> 0)::int) FROM jsonb_array_elements(l.list -> 'entries') x),
                     'drawn', moment(l.drawn, :lang), 'value', l.record ->> 'value', 'seed', l.record ->> 'seed',
                     'won', (SELECT count(*) FROM jsonb_array_elements(l.record -> 'result') x WHERE (x ->> 'won')::boolean),
                     'waits', (SELECT count(*) FROM jsonb_array_elements(l.record -> 'result') x WHERE NOT (x ->> 'won')::boolean),
                     'result', CASE WHEN l.record IS NOT NULL THEN l.record -> 'result' ELSE '[]' END)
                   ORDER BY s.begins, s.id), '[]')
                     FROM lottery l JOIN event_slot s ON s.id = l.slot_id WHERE s.event_id = e.id),
         'quotas', (SELECT coalesce(jsonb_agg(DISTINCT q.name), '[]') FROM event_slot s JOIN event_quota q ON q.slot_id = s.id
                     WHERE s.event_id = e.id AND s.cancelled IS NULL AND NOT EXISTS (SELECT FROM lottery l WHERE l.slot_id = s.id)),
         'missing', (SELECT coalesce(jsonb_agg(jsonb_build_object('slot', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang)) ORDER BY s.begins), '[]')
                       FROM event_slot s WHERE s.event_id = e.id AND e.rule = 'lottery' AND s.capacity IS NOT NULL AND s.cancelled IS NULL
                        AND NOT EXISTS (SELECT FROM lottery l WHERE l.slot_id = s.id)))
  FROM event e
 CROSS JOIN LATERAL event_said(e, ARRAY[:lang]) AS said
 WHERE e.id = :event::bigint AND (e.state IN ('open', 'ended', 'cancelled') OR :draft::boolean);

-- name: draw_record :json
SELECT l.record FROM lottery l JOIN event_slot s ON s.id = l.slot_id JOIN event e ON e.id = s.event_id
 WHERE l.slot_id = :slot::bigint AND e.id = :event::bigint AND l.drawn IS NOT NULL AND e.state IN ('open', 'ended', 'cancelled');
