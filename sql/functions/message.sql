-- Messages: the closed states, kept by the database too.

-- The pictures of a message, in their order, with what their files are: what an approver
-- signs.  "state": of both sizes together.
CREATE OR REPLACE FUNCTION message_pictures(m message) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_agg(p.it || jsonb_build_object(
           'kind', l.kind, 'bytes', l.bytes, 'digest', encode(l.digest, 'hex'), 'small_digest', encode(s.digest, 'hex'),
           'state', CASE WHEN 'infected' IN (l.state, s.state) THEN 'infected'
                         WHEN l.state = 'clean' AND s.state = 'clean' THEN 'clean' ELSE 'waiting' END) ORDER BY p.place), '[]')
    FROM jsonb_array_elements(m.pictures) WITH ORDINALITY AS p (it, place)
    JOIN attachment l ON l.id = (p.it->>'id')::uuid
    JOIN attachment s ON s.id = (p.it->>'small')::uuid);
END $$;

-- Their files, both sizes.
CREATE OR REPLACE FUNCTION message_picture_files(p_pictures jsonb) RETURNS uuid[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (SELECT coalesce(array_agg(f.id::uuid), '{}')
    FROM jsonb_array_elements(p_pictures) p, LATERAL (VALUES (p->>'id'), (p->>'small')) AS f (id));
END $$;

-- Each of two files of this town that were taken in for messages, and said in words.
CREATE OR REPLACE FUNCTION message_pictures_good(p_pictures jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM jsonb_array_elements(p_pictures) p WHERE coalesce(length(p->>'text'), 0) NOT BETWEEN 1 AND 200)
     AND (SELECT count(*) FROM attachment WHERE purpose = 'message' AND kind LIKE 'image/%' AND id = ANY (message_picture_files(p_pictures)))
         = 2 * jsonb_array_length(p_pictures);
END $$;

-- May it be stopped?  Sent is not the end where a step of a ladder is still to come.
CREATE OR REPLACE FUNCTION message_stoppable(m message) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN m.state IN ('approved', 'sending') OR (m.state = 'sent' AND m.next_step IS NOT NULL);
END $$;

CREATE OR REPLACE FUNCTION message_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'message: a new one is a draft' USING ERRCODE = 'CH003';
    END IF;
    IF (SELECT count(*) FROM district WHERE id = ANY (NEW.districts)) <> cardinality(NEW.districts)
       OR (SELECT count(*) FROM topic WHERE id = ANY (NEW.topics)) <> cardinality(NEW.topics) THEN
      RAISE EXCEPTION 'message: a district or topic of another tenant' USING ERRCODE = 'CH004';
    END IF;
    NEW.cover := (NEW.pictures->0->>'small')::uuid;
    RETURN NEW;
  END IF;

  IF (NEW.corrects, NEW.first_post) IS DISTINCT FROM (OLD.corrects, OLD.first_post) THEN
    RAISE EXCEPTION 'message: what it corrects is not to be changed' USING ERRCODE = 'CH003';
  END IF;
  -- A change of anything that is sent: only while it is being written.
  IF (NEW.department_id, NEW.subject, NEW.body, NEW.contact, NEW.audience, NEW.districts, NEW.topics,
      NEW.by_email, NEW.by_line, NEW.by_sms, NEW.by_webpush, NEW.by_x, NEW.on_site,
      NEW.ladder, NEW.ladder_yen, NEW.until_household, NEW.pictures,
      NEW.scheduled, NEW.send_at, NEW.valid_until, NEW.publish_until)
     IS DISTINCT FROM
     (OLD.department_id, OLD.subject, OLD.body, OLD.contact, OLD.audience, OLD.districts, OLD.topics,
      OLD.by_email, OLD.by_line, OLD.by_sms, OLD.by_webpush, OLD.by_x, OLD.on_site,
      OLD.ladder, OLD.ladder_yen, OLD.until_household, OLD.pictures,
      OLD.scheduled, OLD.send_at, OLD.valid_until, OLD.publish_until) THEN
    IF OLD.state NOT IN ('draft', 'returned') OR NEW.state <> OLD.state THEN
      RAISE EXCEPTION 'message: % is not to be changed any more', OLD.state USING ERRCODE = 'CH003';
    END IF;
    IF (SELECT count(*) FROM district WHERE id = ANY (NEW.districts)) <> cardinality(NEW.districts)
       OR (SELECT count(*) FROM topic WHERE id = ANY (NEW.topics)) <> cardinality(NEW.topics) THEN
      RAISE EXCEPTION 'message: a district or topic of another tenant' USING ERRCODE = 'CH004';
    END IF;
    IF NEW.pictures <> OLD.pictures AND NOT message_pictures_good(NEW.pictures) THEN
      RAISE EXCEPTION 'message: a picture that is none of its own' USING ERRCODE = 'CH004';
    END IF;
    NEW.cover := (NEW.pictures->0->>'small')::uuid;
    NEW.revision := OLD.revision + 1;
    NEW.updated := now();
  ELSIF NEW.revision <> OLD.revision THEN
    RAISE EXCEPTION 'message: the revision is counted here' USING ERRCODE = 'CH003';
  END IF;

  IF NEW.state = OLD.state THEN
    IF NEW.hash IS DISTINCT FROM OLD.hash THEN
      RAISE EXCEPTION 'message: the hash belongs to a submission' USING ERRCODE = 'CH003';
    END IF;
    RETURN NEW;
  END IF;

  -- Between two steps of a ladder it is sent, and is stopped all the same.
  IF NOT EXISTS (SELECT FROM message_move WHERE was = OLD.state AND becomes = NEW.state)
     AND NOT (NEW.state = 'stopped' AND message_stoppable(OLD)) THEN
    RAISE EXCEPTION 'message: from % to % is no move', OLD.state, NEW.state USING ERRCODE = 'CH003';
  END IF;
  NEW.updated := now();

  CASE NEW.state
  WHEN 'pending' THEN
    IF NEW.hash IS NULL OR NEW.submitter_id IS NULL OR NEW.valid_until IS NULL
       OR NEW.publish_until IS NULL OR NEW.audience IS NULL
       OR NOT EXISTS (SELECT FROM message_rendering
                       WHERE message_id = NEW.id AND revision = NEW.revision) THEN
      RAISE EXCEPTION 'message: not complete' USING ERRCODE = 'CH004';
    END IF;
    IF jsonb_path_exists(message_pictures(NEW), '$[*] ? (@.state <> "clean")') THEN
      RAISE EXCEPTION 'message: a picture was not looked at yet' USING ERRCODE = 'CH004';
    END IF;
    IF EXISTS (SELECT FROM approval WHERE message_id = NEW.id
                  AND act = 'return' AND staff_id = NEW.submitter_id) THEN
      RAISE EXCEPTION 'message: who returned it cannot submit it' USING ERRCODE = 'CH005';
    END IF;
  WHEN 'approved' THEN
    -- Another person signed exactly these bytes.
    IF NEW.hash IS DISTINCT FROM OLD.hash OR NOT EXISTS (
         SELECT FROM approval a
          WHERE a.message_id = NEW.id AND a.act = 'approve'
            AND a.revision = NEW.revision AND a.hash = NEW.hash
            AND a.staff_id NOT IN (NEW.author_id, NEW.submitter_id)
            AND a.staff_id IS DISTINCT FROM NEW.editor_id) THEN
      RAISE EXCEPTION 'message: no other person approved these bytes' USING ERRCODE = 'CH005';
    END IF;
    PERFORM pg_notify('message_due', '');
  WHEN 'draft', 'returned' THEN
    -- Whatever was approved is void: the next submission is another revision.
    NEW.hash := NULL;
    NEW.submitter_id := NULL;
    NEW.revision := OLD.revision + 1;
  ELSE
    NULL;
  END CASE;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER message_guard BEFORE INSERT OR UPDATE ON message
  FOR EACH ROW EXECUTE FUNCTION message_guard();

-- Pictures that a message shows stay.
CREATE OR REPLACE FUNCTION message_pictures_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM attachment_shown(CASE TG_OP WHEN 'UPDATE' THEN message_picture_files(OLD.pictures) ELSE '{}' END, message_picture_files(NEW.pictures));
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER message_pictures_keep AFTER INSERT OR UPDATE OF pictures ON message
  FOR EACH ROW EXECUTE FUNCTION message_pictures_keep();

-- What a reader of the first message is led to: its latest correction that is out and on the site.
CREATE OR REPLACE FUNCTION message_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Of two that go out at once the second waits here, and then sees the first.
  PERFORM FROM message WHERE id = NEW.corrects FOR NO KEY UPDATE;
  UPDATE message m SET corrected_by = c.id
    FROM (SELECT max(x.id) AS id FROM message x WHERE x.corrects = NEW.corrects AND x.on_site AND x.state IN ('sending', 'sent')) c
   WHERE m.id = NEW.corrects AND m.corrected_by IS DISTINCT FROM c.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER message_corrected AFTER UPDATE OF state ON message
  FOR EACH ROW WHEN (NEW.corrects IS NOT NULL AND NEW.state <> OLD.state) EXECUTE FUNCTION message_corrected();

-- Frozen bytes stay frozen.
CREATE OR REPLACE FUNCTION message_rendering_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM message WHERE id = OLD.message_id AND revision = OLD.revision
                AND state NOT IN ('draft', 'returned')) THEN
    RAISE EXCEPTION 'message_rendering: it was submitted' USING ERRCODE = 'CH003';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER message_rendering_guard BEFORE UPDATE OR DELETE ON message_rendering
  FOR EACH ROW EXECUTE FUNCTION message_rendering_guard();

