-- The roles of an installation, and what they own: once a cluster, by a
-- superuser, with psql; a second time does no harm.
--
--	psql -d postgres -f sql/roles.sql
--	createdb -O chromo_owner chromo
--
-- The owner makes and changes the tables (chromo migrate).  The programs log in
-- as the others, which own nothing and stay behind row level security.

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', name)
  FROM unnest(ARRAY['chromo_owner', 'chromo_web', 'chromo_courier', 'chromo_relay', 'chromo_report']) AS name
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name)
\gexec
