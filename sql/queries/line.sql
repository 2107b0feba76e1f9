-- Citizens and their LINE (domain/line.c).
-- role: web

-- name: line_link_make :exec
-- A new code puts an end to those before it.
WITH former AS (
  DELETE FROM line_link WHERE citizen_id = :citizen::bigint? AND kind = :kind::text AND used IS NULL)
INSERT INTO line_link (hash, kind, citizen_id, choice, ends)
VALUES (:hash::bytea, :kind, :citizen, :choice::bytea, now() + make_interval(mins => :minutes::int));

-- name: line_link_find :one
SELECT CASE WHEN used IS NOT NULL THEN 'used' WHEN ends <= now() THEN 'ended' ELSE 'open' END AS state,
       coalesce(citizen_id, 0) AS citizen, choice
  FROM line_link WHERE hash = :hash::bytea AND kind = :kind::text;

-- name: line_link_use :exec
SELECT line_link_use(:hash::bytea, :user::bytea, :address::bytea, :districts::bigint[], :topics::bigint[], :vital::boolean,
                     :language::text, :version::text, :read_in::text);

-- name: line_link_open :one
-- The browser that has the code opens マイページ with it, once.
WITH opened AS (
  UPDATE line_link l SET opened = now()
    FROM citizen c
   WHERE l.hash = :hash::bytea AND l.used > now() - interval '1 hour' AND l.opened IS NULL
     AND c.id = l.citizen_id AND c.state <> 'left'
  RETURNING l.citizen_id)
SELECT citizen_let_in(citizen_id, :session::bytea) AS citizen_id FROM opened;

-- name: line_unlink :one
SELECT contact_give_up(:citizen::bigint, 'line') AS gone;

-- name: line_try :one
-- Somebody writes what may be a code.
SELECT throttle_hit('line_code', :user::bytea, 10, interval '1 hour') AS allowed;

-- name: line_reach :exec
SELECT line_reach(:user::bytea, :reached::boolean, to_timestamp(:at_ms::bigint / 1000.0));

-- name: line_state :json
-- How the person's LINE stands, and whether the town has one.
SELECT jsonb_build_object(
         'state',   (SELECT k.state FROM contact k WHERE k.citizen_id = :citizen::bigint AND k.channel = 'line'),
         'since',   (SELECT moment(k.confirmed, :lang::text) FROM contact k WHERE k.citizen_id = :citizen AND k.channel = 'line'),
         'alone',   NOT EXISTS (SELECT FROM contact k WHERE k.citizen_id = :citizen AND k.channel <> 'line'),
         'offered', g.id IS NOT NULL,
         'access_url', coalesce(nullif(g.url, ''), 'https://access.line.me'),
         'add_url', CASE WHEN g.settings ->> 'basic_id' ~ '^@[0-9a-z_-]{1,40}$'
                         THEN 'https://line.me/R/ti/p/%40' || substr(g.settings ->> 'basic_id', 2) END)
  FROM (SELECT) one
  LEFT JOIN gateway g ON g.channel = 'line' AND g.active;

-- name: line_person :one
SELECT c.id AS citizen, c.language
  FROM contact k JOIN citizen c ON c.id = k.citizen_id
 WHERE k.channel = 'line' AND k.hash = :user::bytea AND c.state <> 'left';

-- name: line_letter :exec
-- An answer in the chat: LINE takes it for a minute.
INSERT INTO letter (kind, channel, key, sealed, valid_until)
VALUES ('line_reply', 'line', :key::uuid, :sealed::bytea, now() + interval '1 minute');

-- name: line_door :one
-- The way into マイページ; no row: asked for too often.
INSERT INTO link (hash, purpose, contact_hash, ends)
SELECT :link::bytea, 'my', :user::bytea, now() + make_interval(mins => :minutes::int)
 WHERE throttle_hit('line_door', :user, 10, interval '1 hour')
RETURNING ends;

-- name: line_saw :one
SELECT message_saw(:message::bigint, :citizen::bigint, 'line') AS saw;