-- After this nothing of it is sent any more.  Where nobody typed it, it is a day after what goes out
-- as soon as it is approved, whenever that is asked for.
CREATE OR REPLACE FUNCTION message_valid_until(m message) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE WHEN m.valid_preset AND m.send_at IS NULL AND m.state IN ('draft', 'returned')
              THEN least(now() + interval '1 day', m.publish_until) ELSE m.valid_until END;
END $$;

-- Which ways a message takes to persons.
CREATE OR REPLACE FUNCTION message_ways(m message) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN ARRAY(SELECT w.way
                 FROM (VALUES ('email', m.by_email), ('line', m.by_line), ('webpush', m.by_webpush), ('sms', m.by_sms)) AS w (way, taken)
                WHERE w.taken);
END $$;

-- The persons whom a message with this audience reaches, ascending, each by one
-- channel: the one that they like best of those that it takes, or the first of p_order
-- if that has any.  A message of the topic 命を守る情報 goes to all in its districts;
-- whoever wants only that gets nothing else.  One SELECT, so that the planner can look
-- through it.
CREATE OR REPLACE FUNCTION audience(p_audience text, p_districts bigint[], p_topics bigint[], p_vital boolean, p_channels text[],
                                    p_order text[] DEFAULT '{}', p_after bigint DEFAULT 0, p_most bigint DEFAULT NULL)
