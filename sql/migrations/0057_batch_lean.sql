-- A batch is written some four times, its members once.  A CHECK that reads them would fetch
-- them each time (batch_members does where they are written); and an index whose condition
-- names the lease is written whenever the lease is.
ALTER TABLE batch DROP CONSTRAINT batch_check;
ALTER TABLE batch ADD CONSTRAINT batch_size_check CHECK (size > 0 AND first <= last);
DROP INDEX batch_flying;
CREATE INDEX batch_flying ON batch (tenant_id, message_id) WHERE state = 'held';
