-- A batch is written some four times, its members once.  A CHECK that reads them would fetch
-- them each time (batch_members does where they are written); and an index whose condition
-- names the lease is written whenever the lease is.
ALTER TABLE batch DROP CONSTRAINT batch_check;
ALTER TABLE batch ADD CONSTRAINT batch_size_check CHECK (size > 0 AND first <= last);
DROP INDEX batch_flying;
CREATE INDEX batch_flying ON batch (tenant_id, message_id) WHERE state = 'held';
-- Whether anything of a message is left is asked from its last batch on (message_through).
DROP INDEX batch_open;
CREATE INDEX batch_open ON batch (tenant_id, message_id, id) WHERE state IN ('queued', 'sending');
-- While a planner is at work nothing that is dead can be taken away: room for two changes.
ALTER TABLE batch SET (fillfactor = 60);
-- It takes two numbers now.
DROP FUNCTION IF EXISTS batch_call_end(batch, text, int, text, text);
