-- A batch that is held while some of it is still in the air keeps its lease until they
-- are down: the message is not through before (batch_hold, batch_break).
CREATE INDEX batch_flying ON batch (tenant_id, message_id) WHERE state = 'held' AND lease_until IS NOT NULL;

-- A letter to one device, which is written to again while another of the same person has
-- the message already.
ALTER TABLE letter ADD contact_id bigint;
