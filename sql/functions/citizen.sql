-- Citizens: what they chose, and whether mail can reach them.

-- Refuses ids that are not this tenant's own (CH004): the caller's form says so.
CREATE OR REPLACE FUNCTION citizen_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.districts = OLD.districts AND NEW.topics = OLD.topics THEN
    RETURN NEW;
  END IF;
  IF (SELECT count(*) FROM district WHERE id = ANY (NEW.districts)) <> cardinality(NEW.districts)
     OR (SELECT count(*) FROM topic WHERE id = ANY (NEW.topics)) <> cardinality(NEW.topics) THEN
    RAISE EXCEPTION 'citizen: a district or topic of another tenant' USING ERRCODE = 'CH004';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER citizen_guard BEFORE INSERT OR UPDATE ON citizen
  FOR EACH ROW EXECUTE FUNCTION citizen_guard();

-- citizen.by_email says what contact says, so that planning reads one table.
CREATE OR REPLACE FUNCTION contact_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE citizen c SET by_email = n.reached
    FROM (SELECT citizen_id, bool_or(state = 'active') AS reached
            FROM changed WHERE channel = 'email' GROUP BY citizen_id) n
   WHERE c.id = n.citizen_id AND c.by_email <> n.reached;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER contact_reach_insert AFTER INSERT ON contact
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_reach();
CREATE OR REPLACE TRIGGER contact_reach_update AFTER UPDATE ON contact
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION contact_reach();
