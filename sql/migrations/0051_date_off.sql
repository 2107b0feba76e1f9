-- Why one date of an event does not take place: {"ja": …, "en": …}, Japanese always; {}: it does, or the whole event was called off.
ALTER TABLE event_slot ADD COLUMN call_off jsonb NOT NULL DEFAULT '{}' CHECK (call_off = '{}' OR call_off ->> 'ja' <> '');
