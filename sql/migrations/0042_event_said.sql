-- What gateways call in is carried out at once: that it came is all that is kept.  Answers by
-- SMS lay here for good, with numbers and words that nobody read.
ALTER TABLE gateway_event DROP COLUMN sealed, DROP COLUMN done, DROP COLUMN occurred;
