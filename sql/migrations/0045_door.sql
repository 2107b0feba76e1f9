-- A link for a door can be withdrawn before its time is over, and is named by its id where it
-- is listed: the link itself is kept nowhere.
ALTER TABLE door
  ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN withdrawn timestamptz,
  ADD UNIQUE (tenant_id, id);
CREATE INDEX door_by_event ON door (tenant_id, event_id, ends);
