-- Signing up for an event (domain/application.h).
-- role: web

-- name: application_event :json
-- What somebody meets who signs up: the event, the dates that are still to come, and what
-- is asked.  "open": now.
SELECT jsonb_build_object(
         'id', e.id, 'languages', to_jsonb(event_languages(e)),
         'rule', e.rule, 'first', e.rule = 'first', 'lottery', e.rule = 'lottery', 'approval', e.rule = 'approval',
         'group_max', e.group_max, 'once', e.once, 'waiting', e.waiting, 'in_order', e.in_order, 'names', e.names, 'each', to_jsonb(e.each),
         'opens', moment(e.opens, :lang::text), 'closes', moment(e.closes, :lang),
         'early', coalesce(e.opens > now(), false), 'live', e.state = 'open',
         'open', e.state = 'open' AND e.rule <> 'none' AND coalesce(e.opens <= now(), true) AND coalesce(e.closes > now(), true),
         'edition', n.edition,
         'document', (SELECT q.document FROM questionnaire_edition q
                       WHERE q.questionnaire_id = e.questionnaire_id AND q.edition = n.edition),
         'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang), 'datetime', rfc3339(s.begins),
                            'span', rfc3339(s.begins) || '/' || rfc3339(s.ends) || CASE WHEN s.days THEN '/days' ELSE '' END,
                            'limited', s.capacity IS NOT NULL, 'capacity', s.capacity, 'left', greatest(s.capacity - s.taken, 0),
                            'full', s.capacity IS NOT NULL AND s.taken >= s.capacity,
                            'queue', (SELECT count(*) FROM application w WHERE w.slot_id = s.id AND w.state = 'waiting'),
                            'quotas', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name, 'capacity', q.capacity,
                                                'left', greatest(q.capacity - q.taken, 0)) ORDER BY q.id), '[]')
                                         FROM event_quota q WHERE q.slot_id = s.id))
                          ORDER BY s.begins, s.id), '[]')
                     FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL AND s.begins > now()))
       || event_said(e, ARRAY[:lang])
  FROM event e
  LEFT JOIN questionnaire n ON n.id = e.questionnaire_id
 WHERE e.id = :event::bigint AND e.state IN ('open', 'ended', 'cancelled') AND e.rule <> 'none';

-- name: application_draft :many
SELECT sealed FROM application_draft WHERE hash = :hash::bytea AND ends > now();

-- name: application_draft_lock :many
-- For whoever writes: two presses at once come one after the other.
SELECT sealed FROM application_draft WHERE hash = :hash::bytea AND ends > now() FOR UPDATE;

-- name: application_draft_keep :exec
INSERT INTO application_draft (hash, event_id, sealed) VALUES (:hash::bytea, :event::bigint, :sealed::bytea)
ON CONFLICT (tenant_id, hash) DO UPDATE SET sealed = excluded.sealed, ends = excluded.ends;

-- name: application_draft_end :exec
DELETE FROM application_draft WHERE hash = :hash::bytea;

-- name: application_add :one
SELECT outcome, number, state
  FROM application_add(:event::bigint, :slot::bigint, :people::int, :quotas::bigint[], :claims::int[], :person::bytea,
                       :contact::bytea, :hash::bytea, :answers::jsonb, :edition::int?, :citizen::bigint?,
                       :language::text, :channel::text, :staff::bigint?);

-- name: application_change :one
SELECT application_change(:application::bigint, :people::int, :quotas::bigint[], :claims::int[], :person::bytea,
                          :answers::jsonb, :edition::int?) AS outcome;

-- name: application_end :one
SELECT application_end(:application::bigint, 'cancelled', :why::text) AS ended, audit_write('application.cancelled', :application, NULL);

-- name: application_accept :one
SELECT application_accept(:application::bigint) AS accepted;

-- name: application_code :exec
SELECT application_code(:contact::bytea, :remote::bytea, :kind::text, :channel::text, :key::uuid, :letter::bytea);