RETURNS TABLE (citizen_id bigint, channel text, language text, quiet_from time, quiet_to time)
LANGUAGE sql STABLE AS $$
  SELECT * FROM (
    SELECT c.id,
           CASE WHEN p_order <> '{}' THEN
                  CASE WHEN p_order[1] = ANY (c.reach) THEN p_order[1] WHEN p_order[2] = ANY (c.reach) THEN p_order[2]
                       WHEN p_order[3] = ANY (c.reach) THEN p_order[3] WHEN p_order[4] = ANY (c.reach) THEN p_order[4] END
                WHEN c.reach[1] = ANY (p_channels) THEN c.reach[1] WHEN c.reach[2] = ANY (p_channels) THEN c.reach[2]
                WHEN c.reach[3] = ANY (p_channels) THEN c.reach[3] WHEN c.reach[4] = ANY (p_channels) THEN c.reach[4] END AS channel,
           c.language, c.quiet_from, c.quiet_to
      FROM citizen c
     WHERE c.state = 'active'
       AND c.reach <> '{}'
       AND c.id > p_after
       AND (p_vital OR NOT c.vital_only)
       AND (p_audience = 'everyone'
            OR (p_audience = 'chosen'
                AND (p_districts = '{}' OR c.districts && p_districts)
                AND (p_topics = '{}' OR p_vital OR c.topics && p_topics)))
     ORDER BY c.id OFFSET 0) x
   WHERE x.channel IS NOT NULL
   LIMIT p_most
$$;

CREATE OR REPLACE FUNCTION message_vital(p_topics bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM topic WHERE vital AND id = ANY (p_topics));
END $$;

-- A moment as rows of parts carry it (part/history_list, part/timeline): {at, at_text}.
CREATE OR REPLACE FUNCTION message_time(p_at timestamptz, p_lang text) RETURNS jsonb
LANGUAGE sql STABLE AS
$$ SELECT jsonb_build_object('at', rfc3339(p_at), 'at_text', moment(p_at, p_lang)->'text') $$;

-- What one page of a message holds, as a short mark.  A form carries the mark
-- of what it showed; where it differs when the form comes back, somebody saved
-- the same page in between.
CREATE OR REPLACE FUNCTION message_mark(m message, p_part text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN left(encode(sha256(convert_to(
           CASE p_part
           WHEN 'content'  THEN jsonb_build_array(m.department_id, m.subject, m.body, m.contact)
           WHEN 'audience' THEN jsonb_build_array(m.audience, m.districts, m.topics)
           WHEN 'channels' THEN jsonb_build_array(m.by_email, m.by_line, m.by_sms, m.by_webpush, m.by_x, m.on_site, m.ladder, m.ladder_yen, m.until_household)
           WHEN 'pictures' THEN m.pictures
           WHEN 'schedule' THEN jsonb_build_array(m.scheduled, extract(epoch FROM m.send_at),
                                  extract(epoch FROM m.valid_until), extract(epoch FROM m.publish_until))
           END::text, 'UTF8')), 'hex'), 16);
END $$;
