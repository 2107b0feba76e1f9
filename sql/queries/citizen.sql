-- Citizens: subscribe, change, pause, leave (domain/citizen.c).
-- role: web

-- name: citizen_options :json
-- What can be chosen: districts (those of a postal code first), topics, and the
-- one that saves lives.  What this person (0: nobody yet) has stays when it is no longer
-- offered: whoever changes one thing loses no other.
SELECT jsonb_build_object(
         'districts', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'value', d.id, 'label', d.name,
                    'hint',  CASE WHEN p.district_id IS NOT NULL
                                  THEN '〒' || substr(p.postcode, 1, 3) || '-' || substr(p.postcode, 4) END,
                    'found', p.district_id IS NOT NULL)
                  ORDER BY p.district_id IS NULL, d.place, d.id), '[]')
             FROM district d
             LEFT JOIN district_postcode p ON p.district_id = d.id AND p.postcode = :postcode::text
            WHERE d.active OR d.id = ANY (SELECT unnest(districts) FROM citizen WHERE id = :citizen::bigint)),
         'topics', (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'value', t.id, 'label', t.name, 'hint', nullif(t.hint, ''))
                  ORDER BY t.place, t.id), '[]')
             FROM topic t
            WHERE NOT t.vital AND (t.active OR t.id = ANY (SELECT unnest(topics) FROM citizen WHERE id = :citizen))),
         'vital', (SELECT jsonb_build_object('label', t.name, 'hint', nullif(t.hint, ''))
                     FROM topic t WHERE t.vital));

-- name: citizen_names :json
-- The names of what was chosen, as check page, mails and マイページ show them.
SELECT jsonb_build_object(
         'districts', (SELECT coalesce(jsonb_agg(d.name ORDER BY d.place, d.id), '[]')
                         FROM district d WHERE d.id = ANY (:districts::bigint[])),
         'topics',    (SELECT coalesce(jsonb_agg(t.name ORDER BY t.place, t.id), '[]')
                         FROM topic t WHERE t.id = ANY (:topics::bigint[])),
         'vital',     coalesce((SELECT t.name FROM topic t WHERE t.vital), ''));

-- name: citizen_draft :many
-- What was typed on the way, and the text that would be agreed to now.
SELECT d.sealed, (SELECT max(version) FROM consent_document) AS consent
  FROM subscribe_draft d
 WHERE d.hash = :hash::bytea AND d.updated > now() - interval '1 day';

-- name: citizen_draft_keep :exec
INSERT INTO subscribe_draft (hash, sealed) VALUES (:hash::bytea, :sealed::bytea)
ON CONFLICT (tenant_id, hash) DO UPDATE SET sealed = excluded.sealed, updated = now();

-- name: citizen_draft_drop :exec
DELETE FROM subscribe_draft WHERE hash = :hash::bytea;

-- name: citizen_ask :exec
SELECT citizen_ask(:purpose::text, :contact::bytea, :remote::bytea, :link::bytea, :choice::bytea, :key::uuid,
                   :known_kind::text, :known::bytea, :unknown_kind::text, :unknown::bytea);

-- name: citizen_link :one
-- A mailed link, as its page shows it: open, used or ended.
SELECT CASE WHEN used IS NOT NULL THEN 'used' WHEN ends <= now() THEN 'ended' ELSE 'open' END AS state, choice
  FROM link WHERE hash = :link::bytea AND purpose = :purpose::text;

-- name: citizen_confirm :one
SELECT citizen_confirm(:link::bytea, :address::bytea, :districts::bigint[], :topics::bigint[], :vital::boolean,
                       :language::text, :version::text, :read_in::text, :session::bytea) AS id;

-- name: citizen_open :one
SELECT citizen_open(:link::bytea, :session::bytea) AS id;

-- name: citizen_again :one
SELECT citizen_again(:citizen::bigint, :was::bytea, :session::bytea) AS done;

-- name: citizen_sign_out :exec
DELETE FROM citizen_session WHERE hash = :session::bytea;