-- name: application_by_number :one
-- What is sealed.
SELECT a.id, a.event_id AS event, a.slot_id AS slot, a.person, a.contact, a.language
  FROM application a WHERE a.number = :number::text;

-- name: application_show :json
-- What its page says.  place: how many groups stand in front, and oneself.
SELECT jsonb_build_object(
         'id', a.id, 'number', a.number, 'state', a.state, 'people', a.people, 'answers', a.answers, 'edition', a.edition,
         'channel', a.channel, 'why', a.why, 'each', to_jsonb(e.each),
         'applied', a.state = 'applied', 'confirmed', a.state = 'confirmed', 'waiting', a.state = 'waiting', 'offered', a.state = 'offered',
         'lost', a.state = 'lost', 'cancelled', a.state = 'cancelled', 'rejected', a.state = 'rejected', 'expired', a.state = 'expired',
         'active', a.state IN ('applied', 'confirmed', 'waiting', 'offered') AND s.begins > now() AND e.state = 'open',
         'called_off', a.why IS NOT DISTINCT FROM 'event', 'date_off', e.state <> 'cancelled',
         'place', CASE a.state WHEN 'waiting' THEN seat_place(a.slot_id, a.ahead, a.waiting) END,
         'offer_until', moment(a.offer_until, :lang::text), 'offer_past', coalesce(a.offer_until <= now() AND (a.contact IS NULL OR a.told IS NOT DISTINCT FROM 'offered'), false),
         'created', moment(a.created, :lang), 'ended', moment(a.cancelled, :lang),
         'entered', (SELECT moment(c.at, :lang) FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL AND NOT c.again LIMIT 1),
         -- Where nobody was checked in, everybody whose date is over was there.
         'attended', a.state = 'confirmed' AND (EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL)
                       OR (s.ends <= now() AND NOT EXISTS (SELECT FROM checkin c WHERE c.slot_id = a.slot_id AND c.undone IS NULL))),
         'changeable', a.state IN ('confirmed', 'waiting', 'offered') OR (a.state = 'applied' AND coalesce(e.closes > now(), true)),
         'document', (SELECT q.document FROM questionnaire_edition q
                       WHERE q.questionnaire_id = e.questionnaire_id AND q.edition = a.edition),
         'slot', jsonb_build_object('id', s.id, 'when', slot_text(s.begins, s.ends, s.days, :lang), 'datetime', rfc3339(s.begins),
                                    'days', s.days, 'begins', floor(extract(epoch FROM s.begins) * 1000)::bigint,
                                    'ends', floor(extract(epoch FROM s.ends) * 1000)::bigint,
                                    'quotas', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name) ORDER BY q.id), '[]')
                                                 FROM event_quota q WHERE q.slot_id = s.id)),
         'event', slot_said(event_said(e, ARRAY[:lang]), s)
                    || jsonb_build_object('id', e.id, 'rule', e.rule, 'lottery', e.rule = 'lottery', 'approval', e.rule = 'approval',
                                     'group_max', e.group_max, 'sequence', e.sequence,
                                     'latitude', e.latitude::text, 'longitude', e.longitude::text,
                                     'modified', floor(extract(epoch FROM e.updated))::bigint * 1000))
  FROM application a
  JOIN event_slot s ON s.id = a.slot_id
  JOIN event e ON e.id = a.event_id
 WHERE a.id = :application::bigint;

-- name: application_of_citizen :json
-- What somebody has signed up for, for マイページ.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'number', a.number, 'people', a.people,
                  -- An offer whose time is over is as good as passed on, as its page says.
                  'state', CASE WHEN a.state = 'offered' AND a.offer_until <= now() AND (a.contact IS NULL OR a.told = 'offered')
                                THEN 'expired' ELSE a.state END,
                  'title', said -> 'title', 'language', said -> 'language', 'when', slot_text(s.begins, s.ends, s.days, :lang::text),
                  'datetime', rfc3339(s.begins)) ORDER BY s.begins), '[]')
  FROM application a JOIN event_slot s ON s.id = a.slot_id JOIN event e ON e.id = a.event_id
 CROSS JOIN LATERAL event_said(e, ARRAY[:lang]) AS said
 WHERE a.citizen_id = :citizen::bigint AND s.ends > now();

