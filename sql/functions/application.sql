-- Applications beside their seats (seat.sql): when something is to be done about one, and
-- the codes that prove an address.

-- When the planner looks at an application next.  Somebody without an address is told
-- nothing, but their offer passes on as all do.
CREATE OR REPLACE FUNCTION application_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  IF NEW.contact IS NOT NULL AND NEW.told IS DISTINCT FROM NEW.state THEN
    NEW.due := now();
  ELSIF NEW.state = 'offered' THEN
    NEW.due := NEW.offer_until;
  ELSIF NEW.contact IS NULL OR NEW.state NOT IN ('confirmed', 'waiting') THEN
    NEW.due := NULL;
  ELSE
    SELECT s.begins - make_interval(hours => e.reminder_hours) AS remind, s.begins, s.ends,
           e.thanks <> '' OR e.missed <> '' OR e.survey_id IS NOT NULL AS thanks, e.sorry <> '' AS sorry
      INTO r FROM event_slot s JOIN event e ON e.id = s.event_id WHERE s.id = NEW.slot_id;
    NEW.due := CASE WHEN NEW.state = 'waiting' THEN CASE WHEN NEW.thanked IS NULL AND r.sorry THEN r.begins END
                    WHEN NEW.reminded IS NULL AND r.remind > NEW.created AND now() < r.begins THEN r.remind
                    WHEN NEW.thanked IS NULL AND r.thanks THEN r.ends END;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER application_due BEFORE INSERT OR UPDATE ON application
  FOR EACH ROW EXECUTE FUNCTION application_due();

-- Which tenants have something due.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION event_work() RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT a.tenant_id FROM application a WHERE a.due <= now() UNION SELECT n.tenant_id FROM event_notice n WHERE n.sent IS NULL;
END $$;
REVOKE ALL ON FUNCTION event_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION event_work TO chromo_courier;
SET LOCAL ROLE chromo_owner;

-- A code is to go to an address: within the limits, else nobody is told.
CREATE OR REPLACE FUNCTION application_code(p_contact bytea, p_remote bytea, p_kind text, p_channel text, p_key uuid, p_letter bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF throttle_hit('code_to', p_contact, 5, interval '1 hour')
     AND throttle_hit('code_from', p_remote, 120, interval '1 hour') THEN
    INSERT INTO letter (kind, channel, key, sealed, valid_until)
    VALUES (p_kind, p_channel, p_key, p_letter, now() + interval '15 minutes');
  END IF;
END $$;
