-- The picture of an event, in two sizes (attachment), and what is on it in words.
ALTER TABLE event
  ADD COLUMN picture uuid,
  ADD COLUMN picture_small uuid,
  ADD COLUMN picture_text text NOT NULL DEFAULT '' CHECK (length(picture_text) <= 200),
  ADD CHECK ((picture IS NULL) = (picture_small IS NULL)),
  ADD CHECK ((picture IS NULL) = (picture_text = ''));
CREATE INDEX event_picture ON event (tenant_id, picture) WHERE picture IS NOT NULL;
