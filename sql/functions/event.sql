-- Events as staff make them (domain/event.h).

-- What a form carries to show what it was opened on.
CREATE OR REPLACE FUNCTION event_mark(e event, p_part text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT left(md5(CASE p_part
           WHEN 'content' THEN concat_ws(E'\x1f', e.texts -> 'ja', e.category, e.organiser, e.contact, e.department_id, e.free, e.childcare,
                                         e.sign_language, e.online)
           -- What a file wrote (event_import_mark): in all languages.
           WHEN 'texts' THEN concat_ws(E'\x1f', e.texts, e.category, e.organiser, e.contact, e.department_id, e.free, e.childcare,
                                       e.sign_language, e.online)
           WHEN 'place' THEN concat_ws(E'\x1f', e.place, e.address, coalesce(e.latitude::text, '-'), coalesce(e.longitude::text, '-'),
                                       e.access, coalesce(e.district_id::text, '-'))
           WHEN 'picture' THEN concat_ws(E'\x1f', coalesce(e.picture::text, '-'), e.picture_text)
           WHEN 'rules' THEN concat_ws(E'\x1f', e.rule, coalesce(e.opens::text, '-'), coalesce(e.closes::text, '-'), e.group_max, e.names,
                                       e.once, e.waiting, e.in_order, coalesce(e.offer_hours::text, '-'), e.listed)
           WHEN 'around' THEN concat_ws(E'\x1f', coalesce(e.reminder_hours::text, '-'), e.thanks, e.missed, e.sorry, coalesce(e.survey_id::text, '-'))
           WHEN 'each' THEN e.each::text
           WHEN 'memo' THEN e.memo END), 16)
$$;

-- A draft; with what another event says, asks and how it gives its seats (0: none), but not
-- its dates.  NULL: this person belongs to no department.
CREATE OR REPLACE FUNCTION event_create(p_title text, p_copied bigint, p_staff bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  old    event;
  own    department;
  event_made bigint;
BEGIN
  IF p_copied <> 0 THEN
    SELECT * INTO old FROM event WHERE id = p_copied;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'event: there is none to copy' USING ERRCODE = 'CH002';
    END IF;
  END IF;
  own := staff_home(p_staff, old.department_id);
  IF own.id IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO event (questionnaire_id, department_id, author_id, texts, category, place, address, latitude, longitude, access, district_id,
                     organiser, contact, free, childcare, sign_language, online, rule, group_max, names, each, once, waiting, in_order,
                     offer_hours, listed, reminder_hours, thanks, missed, sorry, picture, picture_small, picture_text, copied_from)
  VALUES (questionnaire_copy(old.questionnaire_id, 'event', p_staff), own.id, p_staff, texts_retitled(coalesce(old.texts, '{"ja": {"title": ""}}'), p_title),
          coalesce(old.category, ''), coalesce(old.place, ''), coalesce(old.address, ''), old.latitude, old.longitude,
          coalesce(old.access, ''), old.district_id, coalesce(old.organiser, own.name),
          CASE WHEN own.id = old.department_id THEN old.contact ELSE own.contact END, coalesce(old.free, true),
          coalesce(old.childcare, false), coalesce(old.sign_language, false), coalesce(old.online, false), coalesce(old.rule, 'first'),
          coalesce(old.group_max, 1), coalesce(old.names, 'all'), coalesce(old.each, '{}'), coalesce(old.once, false),
          coalesce(old.waiting, true), coalesce(old.in_order, false), old.offer_hours, coalesce(old.listed, true),
          CASE WHEN old.id IS NULL THEN 24 ELSE old.reminder_hours END, coalesce(old.thanks, ''), coalesce(old.missed, ''), coalesce(old.sorry, ''), old.picture, old.picture_small,
          coalesce(old.picture_text, ''), old.id)
  RETURNING id INTO event_made;
  RETURN event_made;
END $$;

-- Every event has a questionnaire, empty at first; it says what languages people may choose.
CREATE OR REPLACE FUNCTION event_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.questionnaire_id IS NULL THEN
    INSERT INTO questionnaire (purpose, editor_id, languages)
    VALUES ('event', NEW.author_id, ARRAY['ja'] || ARRAY(SELECT k FROM jsonb_object_keys(NEW.texts) AS k WHERE k <> 'ja' ORDER BY k <> 'ja-easy', k))
    RETURNING id INTO NEW.questionnaire_id;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER event_begin BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_begin();

-- Draft → open → ended or cancelled.  How seats are given stays once somebody has signed up.
CREATE OR REPLACE FUNCTION event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('draft', 'open'), ('open', 'ended'), ('open', 'cancelled'), ('ended', 'open'))
     AND OLD.source_key IS NULL THEN
    RAISE EXCEPTION 'event: % does not become %', OLD.state, NEW.state USING ERRCODE = 'CH003';
  END IF;
  IF (NEW.rule, NEW.names, NEW.each, NEW.once) IS DISTINCT FROM (OLD.rule, OLD.names, OLD.each, OLD.once) THEN
    -- Whoever is signing up just now is waited for, and whoever comes then reads the new rule.
    PERFORM FROM event_slot WHERE event_id = OLD.id ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT FROM application WHERE event_id = OLD.id) THEN
      RAISE EXCEPTION 'event: people have signed up by its rule' USING ERRCODE = 'CH003';
    END IF;
  END IF;
  IF OLD.state <> 'draft' AND (NEW.texts, NEW.place, NEW.address, NEW.state, NEW.contact) IS DISTINCT FROM
     (OLD.texts, OLD.place, OLD.address, OLD.state, OLD.contact) AND NEW.sequence = OLD.sequence THEN
    NEW.sequence := OLD.sequence + 1;
  END IF;
  IF to_jsonb(NEW) - 'memo' <> to_jsonb(OLD) - 'memo' THEN
    NEW.updated := now();
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER event_guard BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION event_guard();

