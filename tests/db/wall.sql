-- The tenant wall (safety.md R01–R03, F42): it stands without the application.
SELECT no_plan();

-- Tables that belong to no tenant.
CREATE TEMP TABLE common AS
SELECT unnest(ARRAY['throttle', 'mail_server', 'message_move', 'consent_document', 'schema_migration']) AS name;

CREATE TEMP VIEW walled AS
SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND c.relname NOT IN (SELECT name FROM common);

-- R01: rls_forced.
SELECT cmp_ok((SELECT count(*) FROM walled), '>=', 25::bigint, 'the tables are there');
SELECT is_empty($$ SELECT relname FROM walled WHERE NOT relrowsecurity OR NOT relforcerowsecurity $$,
  'row level security is on and forced on every table of a tenant');
SELECT is_empty(
  $$ SELECT w.relname FROM walled w
      WHERE w.relname <> 'tenant'
        AND NOT EXISTS (SELECT FROM pg_attribute a
                         WHERE a.attrelid = w.oid AND a.attname = 'tenant_id' AND a.attnotnull) $$,
  'each has tenant_id NOT NULL; the table tenant is its own');
SELECT is_empty(
  $$ SELECT w.relname FROM walled w
      WHERE NOT EXISTS (SELECT FROM pg_policies p
                         WHERE p.tablename = w.relname AND p.policyname = 'wall' AND p.roles = '{public}'
                           AND p.qual LIKE '%current_tenant()%' AND p.with_check LIKE '%current_tenant()%') $$,
  'each has the policy wall, for reading and for writing');
SELECT is_empty(
  $$ SELECT tablename, policyname, roles FROM pg_policies
      WHERE policyname <> 'wall' AND NOT (roles = '{chromo_directory}' AND cmd = 'SELECT') $$,
  'what looks across is the directory''s, and only looks');
SELECT is_empty(
  $$ SELECT c.conrelid::regclass, c.conname FROM pg_constraint c
      WHERE c.contype = 'f'
        AND c.conrelid::regclass::text IN (SELECT relname FROM walled)
        AND c.confrelid::regclass::text IN (SELECT relname FROM walled WHERE relname <> 'tenant')
        AND NOT EXISTS (SELECT FROM pg_attribute a
                         WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname = 'tenant_id') $$,
  'a foreign key never leads to another tenant');

-- Two tenants with something in them.
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, '甲市', 'Ko', 'ko.example.jp', 'a@ko.example.jp', '') AS ko \gset
INSERT INTO department (name) VALUES ('canary-ko');
INSERT INTO district (name) VALUES ('canary-ko');
INSERT INTO topic (name, vital) VALUES ('canary-ko', true);
INSERT INTO staff (login, name, email, email_hash) VALUES ('ko', 'canary-ko', 'x', 'x');
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS ko_citizen \gset
COMMIT;
BEGIN;
SELECT tenant_create('town', NULL, '乙町', 'Otsu', 'otsu.example.jp', 'a@otsu.example.jp', '') AS otsu \gset
INSERT INTO department (name) VALUES ('canary-otsu') RETURNING id AS otsu_department \gset
INSERT INTO district (name) VALUES ('canary-otsu') RETURNING id AS otsu_district \gset
INSERT INTO staff (login, name, email, email_hash) VALUES ('otsu', 'canary-otsu', 'x', 'x');
INSERT INTO message (department_id, author_id) SELECT :otsu_department, id FROM staff RETURNING id AS otsu_message \gset
COMMIT;
RESET ROLE;

-- R03: no_tenant, over all tables and all roles.
CREATE FUNCTION pg_temp.rows_seen(relation text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM public.%I', relation) INTO n;
  RETURN n;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN 0;
END $$;
GRANT SELECT ON walled, common TO PUBLIC;

SET ROLE chromo_owner;
SELECT is((SELECT sum(pg_temp.rows_seen(relname)) FROM walled), 0::numeric, 'with no tenant set the owner sees nothing');
SET ROLE chromo_web;
SELECT is((SELECT sum(pg_temp.rows_seen(relname)) FROM walled), 0::numeric, 'with no tenant set the web sees nothing');
SELECT throws_ok($$ INSERT INTO department (name) VALUES ('x') $$, NULL, NULL, 'and writes nothing');
SELECT throws_ok(format('INSERT INTO department (tenant_id, name) VALUES (%s, ''x'')', :ko), '42501', NULL,
  'not even when it names a tenant');
SET ROLE chromo_courier;
SELECT is((SELECT sum(pg_temp.rows_seen(relname)) FROM walled), 0::numeric, 'nor the courier');
SET ROLE chromo_report;
SELECT is((SELECT sum(pg_temp.rows_seen(relname)) FROM walled), 0::numeric, 'nor the reports');
SET ROLE chromo_relay;
SELECT is((SELECT sum(pg_temp.rows_seen(relname)) FROM walled), 0::numeric, 'nor the relay');

-- Inside one tenant the other does not exist.
SET ROLE chromo_web;
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT is((SELECT array_agg(name) FROM department), ARRAY['canary-ko'], 'its own department is seen, no other');
SELECT is((SELECT count(*) FROM tenant), 1::bigint, 'one tenant is seen');
SELECT is((SELECT count(*) FROM message), 0::bigint, 'the other''s message is not');
SELECT throws_ok(format('UPDATE department SET tenant_id = %s', :otsu), '42501', NULL, 'a row cannot be moved over the wall');
SELECT is_empty(format('UPDATE message SET subject = ''x'' WHERE id = %s RETURNING id', :otsu_message), 'nor changed from here');
SELECT throws_ok(format('INSERT INTO citizen (districts) VALUES (ARRAY[%s]::bigint[])', :otsu_district), 'CH004', NULL,
  'a district of another tenant is refused');
SELECT throws_ok(format('INSERT INTO message (department_id, author_id) SELECT %s, id FROM staff', :otsu_department), '23503', NULL,
  'a department of another tenant is refused');
COMMIT;

-- F42: nothing of a transaction stays with the connection.
SELECT is((SELECT count(*) FROM department), 0::bigint, 'F42 after the commit nothing is seen');
PREPARE held AS SELECT count(*) FROM department;
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
EXECUTE held \gset held_
COMMIT;
SELECT is(:held_count, 1, 'F42 a prepared statement sees the tenant of its transaction');
BEGIN;
SELECT enter('otsu.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT is((SELECT array_agg(name) FROM department), ARRAY['canary-otsu'], 'F42 the same connection sees the next tenant, and only it');
COMMIT;
EXECUTE held \gset held_
SELECT is(:held_count, 0, 'F42 and nothing without one');
SELECT is(enter('nobody.example.jp', NULL, NULL, '', '')::text, NULL, 'an unknown host enters nowhere');

-- The programs cannot reach over the wall by other means.
SELECT ok(NOT pg_has_role('chromo_web', 'chromo_directory', 'MEMBER'), 'the web cannot become the directory');
SELECT throws_ok($$ SELECT * FROM throttle $$, '42501', NULL, 'nor read the throttles');
SELECT throws_ok($$ SELECT tenant_create('city', NULL, 'x', 'x', 'x', 'x', 'x') $$, '42501', NULL, 'nor found a tenant');
SELECT throws_ok($$ SELECT * FROM courier_work('{}') $$, '42501', NULL, 'nor ask what is due elsewhere');
RESET ROLE;

SELECT * FROM finish();
