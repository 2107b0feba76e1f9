-- A tenant that has an administrator keeps one: the last one who is active is neither
-- disabled nor loses the right.  Two administrators who remove each other at the
-- same moment go one after the other here; the second is refused (CH003).  Whoever holds
-- the administrator's command may: it invites the last one anew.

CREATE OR REPLACE FUNCTION staff_keep_admin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  admins CONSTANT int := 7202;           -- the first half of the lock's key
  person bigint;
  other  boolean;
BEGIN
  IF audit_actor_kind() = 'command' THEN
    RETURN NULL;
  END IF;
  person := CASE TG_TABLE_NAME WHEN 'staff' THEN (to_jsonb(OLD)->>'id')::bigint
                               ELSE (to_jsonb(OLD)->>'staff_id')::bigint END;
  PERFORM pg_advisory_xact_lock(admins, OLD.tenant_id::int);
  SELECT EXISTS (SELECT FROM staff s JOIN staff_role r ON r.staff_id = s.id
                  WHERE r.role = 'admin' AND s.state = 'active' AND s.id <> person) INTO other;
  IF NOT other AND (CASE TG_TABLE_NAME
       WHEN 'staff' THEN EXISTS (SELECT FROM staff_role WHERE staff_id = person AND role = 'admin')
       ELSE EXISTS (SELECT FROM staff WHERE id = person AND state = 'active') END) THEN
    RAISE EXCEPTION 'staff: the last administrator stays' USING ERRCODE = 'CH003';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER staff_keep_admin AFTER UPDATE OF state ON staff
  FOR EACH ROW WHEN (OLD.state = 'active' AND NEW.state <> 'active') EXECUTE FUNCTION staff_keep_admin();
CREATE OR REPLACE TRIGGER staff_keep_admin AFTER DELETE ON staff_role
  FOR EACH ROW WHEN (OLD.role = 'admin') EXECUTE FUNCTION staff_keep_admin();

-- Where somebody works: in this department, or else in their first.  NULL: in none.
CREATE OR REPLACE FUNCTION staff_home(p_staff bigint, p_rather bigint) RETURNS department
LANGUAGE sql STABLE AS $$
  SELECT d FROM staff_department sd JOIN department d ON d.id = sd.department_id
   WHERE sd.staff_id = p_staff AND d.active
   ORDER BY d.id IS DISTINCT FROM p_rather, d.place, d.id LIMIT 1
$$;
