-- R02: the roles of the programs: none has power over the server, owns anything or
-- may become another one (sql/roles.sql).
SELECT no_plan();

SELECT set_eq(
  $$ SELECT rolname FROM pg_roles WHERE rolname LIKE 'chromo\_%' $$,
  ARRAY['chromo_owner', 'chromo_web', 'chromo_courier', 'chromo_relay', 'chromo_report', 'chromo_directory'],
  'there are six');

SELECT is_empty(
  $$ SELECT rolname FROM pg_roles
      WHERE rolname LIKE 'chromo\_%'
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication) $$,
  'none has power over the server');

SELECT is_empty(
  $$ SELECT m.member::regrole, m.roleid::regrole FROM pg_auth_members m
      JOIN pg_roles r ON r.oid = m.member
     WHERE r.rolname LIKE 'chromo\_%'
       AND (r.rolname, m.roleid::regrole::text) <> ('chromo_owner', 'chromo_directory') $$,
  'none is a member of another, but the owner of the directory');

SELECT is((SELECT rolinherit FROM pg_roles WHERE rolname = 'chromo_owner'), false,
  'and the owner does not inherit what the directory sees');

SELECT is_empty(
  $$ SELECT relname, relowner::regrole FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relowner::regrole::text <> 'chromo_owner' $$,
  'the owner owns every relation');

SELECT is_empty(
  $$ SELECT oid::regprocedure, proowner::regrole FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
        AND proowner::regrole::text NOT IN ('chromo_owner', 'chromo_directory')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                           AND d.objid = pg_proc.oid AND d.deptype = 'e') $$,
  'the owner or the directory owns every function');

SELECT is_empty(
  $$ SELECT oid::regprocedure FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND prosecdef
        AND NOT coalesce(proconfig::text LIKE '%search_path=%', false)
        AND proname NOT IN ('tenant_face', 'throttle_hit') $$,
  'every SECURITY DEFINER function has its own search_path, but those that write every name out');

SELECT is_empty(
  $$ SELECT rolname FROM pg_roles
      WHERE rolname IN ('chromo_web', 'chromo_courier', 'chromo_relay', 'chromo_report')
        AND (has_schema_privilege(oid, 'public', 'CREATE')
             OR has_database_privilege(oid, current_database(), 'CREATE')) $$,
  'no program may create anything');

SELECT * FROM finish();