-- name: application_theirs :many
-- What this person signed up for: signed in, or with a proof of the address that was theirs.  An
-- array: of a UNION made unique, a row is lost that somebody else (the courier) was writing.
SELECT a.id, a.contact
  FROM application a
 WHERE a.contact IS NOT NULL
   AND a.id = ANY (ARRAY(SELECT m.id FROM application m WHERE m.citizen_id = :citizen::bigint
                         UNION ALL
                         SELECT m.id FROM event e JOIN application m ON m.event_id = e.id AND m.once_hash = :was::bytea AND m.staff_id IS NULL
                          WHERE e.once AND m.state IN ('applied', 'confirmed', 'waiting', 'offered')))
 ORDER BY a.id FOR UPDATE;

-- name: application_readdress :exec
-- Once a person also by the new address, unless it has signed up there itself.
UPDATE application a
   SET contact = :contact::bytea, contact_hash = :hash::bytea,
       once_hash = CASE WHEN a.once_hash IS NULL
                          OR EXISTS (SELECT FROM application o WHERE o.event_id = a.event_id AND o.once_hash = :hash AND o.id <> a.id)
                        THEN a.once_hash ELSE :hash END
 WHERE a.id = :application::bigint;

-- name: application_due :many
-- Whom to tell: of the present tenant, a few, each held so that another planner passes by.
-- role: courier
SELECT a.id, a.number, a.event_id AS event, a.state, a.told, a.contact, a.person, a.language,
       CASE WHEN a.told IS DISTINCT FROM a.state THEN 'state'
            WHEN a.state = 'waiting' THEN 'sorry'
            WHEN a.reminded IS NULL AND s.begins > now() THEN 'reminder'
            WHEN EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL)
                 -- Where nobody was checked in nobody was absent.
                 OR NOT EXISTS (SELECT FROM checkin c WHERE c.slot_id = a.slot_id AND c.undone IS NULL) THEN 'thanks'
            ELSE 'missed' END AS what
  FROM application a JOIN event_slot s ON s.id = a.slot_id
 WHERE a.due <= now() AND (a.state <> 'offered' OR a.told IS DISTINCT FROM a.state)
 ORDER BY a.due, a.id LIMIT :most::int FOR UPDATE OF a SKIP LOCKED;

-- name: application_offer :exec
-- Who is told late of an offer has the whole time from now on.
-- role: courier
UPDATE application a SET offer_until = offer_end(a.slot_id, now(), e.offer_hours)
  FROM event e
 WHERE a.id = :application::bigint AND e.id = a.event_id AND a.state = 'offered'
   AND a.offer_until < offer_end(a.slot_id, now(), e.offer_hours) - interval '10 minutes';

-- name: application_told :exec
-- role: courier
UPDATE application
   SET told = state,
       reminded = CASE WHEN :what::text = 'reminder' THEN now() ELSE reminded END,
       thanked = CASE WHEN :what IN ('thanks', 'missed', 'sorry') THEN now() ELSE thanked END
 WHERE id = :application::bigint;

-- name: application_letter :exec
-- A letter about an application, for the ledger of its event.  What staff write waits for the
-- hours in which its person may be written to; all else has waited before it was written.
-- role: web courier
INSERT INTO letter (kind, channel, key, sealed, application_id, contact_id, notice_id, due, valid_until)
SELECT :kind::text, :channel::text, :key::uuid, :sealed::bytea, a.id, :contact::bigint?, n.id, d.due,
       d.due + make_interval(secs => :valid_s::int)
  FROM application a
  LEFT JOIN event_notice n ON n.id = :notice::bigint?,
       LATERAL (SELECT CASE WHEN n.id IS NULL THEN now() ELSE application_when(a, 'notice', :channel = 'sms') END AS due) d
 WHERE a.id = :application::bigint
