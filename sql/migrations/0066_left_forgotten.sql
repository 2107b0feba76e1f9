-- Whoever has left kept what they had chosen; now it goes with them (citizen_forget). What waits to be
-- asked for stays.  Town by town (0039): without one the wall hides every row, as it did from the last
-- statement of 0062, which is done here.
DO $$
DECLARE
  t bigint;
BEGIN
  ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
  FOR t IN SELECT id FROM tenant ORDER BY id LOOP
    PERFORM enter_tenant(t, 'command');
    UPDATE citizen
       SET language = 'ja', vital_only = false, districts = '{}', topics = '{}', channels = '{}', quiet_from = NULL, quiet_to = NULL
     WHERE state = 'left' AND ended_in IS NULL
       AND (language <> 'ja' OR vital_only OR districts <> '{}' OR topics <> '{}' OR channels <> '{}' OR quiet_from IS NOT NULL);
    INSERT INTO right_address (survey_id, contact_hash)
    SELECT d.survey_id, k.hash FROM right_drawn d JOIN contact k ON k.citizen_id = d.citizen_id AND k.channel <> 'webpush'
        ON CONFLICT DO NOTHING;
  END LOOP;
  ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
END $$;
