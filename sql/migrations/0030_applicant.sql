-- Waiting: whom staff put ahead of the others.  After the date: words for those who did
-- not come, and for those who waited in vain.
ALTER TABLE application ADD COLUMN ahead boolean NOT NULL DEFAULT false;
ALTER TABLE event
  ADD COLUMN missed text NOT NULL DEFAULT '' CHECK (octet_length(missed) <= 6000),
  ADD COLUMN sorry text NOT NULL DEFAULT '' CHECK (octet_length(sorry) <= 6000);
-- Lists of an event, page by page.
CREATE INDEX application_of_event ON application (tenant_id, event_id, id);
