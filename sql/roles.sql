-- The roles of an installation: once a cluster, by whoever may make roles.
-- chromo migrate loads it; where the administrator would rather do it:
--
--	psql -d postgres -f sql/roles.sql
--	createdb -O chromo_owner chromo
--
-- A second time it does nothing, and then needs no rights at all.
--
-- chromo_owner makes and changes the tables.  The programs log in as the four
-- others, which own nothing and stay behind row level security.  Nobody logs in
-- as chromo_directory: it owns the few functions that find a tenant before
-- one is set.

DO $$
DECLARE
  role text;
  login text;
BEGIN
  FOR role, login IN
    VALUES ('chromo_owner', 'LOGIN'), ('chromo_web', 'LOGIN'), ('chromo_courier', 'LOGIN'),
           ('chromo_relay', 'LOGIN'), ('chromo_report', 'LOGIN'), ('chromo_directory', 'NOLOGIN')
  LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role);
    BEGIN
      EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', role, login);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;  -- somebody else was faster
    END;
  END LOOP;

  IF NOT pg_has_role('chromo_owner', 'chromo_directory', 'MEMBER') THEN
    GRANT chromo_directory TO chromo_owner;
  END IF;
  IF NOT pg_has_role(current_user, 'chromo_owner', 'MEMBER') THEN
    EXECUTE format('GRANT chromo_owner TO %I', current_user);
  END IF;
END $$;
