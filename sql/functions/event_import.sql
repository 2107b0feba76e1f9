-- Entries of files that become events (domain/agenda.h).  An entry:
--	{"key", "source", "texts", "category", "place", "address", "latitude", "longitude", "access",
--	 "organiser", "contact", "free", "online", "cancelled", "days", "slots": [{"begins", "ends"} in ms]}

CREATE OR REPLACE FUNCTION event_import_mark(e event) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN event_mark(e, 'texts') || event_mark(e, 'place')
         || coalesce((SELECT left(md5(string_agg(concat_ws(' ', rfc3339(s.begins), rfc3339(s.ends), s.days, s.cancelled IS NULL), ',' ORDER BY s.begins, s.id)), 16)
                        FROM event_slot s WHERE s.event_id = e.id), '');
END $$;

-- What would become of an entry: "new"; "same" as the file said last time; "changed" since;
-- "edited": changed, but staff have written over what was imported; "cancelled": called off
-- there, which staff do here by hand, because people may have signed up.
CREATE OR REPLACE FUNCTION event_import_what(p_entry jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT CASE WHEN (p_entry ->> 'cancelled')::boolean THEN 'cancelled'
              WHEN e.id IS NULL THEN 'new'
              WHEN e.source = p_entry -> 'source' THEN 'same'
              WHEN e.import_mark IS DISTINCT FROM event_import_mark(e) OR e.state NOT IN ('draft', 'open') THEN 'edited'
              ELSE 'changed' END
    FROM (SELECT) one LEFT JOIN event e ON e.source_key = p_entry ->> 'key');
END $$;

-- The dates of an imported event are those of the file; one that people signed up for is called
-- off by staff, never by a file.
CREATE OR REPLACE FUNCTION event_import_dates(p_event bigint, p_slots jsonb, p_days boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM event_slot s WHERE s.event_id = p_event
     AND NOT EXISTS (SELECT FROM application a WHERE a.slot_id = s.id) AND NOT EXISTS (SELECT FROM lottery l WHERE l.slot_id = s.id)
     AND NOT EXISTS (SELECT FROM checkin c WHERE c.slot_id = s.id)
     AND NOT EXISTS (SELECT FROM jsonb_to_recordset(p_slots) AS n (begins bigint, ends bigint)
                      WHERE to_timestamp(n.begins / 1000.0) = s.begins AND to_timestamp(n.ends / 1000.0) = s.ends AND s.days = p_days);
  INSERT INTO event_slot (event_id, begins, ends, days)
  SELECT p_event, to_timestamp(n.begins / 1000.0), to_timestamp(n.ends / 1000.0), p_days
    FROM jsonb_to_recordset(p_slots) AS n (begins bigint, ends bigint)
   WHERE NOT EXISTS (SELECT FROM event_slot s WHERE s.event_id = p_event AND s.begins = to_timestamp(n.begins / 1000.0)
                        AND s.ends = to_timestamp(n.ends / 1000.0))
   ORDER BY n.begins;
END $$;

-- Takes a file: drafts are made, and what was imported before is brought up to date.  Returns
-- how many of which kind; {"department": null}: this person belongs to none.  A file is taken
-- once: {} the second time.
CREATE OR REPLACE FUNCTION event_import_take(p_import bigint, p_entries jsonb, p_staff bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  own   bigint;
  entry jsonb;
  what  text;
  made  bigint;
  n     jsonb := jsonb_build_object('new', 0, 'changed', 0, 'same', 0, 'edited', 0, 'cancelled', 0);
BEGIN
  PERFORM FROM event_import WHERE id = p_import AND taken IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object();
  END IF;
  SELECT sd.department_id INTO own FROM staff_department sd JOIN department d ON d.id = sd.department_id
   WHERE sd.staff_id = p_staff AND d.active ORDER BY d.place, d.id LIMIT 1;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('department', NULL);
  END IF;
  -- Of two files that have the same entry the second finds what the first has made.
  PERFORM pg_advisory_xact_lock(hashtextextended('event_import', current_tenant()));
  FOR entry IN SELECT value FROM jsonb_array_elements(p_entries) LOOP
    what := event_import_what(entry);
    n := jsonb_set(n, ARRAY[what], to_jsonb((n ->> what)::int + 1));
    CONTINUE WHEN what NOT IN ('new', 'changed');
    IF what = 'new' THEN
      INSERT INTO event (department_id, author_id, texts, rule, source_key) VALUES (own, p_staff, entry -> 'texts', 'none', entry ->> 'key');
    END IF;
    UPDATE event e
       SET texts = e.texts || (entry -> 'texts'), category = entry ->> 'category', place = entry ->> 'place', address = entry ->> 'address',
           latitude = nullif(entry ->> 'latitude', '')::numeric, longitude = nullif(entry ->> 'longitude', '')::numeric,
           access = entry ->> 'access', organiser = entry ->> 'organiser', contact = entry ->> 'contact',
           free = (entry ->> 'free')::boolean, online = (entry ->> 'online')::boolean, source = entry -> 'source', import_id = p_import
     WHERE e.source_key = entry ->> 'key'
    RETURNING e.id INTO made;
    UPDATE questionnaire n SET languages = n.languages || ARRAY(SELECT k FROM jsonb_object_keys(e.texts) AS k WHERE k <> ALL (n.languages))
      FROM event e WHERE e.id = made AND n.id = e.questionnaire_id AND NOT n.languages @> ARRAY(SELECT jsonb_object_keys(e.texts));
    PERFORM event_import_dates(made, entry -> 'slots', (entry ->> 'days')::boolean);
    UPDATE event e SET import_mark = event_import_mark(e) WHERE e.id = made;
  END LOOP;
  UPDATE event_import SET taken = now(), counts = n, bytes = NULL WHERE id = p_import;
  RETURN n;
END $$;
