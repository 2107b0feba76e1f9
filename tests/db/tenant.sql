-- The version of a tenant: it grows with the names that workers remember, of that tenant
-- alone, and nobody reads of it in the audit record.
SELECT no_plan();
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, '甲市', 'Ko', 'ko.example.jp', 'a@ko.example.jp', '') AS ko \gset
INSERT INTO tenant_host (host, tenant_id) VALUES ('www.ko.example.jp', :ko);
INSERT INTO department (name) VALUES ('総務課');
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true);
COMMIT;
BEGIN;
SELECT tenant_create('town', NULL, '乙町', 'Otsu', 'otsu.example.jp', 'a@otsu.example.jp', '') AS otsu \gset
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true);
COMMIT;

CREATE TEMP TABLE seen (host text PRIMARY KEY, version bigint, round int);
GRANT ALL ON seen TO chromo_web;
RESET ROLE;
CREATE FUNCTION pg_temp.grew() RETURNS text[] LANGUAGE sql AS $$
  WITH now AS (
    INSERT INTO seen SELECT host, version FROM tenant_host
    ON CONFLICT (host) DO UPDATE SET version = excluded.version, round = 1 WHERE seen.version < excluded.version
    RETURNING host)
  SELECT coalesce(array_agg(host ORDER BY host), '{}') FROM now
$$;
SELECT pg_temp.grew() IS NOT NULL AS noted \gset

-- As chromo_web does it, behind the wall; then looked at from above.
PREPARE go AS SELECT enter('ko.example.jp', NULL, NULL, '', '') ->> 'tenant' IS NOT NULL;
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; UPDATE department SET name = '総務部'; COMMIT;
SELECT is(pg_temp.grew(), '{ko.example.jp,www.ko.example.jp}', 'a department: all hosts of this tenant, no other');
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; UPDATE topic SET name = '防災'; COMMIT;
SELECT is(pg_temp.grew(), '{ko.example.jp,www.ko.example.jp}', 'a topic');
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; INSERT INTO topic (name) VALUES ('市政'); COMMIT;
SELECT is(pg_temp.grew(), '{ko.example.jp,www.ko.example.jp}', 'a new topic');
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; UPDATE tenant SET contact = '000-0000'; COMMIT;
SELECT is(pg_temp.grew(), '{ko.example.jp,www.ko.example.jp}', 'the tenant itself');
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; INSERT INTO district (name) VALUES ('中央'); COMMIT;
SELECT is(pg_temp.grew(), '{}', 'a district is none of these names');
BEGIN; SET LOCAL ROLE chromo_web; EXECUTE go; UPDATE topic SET name = 'だめ' WHERE vital; ROLLBACK;
SELECT is(pg_temp.grew(), '{}', 'what is rolled back has not been');

BEGIN; SET LOCAL ROLE chromo_owner;
SELECT enter_tenant(:ko, 'command') IS NULL AS entered \gset
DELETE FROM tenant_host WHERE host = 'www.ko.example.jp';
INSERT INTO tenant_host (host, tenant_id) VALUES ('www.ko.example.jp', :ko);
COMMIT;
SELECT is(pg_temp.grew(), '{www.ko.example.jp}', 'a host that comes back has a number it never had');

SELECT is_empty($$ SELECT act FROM audit WHERE act = 'tenant_host.update' $$, 'the audit record tells of the change, not of its version');
SELECT is((SELECT (enter('ko.example.jp', NULL, NULL, '', '') -> 'tenant' ->> 'version')::bigint),
  (SELECT version FROM tenant_host WHERE host = 'ko.example.jp'), 'enter() tells the version');

-- Of one that was erased, the host and the domain of its mail are free again, and nothing else is touched.
BEGIN; SET LOCAL ROLE chromo_owner;
SELECT throws_ok($$ SELECT tenant_create('town', NULL, '丙町', 'Hei', 'ko.example.jp', 'a@hei.example.jp', '') $$, '23505', NULL, 'a host is one town''s');
ROLLBACK;
BEGIN; SET LOCAL ROLE chromo_owner;
SELECT enter_tenant(:ko, 'command') IS NULL AS entered \gset
SELECT tenant_erase() IS NULL AS erased \gset
SELECT tenant_create('town', NULL, '丙町', 'Hei', 'ko.example.jp', 'a@ko.example.jp', '') AS hei \gset
SET LOCAL ROLE chromo_web;
SELECT is(mail_domain_taken('b@ko.example.jp'), false, 'the domain of a town that is gone');
SELECT is(mail_domain_taken('b@otsu.example.jp'), true, 'the domain of one that is not');
COMMIT;
SELECT is((enter('ko.example.jp', NULL, NULL, '', '') -> 'tenant' ->> 'id')::bigint, :hei::bigint, 'the host leads to the new one');
SELECT is((SELECT tenant_id FROM tenant_host WHERE host = 'www.ko.example.jp'), :ko::bigint, 'other hosts stay where they are');
SELECT * FROM finish();
