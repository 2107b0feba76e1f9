-- Signing up for events (domain/application.c): what may be signed up for, the application
-- itself and its ticket.
-- role: web

-- name: application_event :json
-- An event that people sign up for, with its dates to come.  "open": now.
SELECT json_build_object(
         'id',          e.id,
         'title',       coalesce(nullif(e.texts -> :lang::text ->> 'title', ''), e.texts -> 'ja' ->> 'title'),
         'department',  d.name,
         'contact',     nullif(e.contact, ''),
         'place',       nullif(e.place, ''),
         'first',       e.rule = 'first',
         'lottery',     e.rule = 'lottery',
         'approval',    e.rule = 'approval',
         'open',        coalesce(e.opens <= now(), true) AND coalesce(e.closes > now(), true),
         'early',       coalesce(e.opens > now(), false),
         'opens',       moment(e.opens, :lang),
         'closes',      moment(e.closes, :lang),
         'group_max',   e.group_max,
         'several',     e.group_max > 1,
         'once',        e.once,
         'waits',       e.waiting,
         'edition',     q.edition,
         'document',    (SELECT x.document FROM questionnaire_edition x
                          WHERE x.questionnaire_id = q.id AND x.edition = q.edition),
         'slots',       (SELECT coalesce(json_agg(json_build_object(
                           'id',      s.id,
                           'begins',  moment(s.begins, :lang),
                           'left',    s.capacity - s.taken,
                           'limited', s.capacity IS NOT NULL,
                           'full',    coalesce(s.taken >= s.capacity, false),
                           'waiting', (SELECT count(*) FROM application w WHERE w.slot_id = s.id AND w.state = 'waiting'),
                           'quotas',  (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name,
                                                                                  'left', t.capacity - t.taken) ORDER BY t.id), '[]')
                                         FROM event_quota t WHERE t.slot_id = s.id))
                         ORDER BY s.begins, s.id), '[]')
                           FROM event_slot s WHERE s.event_id = e.id AND s.cancelled IS NULL AND s.begins > now()))
  FROM event e
  JOIN department d ON d.id = e.department_id
  LEFT JOIN questionnaire q ON q.id = e.questionnaire_id
 WHERE e.id = :event::bigint AND e.state = 'open' AND e.rule <> 'none';

-- name: application_add :one
SELECT outcome, number, state
  FROM application_add(:event::bigint, :slot::bigint, :people::int, :quotas::bigint[], :claims::int[], :person::bytea, :contact::bytea,
                       :hash::bytea, :answers::jsonb, :edition::int?, :citizen::bigint?, :language::text, :channel::text,
                       :staff::bigint?);

-- name: application_show :json
-- The ticket.  "place": how many wait before, and this one.
SELECT json_build_object(
         'id',         a.id,
         'event',      e.id,
         'slot',       s.id,
         'number',     a.number,
         'title',      coalesce(nullif(e.texts -> :lang::text ->> 'title', ''), e.texts -> 'ja' ->> 'title'),
         'department', d.name,
         'contact',    nullif(e.contact, ''),
         'place',      nullif(e.place, ''),
         'address',    nullif(e.address, ''),
         'begins',     moment(s.begins, :lang),
         'people',     a.people,
         'state',      a.state,
         'applied',    a.state = 'applied',
         'confirmed',  a.state = 'confirmed',
         'waiting',    a.state = 'waiting',
         'offered',    a.state = 'offered',
         'over',       a.state IN ('lost', 'cancelled', 'rejected', 'expired'),
         'off',        e.state = 'cancelled' OR s.cancelled IS NOT NULL,
         'queue',      (SELECT count(*) FROM application w WHERE w.slot_id = a.slot_id AND w.state = 'waiting' AND w.waiting <= a.waiting),
         'offer_until', moment(a.offer_until, :lang),
         'may_leave',  a.state IN ('applied', 'confirmed', 'waiting', 'offered') AND s.begins > now(),
         'lottery',    e.rule = 'lottery')
  FROM application a
  JOIN event e ON e.id = a.event_id
  JOIN event_slot s ON s.id = a.slot_id
  JOIN department d ON d.id = e.department_id
 WHERE a.number = :number::text;

-- name: application_person :bytes
SELECT person FROM application WHERE id = :application::bigint;

-- name: application_end :one
SELECT application_end(:application::bigint, :becomes::text) AS done, audit_write('application.' || :becomes, :application, NULL);

-- name: application_accept :one
SELECT application_accept(:application::bigint) AS done;

-- name: application_decide :one
SELECT application_decide(:application::bigint, :yes::boolean) AS outcome, audit_write('application.decided', :application, NULL);

-- name: application_untold :many
-- role: web courier
-- Whose state changed without them: moved up, offered a seat, passed over, decided, called off.
SELECT a.id, a.state, a.number, a.contact, a.language, a.people, coalesce(nullif(e.texts -> a.language ->> 'title', ''), e.texts -> 'ja' ->> 'title') AS title,
       moment(s.begins, a.language) ->> 'text' AS begins, coalesce(moment(a.offer_until, a.language) ->> 'text', '') AS offer_until
  FROM application a
  JOIN event e ON e.id = a.event_id
  JOIN event_slot s ON s.id = a.slot_id
 WHERE a.told IS DISTINCT FROM a.state AND a.contact IS NOT NULL
 ORDER BY a.id
 LIMIT :most::int
   FOR UPDATE OF a SKIP LOCKED;

-- name: application_told :exec
-- role: web courier
UPDATE application SET told = state WHERE id = ANY (:ids::bigint[]);

-- name: event_work :many
-- role: courier
SELECT tenant_id FROM event_work();

-- name: application_expire :one
-- role: courier
SELECT seat_expire(:most::int) AS expired;

-- name: application_list :many
-- Those of an event, for the desk: a date (0: all), a state ('': all).
SELECT a.id, a.number, a.state, a.people, a.person, a.contact, a.channel, a.waiting, a.slot_id AS slot,
       moment(s.begins, :lang::text) ->> 'text' AS begins, rfc3339(s.begins) AS datetime, rfc3339(a.created) AS created,
       (SELECT coalesce(string_agg(q.name || ' ' || c.n, '、' ORDER BY q.id), '')
          FROM unnest(a.quotas, a.claims) AS c (quota, n) JOIN event_quota q ON q.id = c.quota WHERE c.n > 0) AS quotas
  FROM application a
  JOIN event_slot s ON s.id = a.slot_id
 WHERE a.event_id = :event::bigint AND (:slot::bigint = 0 OR a.slot_id = :slot) AND (:state::text = '' OR a.state = :state)
 ORDER BY s.begins, s.id, a.waiting NULLS FIRST, a.id
 LIMIT 2000;