-- A picture stays as long as an event shows it; then it goes as a loose file does.
CREATE OR REPLACE FUNCTION event_picture_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.picture IS NOT DISTINCT FROM OLD.picture THEN
    RETURN NULL;
  END IF;
  PERFORM attachment_shown(ARRAY[OLD.picture, OLD.picture_small], ARRAY[NEW.picture, NEW.picture_small]);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_picture_keep AFTER UPDATE OF picture ON event FOR EACH ROW EXECUTE FUNCTION event_picture_keep();

-- A date in other words: when, how many seats, of which quotas ([{"name", "capacity"}]).
-- Nothing is changed where fewer seats than are taken would be left (overhang: how many), or
-- where a quota cannot be so small, or go, because of those who claimed it (bad: its name), or
-- because the rule of a lottery that was published names it (first: its name).
DROP FUNCTION IF EXISTS event_date_save(bigint, bigint, timestamptz, timestamptz, int, jsonb);
CREATE FUNCTION event_date_save(p_event bigint, p_slot bigint, p_begins timestamptz, p_ends timestamptz, p_capacity int,
                                p_quotas jsonb, OUT overhang int, OUT bad text, OUT first text) LANGUAGE plpgsql AS $$
DECLARE
  s event_slot;
BEGIN
  PERFORM FROM event e WHERE e.id = p_event FOR NO KEY UPDATE;  -- event before date, as everywhere
  SELECT x.* INTO s FROM event_slot x WHERE x.id = p_slot AND x.event_id = p_event AND x.cancelled IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'event: no such date' USING ERRCODE = 'CH002';
  END IF;
  overhang := greatest(s.taken - p_capacity, 0);
  SELECT q.name INTO bad FROM event_quota q
    LEFT JOIN jsonb_to_recordset(p_quotas) AS n (name text, capacity int) ON n.name = q.name
   WHERE q.slot_id = p_slot
     AND (q.taken > n.capacity OR (n.name IS NULL AND (EXISTS (SELECT FROM application a WHERE a.slot_id = p_slot AND q.id = ANY (a.quotas))
                                                       OR EXISTS (SELECT FROM checkin c WHERE c.slot_id = p_slot AND q.id = ANY (c.quotas)))))
   LIMIT 1;
  SELECT q.name INTO first FROM lottery l JOIN event_quota q ON q.slot_id = l.slot_id AND q.name = l.rule ->> 'first'
   WHERE l.slot_id = p_slot AND l.drawn IS NULL
     AND NOT EXISTS (SELECT FROM jsonb_to_recordset(p_quotas) AS n (name text) WHERE n.name = q.name);
  IF overhang > 0 OR bad IS NOT NULL OR first IS NOT NULL THEN
    RETURN;
  END IF;
  UPDATE event_slot SET begins = p_begins, ends = p_ends, capacity = p_capacity WHERE id = p_slot;
  DELETE FROM event_quota q WHERE q.slot_id = p_slot AND q.name NOT IN (SELECT n.name FROM jsonb_to_recordset(p_quotas) AS n (name text));
  INSERT INTO event_quota (slot_id, name, capacity)
  SELECT p_slot, n.name, n.capacity FROM jsonb_to_recordset(p_quotas) AS n (name text, capacity int)
  ON CONFLICT (tenant_id, slot_id, name) DO UPDATE SET capacity = excluded.capacity;
  UPDATE event SET sequence = sequence + (state <> 'draft')::int WHERE id = p_event;
  PERFORM audit_write('event.dates', p_event, NULL);
  PERFORM seat_promote(p_slot);
  -- When people are reminded is counted anew, and whoever was reminded of a day that was put off
  -- is so again.
  UPDATE application a
     SET due = NULL, offer_until = CASE WHEN a.state = 'offered' THEN least(a.offer_until, p_begins) END,
         reminded = CASE WHEN p_begins - make_interval(hours => e.reminder_hours) > now() THEN NULL ELSE a.reminded END
    FROM event e
   WHERE e.id = p_event AND a.slot_id = p_slot AND a.state IN ('confirmed', 'offered', 'waiting');
