-- Mails that come back (app/domain/bounce.c).
-- role: owner

-- name: bounce_of :one
-- Where the mail went that this person got of this message.  No row: it has changed since, or
-- there was none.
SELECT k.address
  FROM contact k
 WHERE k.citizen_id = :citizen::bigint AND k.channel = 'email'
   AND EXISTS (SELECT FROM delivery d
                WHERE d.message_id = :message::bigint AND d.citizen_id = k.citizen_id AND d.channel = 'email'
                  AND d.state = 'accepted' AND d.at >= coalesce(k.confirmed, '-infinity'));

-- name: bounce_take :one
SELECT bounce_take(:message::bigint, :citizen::bigint, :kind::text, :status::text, :sure::boolean) AS changed;

-- name: bounce_letter_of :one
-- The address that a letter went to, where we keep it.  No row: there is no such letter (any more).
SELECT k.address
  FROM letter l LEFT JOIN contact k ON k.channel = 'email' AND k.hash = l.hash
 WHERE l.id = :letter::bigint AND l.channel = 'email' AND l.state = 'accepted';

-- name: bounce_letter :one
SELECT bounce_letter(:letter::bigint, :kind::text, :sure::boolean) AS changed;

-- name: bounce_month :json
-- role: web
-- What came back in thirty days, of mails that the server had taken: of messages, and of letters
-- to one person.
WITH back AS (
  SELECT kind, at, false AS letter FROM mail_return WHERE at > now() - interval '30 days'
  UNION ALL SELECT unnest(back), back_at, true FROM letter WHERE back_at > now() - interval '30 days')
SELECT jsonb_build_object(
         'any',       count(*) > 0,
         'letters',   to_char(count(*) FILTER (WHERE letter), 'FM999,999,990'),
         'gone',      to_char(count(*) FILTER (WHERE kind IN ('hard', 'suspended')), 'FM999,999,990'),
         'other',     to_char(count(*) FILTER (WHERE kind IN ('full', 'soft')), 'FM999,999,990'),
         'policy',    to_char(count(*) FILTER (WHERE kind = 'policy'), 'FM999,999,990'),
         'complaint', to_char(count(*) FILTER (WHERE kind = 'complaint'), 'FM999,999,990'),
         'refused',   count(*) FILTER (WHERE kind = 'policy' AND at > now() - interval '7 days') > 0)
  FROM back;
