-- Applications beside their seats (seat.sql): when something is to be done about one, when its
-- person may be written to, and the codes that prove an address.

-- When the planner looks at an application next.  Somebody without an address is told
-- nothing, but their offer passes on as all do.
CREATE OR REPLACE FUNCTION application_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  -- Held until then (application_hold); whatever else happens to it counts anew.
  IF TG_OP = 'UPDATE' AND NEW.due > now() AND NEW.due IS DISTINCT FROM OLD.due THEN
    RETURN NEW;
  END IF;
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

-- Who it is among the citizens: whoever was signed in, or whose mail address was proved on the
-- way (once_hash; what staff enter proves nothing).  NULL: nobody whom we know.
CREATE OR REPLACE FUNCTION application_citizen(a application) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT z.id FROM citizen z
   WHERE z.state = 'active'
     AND z.id = coalesce(a.citizen_id, (SELECT p.citizen_id FROM contact p
                                         WHERE p.channel = 'email' AND p.hash = a.once_hash AND p.state = 'active' AND a.staff_id IS NULL)));
END $$;

-- When somebody may be written to about it, by the hours that messages obey (plan.sql) or, by
-- SMS, those of keep.sql.  At once: what answers a step of their own, that it is called off
-- today, and what would else come too late for the date.
CREATE OR REPLACE FUNCTION application_when(a application, p_what text, p_sms boolean) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
  s event_slot;
  c citizen;
  t timestamptz;
BEGIN
  SELECT x.* INTO s FROM event_slot x WHERE x.id = a.slot_id;
  IF p_what = 'state' AND (a.told IS NULL AND a.state IN ('applied', 'confirmed', 'waiting')
                           OR a.told = 'offered' AND a.state = 'confirmed'
                           OR a.why = 'person'
                           OR a.why = 'event' AND (s.begins AT TIME ZONE 'Asia/Tokyo')::date = (now() AT TIME ZONE 'Asia/Tokyo')::date) THEN
    RETURN now();
  END IF;
  SELECT x.* INTO c FROM citizen x WHERE x.id = application_citizen(a);
  t := CASE WHEN p_sms THEN keep_time(c.quiet_from, c.quiet_to)
            ELSE quiet_due(quiet_end(c.quiet_from, c.quiet_to, quiet_clock(false))) END;
  RETURN CASE WHEN s.begins > now() AND t > s.begins - interval '1 hour' THEN now() ELSE t END;
END $$;

-- Not now: true, and the planner looks again when it may.  An offer has its whole time from then on, or until the date begins.
CREATE OR REPLACE FUNCTION application_hold(p_application bigint, p_what text, p_sms boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  a application;
  t timestamptz;
BEGIN
  SELECT x.* INTO a FROM application x WHERE x.id = p_application;
  t := application_when(a, p_what, p_sms);
  IF t <= now() THEN
    RETURN false;
  END IF;
  UPDATE application x SET due = t, offer_until = coalesce(offer_end(x.slot_id, t, e.offer_hours), x.offer_until)
    FROM event e WHERE x.id = p_application AND e.id = x.event_id AND x.state = 'offered';
  IF NOT FOUND THEN
    UPDATE application x SET due = t WHERE x.id = p_application;
  END IF;
  RETURN true;
END $$;

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