END $$;

-- Why an event does not take place, in the languages in which that is said: into its texts, and out of them where it is not any more.
CREATE OR REPLACE FUNCTION event_why(p_texts jsonb, p_why jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(tag, said)
    FROM (SELECT jsonb_object_keys(p_texts) UNION SELECT jsonb_object_keys(p_why)) AS k (tag),
         LATERAL (SELECT coalesce(p_texts -> tag, '{}') - 'call_off'
                         || CASE WHEN p_why ? tag AND tag <> 'ja' THEN jsonb_build_object('call_off', p_why -> tag) ELSE '{}' END) AS x (said)
   WHERE said <> '{}');
END $$;

-- The same by language, as it was given.
CREATE OR REPLACE FUNCTION event_whys(e event) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN jsonb_build_object('ja', e.call_off)
         || coalesce((SELECT jsonb_object_agg(key, value -> 'call_off') FROM jsonb_each(e.texts) WHERE key <> 'ja' AND value ? 'call_off'), '{}');
END $$;

-- One date does not take place, and why.  Returns how many applications end with it.
CREATE OR REPLACE FUNCTION event_date_off(p_event bigint, p_slot bigint, p_why jsonb) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  n int;
BEGIN
  UPDATE event SET sequence = sequence + 1 WHERE id = p_event AND state = 'open';  -- event before date, as everywhere
  IF FOUND THEN
    UPDATE event_slot SET call_off = p_why WHERE id = p_slot AND event_id = p_event AND cancelled IS NULL AND ends > now();
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'event: no date that is to come' USING ERRCODE = 'CH003';
  END IF;
  n := seat_call_off(p_slot);
  PERFORM audit_write('event.date_off', p_event, jsonb_build_object('slot', p_slot));
  RETURN n;
END $$;

-- A date that nobody has ever signed up for goes.  False: somebody has.
CREATE OR REPLACE FUNCTION event_date_remove(p_event bigint, p_slot bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM event_slot s WHERE s.id = p_slot AND s.event_id = p_event FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM application a WHERE a.slot_id = p_slot) OR EXISTS (SELECT FROM checkin c WHERE c.slot_id = p_slot)
     OR EXISTS (SELECT FROM lottery l WHERE l.slot_id = p_slot) THEN
    RETURN false;
  END IF;
  DELETE FROM event_slot WHERE id = p_slot;
  PERFORM audit_write('event.dates', p_event, NULL);
  RETURN true;
END $$;

-- Dates, one or repeated: each step from the first until the last day, but for exceptions and,
-- if wanted, holidays.  One that is there already stays alone.  Returns how many were made;
-- at most 200.
CREATE OR REPLACE FUNCTION event_dates_add(p_event bigint, p_begins timestamptz, p_ends timestamptz, p_step text, p_until date,
                                           p_except date[], p_holidays boolean, p_capacity int, p_quotas jsonb) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  first date := (p_begins AT TIME ZONE 'Asia/Tokyo')::date;
  clock time := (p_begins AT TIME ZONE 'Asia/Tokyo')::time;
  day   date;
  at    timestamptz;
  made  bigint;
  n     int := 0;
BEGIN
  -- A month without the day is passed over; "nth": the second Tuesday of each month.
  FOR day IN
    SELECT d::date FROM generate_series(first, CASE p_step WHEN 'once' THEN first ELSE p_until END, interval '1 day') AS d
     WHERE CASE p_step WHEN 'workday' THEN extract(isodow FROM d) < 6 AND NOT holiday(d::date)
                       WHEN 'week' THEN (d::date - first) % 7 = 0
                       WHEN 'fortnight' THEN (d::date - first) % 14 = 0
                       WHEN 'month' THEN extract(day FROM d) = extract(day FROM first)
                       WHEN 'nth' THEN extract(isodow FROM d) = extract(isodow FROM first)
                                       AND (extract(day FROM d)::int - 1) / 7 = (extract(day FROM first)::int - 1) / 7
                       ELSE true END
       AND NOT (p_holidays AND holiday(d::date)) AND d::date <> ALL (p_except)
     ORDER BY d
     LIMIT 200
  LOOP
    at := (day + clock) AT TIME ZONE 'Asia/Tokyo';
    CONTINUE WHEN EXISTS (SELECT FROM event_slot s WHERE s.event_id = p_event AND s.begins = at AND s.cancelled IS NULL);
    INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (p_event, at, at + (p_ends - p_begins), p_capacity) RETURNING id INTO made;
    INSERT INTO event_quota (slot_id, name, capacity)
    SELECT made, q.name, q.capacity FROM jsonb_to_recordset(p_quotas) AS q (name text, capacity int);
    n := n + 1;
  END LOOP;
  IF n > 0 THEN
    UPDATE event SET sequence = sequence + (state <> 'draft')::int WHERE id = p_event;
    PERFORM audit_write('event.dates', p_event, NULL);
  END IF;
  RETURN n;
END $$;
