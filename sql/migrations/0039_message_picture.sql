-- Pictures of a message (domain/picture.h), and whether one was corrected.

-- SHA-256 of a file's bytes: what an approver signs, and what is served.  NULL: taken in before.
ALTER TABLE attachment ADD digest bytea;

-- [{"id", "small", "text"}]: two attachments and what is on it in words, in their order.
ALTER TABLE message ADD pictures jsonb NOT NULL DEFAULT '[]'
  CHECK (jsonb_typeof(pictures) = 'array' AND jsonb_array_length(pictures) <= 3);
-- The small one of the first, for lists; message_guard() keeps it.
ALTER TABLE message ADD cover uuid;
CREATE INDEX message_pictures ON message (tenant_id) WHERE pictures <> '[]';

-- The latest correction that is out and on the site; message_corrected() keeps it.
ALTER TABLE message ADD corrected_by bigint;

-- The list that everybody opens, from the index alone: both are shown in it.
DROP INDEX message_on_site;
CREATE INDEX message_on_site ON message (tenant_id, published DESC, id DESC)
  INCLUDE (publish_until, department_id, subject, topics, cover, corrected_by)
  WHERE on_site AND state IN ('sending', 'sent');

-- Corrections that went out before today, town by town (0010).
DO $$
DECLARE
  t bigint;
BEGIN
  ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
  FOR t IN SELECT id FROM tenant ORDER BY id LOOP
    PERFORM enter_tenant(t, 'command');
    UPDATE message m SET corrected_by = c.id
      FROM (SELECT corrects, max(id) AS id FROM message
             WHERE corrects IS NOT NULL AND on_site AND state IN ('sending', 'sent') GROUP BY corrects) c
     WHERE m.id = c.corrects;
  END LOOP;
  ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
END $$;
