-- Signing in, by both factors, and out again (domain/login.c).
-- role: web

-- name: login_throttle :one
SELECT throttle_hit(:bucket::text, :key::bytea, :most::int, make_interval(secs => :window_s::int)) AS within;

-- name: login_throttle_clear :exec
SELECT throttle_clear(:bucket::text, :key::bytea);

-- name: login_throttle_return :exec
SELECT throttle_return(:bucket::text, :key::bytea);

-- name: login_note :exec
SELECT throttle_note(:bucket::text, :key::bytea);

-- name: login_noted :one
SELECT throttle_noted(:bucket::text, :key::bytea, make_interval(days => :days::int)) AS known;

-- name: login_slot :exec
SELECT login_slot(:slots::int);

-- name: login_find :one
-- Who may sign in by this ID; nobody else is found, so that all others look alike.
SELECT id, password, totp IS NOT NULL AS enrolled
  FROM staff WHERE login = :login::text AND state = 'active' AND password IS NOT NULL;

-- name: login_rehash :exec
UPDATE staff SET password = :password::text WHERE id = :staff::bigint AND password = :was::text;

-- name: login_actor :exec
-- From here on this transaction is this person's.
SELECT set_config('chromo.actor', 'staff:' || :staff::bigint, true);

-- name: login_audit :exec
SELECT audit_write(:act::text, :staff::bigint?, NULL);

-- name: login_session_add :exec
INSERT INTO staff_session (hash, staff_id, stage, pending, remote)
VALUES (:hash::bytea, :staff::bigint, :stage::text, :pending::bytea, :remote::text);

-- name: login_session_step :exec
-- Both factors were right: a new token, and the old one is nothing any more (R16).
UPDATE staff_session
   SET hash = :hash::bytea, stage = 'full', pending = :pending::bytea, created = now(), seen = now(), proved = now()
 WHERE hash = :was::bytea AND staff_id = :staff::bigint AND stage = :stage::text;

-- name: login_session_again :exec
-- Both factors once more, in the midst of it (R20): a new token, which lives no longer than the
-- old one would have.
UPDATE staff_session SET hash = :hash::bytea, seen = now(), proved = now()
 WHERE hash = :was::bytea AND staff_id = :staff::bigint AND stage = 'full';

-- name: login_session_pending :bytes
SELECT pending FROM staff_session WHERE hash = :hash::bytea;

-- name: login_session_hold :exec
UPDATE staff_session SET pending = :pending::bytea WHERE hash = :hash::bytea;

-- name: login_session_end :exec
DELETE FROM staff_session WHERE hash = :hash::bytea;

-- name: login_sessions_end :exec
-- role: web owner
-- All of a person, or all but one.
DELETE FROM staff_session WHERE staff_id = :staff::bigint AND hash IS DISTINCT FROM :keep::bytea;

-- name: login_sessions_prune :exec
-- Long since lapsed.  Of the others a form may still be on its way (domain/unsent.h).
DELETE FROM staff_session WHERE staff_id = :staff::bigint AND created < now() - interval '2 days';

-- name: login_factor :one
SELECT login, totp FROM staff WHERE id = :staff::bigint;

-- name: login_step :exec
-- A code works once: whoever comes second, on whatever worker, changes no row (R11).
UPDATE staff SET totp_step = :step::bigint, signed_in = now()
 WHERE id = :staff::bigint AND totp_step < :step;

-- name: login_enrol :exec
UPDATE staff SET totp = :totp::bytea, totp_step = :step::bigint, signed_in = now()
 WHERE id = :staff::bigint;

-- name: login_signed_in :exec
UPDATE staff SET signed_in = now() WHERE id = :staff::bigint;

-- name: login_recovery_clear :exec
-- role: web owner
DELETE FROM staff_recovery WHERE staff_id = :staff::bigint;

-- name: login_recovery_add :exec
INSERT INTO staff_recovery (staff_id, hash)
SELECT :staff::bigint, h FROM unnest(:hashes::bytea[]) AS h;

-- name: login_recovery_use :exec
UPDATE staff_recovery SET used = now()
 WHERE staff_id = :staff::bigint AND hash = :hash::bytea AND used IS NULL;

-- name: login_session_over :many
-- A login that nobody ended, whether it has lapsed or not; busy: not for want of anything done.
-- No row: it was ended, its person may not sign in any more, or it is two days old.
SELECT x.seen > now() - interval '30 minutes' AS busy, x.unsent_at IS NOT NULL AS unsent
  FROM staff_session x JOIN staff s ON s.id = x.staff_id
 WHERE x.hash = :hash::bytea AND s.state = 'active';

-- name: login_session_own :many
-- A row: this login is or was the same person's.
SELECT staff_id FROM staff_session WHERE hash = :hash::bytea AND staff_id = :staff::bigint;

-- name: login_session_carry :exec
-- What waits goes along to the next login of the same person, for half a day.
UPDATE staff_session n
   SET follows = o.follows OR o.stage = 'full',
       unsent = CASE WHEN o.unsent_at > now() - interval '12 hours' THEN o.unsent END,
       unsent_at = CASE WHEN o.unsent_at > now() - interval '12 hours' THEN o.unsent_at END
  FROM staff_session o
 WHERE n.hash = :hash::bytea AND o.hash = :was::bytea AND o.staff_id = n.staff_id;

-- name: login_unsent_lock :many
-- What waits already, and was not shown yet.  No row as above, or no page with a form was ever shown in it.
SELECT CASE WHEN x.unsent_at IS NOT NULL THEN x.unsent END AS unsent
  FROM staff_session x JOIN staff s ON s.id = x.staff_id
 WHERE x.hash = :hash::bytea AND s.state = 'active' AND (x.stage = 'full' OR x.follows)
   FOR UPDATE OF x;

-- name: login_unsent_put :exec
UPDATE staff_session SET unsent = :unsent::bytea, unsent_at = now() WHERE hash = :hash::bytea;

-- name: login_unsent :many
SELECT unsent, unsent_at IS NOT NULL AS waits FROM staff_session WHERE hash = :hash::bytea AND unsent IS NOT NULL;

-- name: login_unsent_shown :exec
UPDATE staff_session SET unsent_at = NULL WHERE hash = :hash::bytea AND unsent_at IS NOT NULL;
