-- Calendars and lists of other systems that become events: the file from its upload until it
-- is taken, and what came of it.
CREATE TABLE event_import (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  staff_id    bigint NOT NULL,
  name        text NOT NULL CHECK (octet_length(name) <= 600), -- of the file, as it was sent
  bytes       bytea,                    -- NULL: taken, or too old
  created     timestamptz NOT NULL DEFAULT now(),
  taken       timestamptz,
  counts      jsonb,                    -- {"new", "changed", "same", "edited", "cancelled"}
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
  CHECK ((taken IS NULL) = (counts IS NULL))
);
CALL wall('event_import');

-- import_mark: what the import wrote, so that it never writes over what staff have changed.
ALTER TABLE event
  ADD COLUMN import_id bigint,
  ADD COLUMN import_mark text,
  ADD FOREIGN KEY (tenant_id, import_id) REFERENCES event_import;
CREATE INDEX event_by_import ON event (tenant_id, import_id) WHERE import_id IS NOT NULL;
