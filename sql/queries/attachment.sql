-- Files that people send (domain/attachment.c, courier/scan.c).
-- role: web

-- name: attachment_add :exec
INSERT INTO attachment (id, purpose, owner_id, kind, name, bytes, digest)
VALUES (:id::uuid, :purpose::text, :owner::bigint, :kind::text, :name::text, :bytes::bigint, :digest::bytea);

-- name: attachment_list :json
SELECT coalesce(json_agg(json_build_object(
         'id', t.id, 'name', t.name, 'kind', t.kind, 'picture', t.kind <> 'application/pdf',
         'kilobytes', (t.bytes + 1023) / 1024, 'state', t.state) ORDER BY w.place), '[]')
  FROM unnest(:ids::uuid[]) WITH ORDINALITY AS w (id, place)
  JOIN attachment t ON t.id = w.id
 WHERE t.purpose = :purpose::text AND t.owner_id = :owner::bigint;

-- name: attachment_keep :exec
UPDATE attachment SET kept = true
 WHERE purpose = :purpose::text AND owner_id = :owner::bigint AND id = ANY (:ids::uuid[]);

-- name: attachment_loosen :exec
-- They go as loose files do.
UPDATE attachment SET kept = false, day = (now() AT TIME ZONE 'Asia/Tokyo')::date
 WHERE purpose = :purpose::text AND owner_id = :owner::bigint AND id = ANY (:ids::uuid[]) AND kept;

-- name: attachment_find :json
SELECT json_build_object('id', t.id, 'purpose', t.purpose, 'owner', t.owner_id, 'kind', t.kind, 'name', t.name,
                         'picture', t.kind <> 'application/pdf', 'state', t.state, 'clean', t.state = 'clean')
  FROM attachment t WHERE t.id = :id::uuid;

-- name: scan_work :many
-- role: courier
SELECT tenant_id FROM scan_work();

-- name: scan_due :many
-- role: courier
-- One after the other: a scan may take long, and another courier goes on with the next.  Due again when whoever
-- takes it here was killed; no lock stays, for the answer that the file is of is sent meanwhile.
UPDATE attachment SET due = now() + interval '2 minutes'
 WHERE id = (SELECT id FROM attachment WHERE due <= now() ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: scan_clean :exec
-- role: courier
UPDATE attachment SET state = 'clean', due = NULL WHERE id = :id::uuid;

-- name: scan_infected :exec
-- role: courier
UPDATE attachment SET state = 'infected', due = NULL WHERE id = :id::uuid;

-- name: scan_later :exec
-- role: courier
-- At first soon, then every ten minutes.
UPDATE attachment SET tries = tries + 1, due = now() + least(interval '10 minutes', interval '2 seconds' * (1 << least(tries, 9)))
 WHERE id = :id::uuid;

-- name: scan_loose :many
-- role: courier
-- What no answer was sent with goes with the last draft that could have named it.
DELETE FROM attachment WHERE id IN
  (SELECT id FROM attachment WHERE NOT kept AND day < (now() AT TIME ZONE 'Asia/Tokyo')::date - 31 LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: scan_known :many
-- role: courier
SELECT id FROM attachment WHERE id = :id::uuid;