ON CONFLICT DO NOTHING;

-- name: application_ways :many
-- Where else its person is reached: LINE and the devices of whoever is registered.
-- role: courier
SELECT k.id, k.channel, k.address
  FROM application a
  JOIN contact k ON k.citizen_id = application_citizen(a) AND k.state = 'active' AND k.channel IN ('line', 'webpush')
 WHERE a.id = :application::bigint AND EXISTS (SELECT FROM gateway g WHERE g.channel = k.channel AND g.active)
 ORDER BY k.id;

-- name: application_hold :one
-- role: courier
SELECT application_hold(:application::bigint, :what::text, :sms::boolean) AS held;

-- name: application_tell :json
-- What letters about it say: query application_show, and more.  lang: of all that the program says.
-- role: courier
SELECT said || jsonb_build_object(
         'number', a.number, 'state', a.state, 'people', a.people, 'applied', a.state = 'applied',
         'confirmed', a.state = 'confirmed', 'waiting', a.state = 'waiting', 'offered', a.state = 'offered', 'lost', a.state = 'lost',
         'cancelled', a.state = 'cancelled', 'rejected', a.state = 'rejected', 'expired', a.state = 'expired',
         'place', CASE a.state WHEN 'waiting' THEN seat_place(a.slot_id, a.ahead, a.waiting) END,
         'offer_until', moment(a.offer_until, :lang::text), 'called_off', a.why IS NOT DISTINCT FROM 'event', 'date_off', e.state <> 'cancelled',
         'by_staff', a.why IS NOT DISTINCT FROM 'staff',
         'when', slot_text(s.begins, s.ends, s.days, :lang), 'place_name', said -> 'place',
         'lottery', e.rule = 'lottery', 'approval', e.rule = 'approval',
         'survey', e.survey_id, 'event', e.id,
         'valid_s', greatest(3600, floor(extract(epoch FROM CASE WHEN a.state = 'offered' THEN a.offer_until
                      WHEN s.begins > now() THEN s.begins ELSE now() + interval '2 days' END - now())))::int)
  FROM application a JOIN event_slot s ON s.id = a.slot_id JOIN event e ON e.id = a.event_id
 CROSS JOIN LATERAL slot_said(event_said(e, ARRAY[a.language, :lang]), s) AS said
 WHERE a.id = :application::bigint;

-- name: event_work :many
-- role: courier
SELECT tenant_id FROM event_work();

-- name: application_expire :one
-- role: courier
SELECT seat_expire(:most::int) AS expired;

-- name: notice_unsent :one
-- role: courier
SELECT n.id, n.subject, n.body FROM event_notice n WHERE n.sent IS NULL ORDER BY n.id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: notice_due :many
-- To whom it has not been written yet.
-- role: courier
SELECT a.id, a.number, a.contact, a.person, a.language
  FROM event_notice n
  JOIN application a ON a.event_id = n.event_id AND (n.slot_id IS NULL OR a.slot_id = n.slot_id)
 WHERE n.id = :notice::bigint AND a.contact IS NOT NULL
   AND (a.state = ANY (n.states)
        OR ('entered' = ANY (n.states) AND EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL))
        OR ('absent' = ANY (n.states) AND a.state = 'confirmed' AND NOT EXISTS (SELECT FROM checkin c WHERE c.application_id = a.id AND c.undone IS NULL)))
   AND a.id > :after::bigint
 ORDER BY a.id LIMIT :most::int;

-- name: notice_sent :exec
-- role: courier
UPDATE event_notice n SET sent = now(), people = (SELECT count(DISTINCT l.application_id) FROM letter l WHERE l.notice_id = n.id) WHERE n.id = :notice::bigint;

-- name: application_sms :one
-- role: courier
SELECT EXISTS (SELECT FROM gateway WHERE channel = 'sms' AND active) AS sends;
