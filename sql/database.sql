-- What a database needs before its first migration: chromo migrate loads it
-- each time, behind sql/roles.sql.  A second time it does nothing, and then
-- needs no rights that chromo_owner lacks.

DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
                  WHERE d.datname = current_database() AND r.rolname = 'chromo_owner') THEN
    EXECUTE format('ALTER DATABASE %I OWNER TO chromo_owner', current_database());
  END IF;

  -- Schema public is pg_database_owner's, which chromo_owner is, but does not
  -- inherit: else it would inherit what chromo_directory sees, too.  And whoever
  -- owns a function must be allowed to make one.
  IF NOT (has_schema_privilege('chromo_owner', 'public', 'CREATE')
          AND has_schema_privilege('chromo_directory', 'public', 'CREATE')) THEN
    SET LOCAL ROLE pg_database_owner;
    GRANT CREATE, USAGE ON SCHEMA public TO chromo_owner WITH GRANT OPTION;
    GRANT CREATE, USAGE ON SCHEMA public TO chromo_directory;
  END IF;
END $$;

RESET ROLE;
SET ROLE chromo_owner;

DO $$
BEGIN
  IF to_regclass('public.schema_migration') IS NULL THEN
    CREATE TABLE public.schema_migration (
      number   int PRIMARY KEY,
      name     text NOT NULL,
      sha256   text NOT NULL,
      applied  timestamptz NOT NULL DEFAULT now()
    );
  END IF;
END $$;