-- name: citizen_my :json
-- マイページ: what is set, what was agreed to, what was sent (the last 20 of half a
-- year, as far as the ledger knows).
SELECT citizen_chosen(c) || jsonb_build_object(
         'state',      c.state,
         'paused',     c.state = 'paused',
         'mail',       k.state,
         'stopped',    c.state = 'active' AND k.state IS NOT NULL AND k.state <> 'active',
         'unreached',  c.state = 'active' AND c.reach = '{}',
         'ended',      (SELECT min(o.id) FROM citizen o WHERE o.ended_in = c.id),
         'devices',    nullif((SELECT count(*) FROM contact d WHERE d.citizen_id = c.id AND d.channel = 'webpush'), 0),
         'district_ids', to_jsonb(c.districts),
         'topic_ids',  to_jsonb(c.topics),
         'consent',    (SELECT jsonb_build_object('version', o.version, 'given', moment(o.given, :lang::text))
                          FROM consent o
                         WHERE o.citizen_id = c.id AND o.withdrawn IS NULL
                         ORDER BY o.id DESC LIMIT 1),
         'messages',   (
           SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'subject',  s.subject,
                    'page_url', CASE WHEN s.on_site AND s.publish_until > now() AND s.state <> 'stopped'
                                     THEN '/messages/' || s.id END,
                    'at',       moment(s.at, :lang),
                    'state',    s.became)
                  ORDER BY s.published DESC, s.id DESC), '[]')
             FROM (SELECT m.id, m.subject, m.on_site, m.publish_until, m.state, m.published, l.state AS became, l.at
                     FROM (SELECT id, subject, on_site, publish_until, state, published FROM message
                            WHERE published > now() - interval '180 days'
                            ORDER BY published DESC LIMIT 300) m
                    CROSS JOIN LATERAL (SELECT p.state, p.at FROM ledger_person(m.id, ledger_place(m.id, c.id)) p
                                         ORDER BY p.round DESC, p.try DESC, p.at DESC LIMIT 1) l
                    ORDER BY m.published DESC, m.id DESC LIMIT 20) s))
  FROM citizen c
  LEFT JOIN contact k ON k.citizen_id = c.id AND k.channel = 'email'
 WHERE c.id = :citizen::bigint AND c.state <> 'left';

-- name: citizen_contact :one
SELECT k.id, k.address, c.language
  FROM contact k JOIN citizen c ON c.id = k.citizen_id
 WHERE k.citizen_id = :citizen::bigint AND k.channel = 'email';

-- name: citizen_set_districts :exec
UPDATE citizen SET districts = :districts::bigint[] WHERE id = :citizen::bigint AND state <> 'left';

-- name: citizen_set_topics :exec
UPDATE citizen SET topics = :topics::bigint[], vital_only = :vital::boolean
 WHERE id = :citizen::bigint AND state <> 'left';

-- name: citizen_set_language :exec
UPDATE citizen SET language = :language::text WHERE id = :citizen::bigint AND state <> 'left';

-- name: citizen_pause :exec
SELECT citizen_pause(:citizen::bigint, :pause::boolean);

-- name: citizen_of_contact :one
-- Whose address it is at present; no row: it was given up, or its person has left.
SELECT citizen_id FROM contact WHERE id = :contact::bigint;

-- name: citizen_stop_choices :json
-- What can be stopped by a link in a mail.  topics: those of that message which
-- this person chose; empty: it came for another reason.  other_ways: without mail they are still reached.
SELECT jsonb_build_object(
         'stopped', k.state IS DISTINCT FROM 'active',
         'other_ways', c.reach <> '{}' AND c.reach <> '{email}',
         'subject', (SELECT m.subject FROM message m WHERE m.id = :message::bigint),
         'topics',  (SELECT coalesce(jsonb_agg(t.name ORDER BY t.place, t.id), '[]')
                       FROM message m JOIN topic t ON t.id = ANY (m.topics)
                      WHERE m.id = :message AND t.id = ANY (c.topics) AND NOT t.vital AND NOT c.vital_only))
  FROM citizen c
  LEFT JOIN contact k ON k.citizen_id = c.id AND k.channel = 'email'
 WHERE c.id = :citizen::bigint;

-- name: citizen_stop :exec
SELECT citizen_stop(:citizen::bigint, :message::bigint, :what::text);
