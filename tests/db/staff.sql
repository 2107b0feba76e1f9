-- Staff: the last administrator stays; tries are counted and given back; the directory
-- of tenants opens for the operator alone.
SELECT no_plan();
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, '甲市', 'Ko', 'ko.example.jp', 'a@ko.example.jp', '') AS ko \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('sato', '佐藤', 'x', 'x', 'active') RETURNING id AS sato \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('mori', '森', 'x', 'x', 'active') RETURNING id AS mori \gset
INSERT INTO staff (login, name, email, email_hash) VALUES ('iwa', '岩', 'x', 'x') RETURNING id AS iwa \gset
INSERT INTO staff_role (staff_id, role) VALUES (:sato, 'admin'), (:mori, 'writer'), (:iwa, 'admin');
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true) RETURNING id AS vital \gset
COMMIT;
BEGIN;
SELECT tenant_create('operator', NULL, '運用', 'Op', 'op.example.jp', 'a@op.example.jp', '') AS op \gset
COMMIT;

SET ROLE chromo_web;
-- The only active administrator: the other one never came.
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT throws_ok(format($$ UPDATE staff SET state = 'disabled' WHERE id = %s $$, :sato), 'CH003', NULL, 'is not disabled');
SELECT throws_ok(format($$ UPDATE staff SET state = 'invited' WHERE id = %s $$, :sato), 'CH003', NULL, 'nor invited anew');
SELECT throws_ok(format($$ DELETE FROM staff_role WHERE staff_id = %s $$, :sato), 'CH003', NULL, 'nor loses the right');
SELECT lives_ok(format($$ DELETE FROM staff_role WHERE staff_id = %s $$, :iwa), 'somebody who never came may lose it');
SELECT lives_ok(format($$ UPDATE staff SET state = 'disabled' WHERE id = %s $$, :mori), 'a writer may be disabled');
ROLLBACK;
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
UPDATE staff SET state = 'active' WHERE id = :iwa;
SELECT lives_ok(format($$ UPDATE staff SET state = 'disabled' WHERE id = %s $$, :sato), 'one of two may be disabled');
SELECT throws_ok(format($$ DELETE FROM staff_role WHERE staff_id = %s AND role = 'admin' $$, :iwa), 'CH003', NULL, 'then the other stays');
SELECT lives_ok(format($$ DELETE FROM staff_role WHERE staff_id = %s $$, :sato), 'who is disabled may lose the right');
ROLLBACK;
SET ROLE chromo_owner;
BEGIN;
SELECT enter_tenant(:ko, 'command') IS NOT NULL AS entered \gset
SELECT lives_ok(format($$ UPDATE staff SET state = 'invited' WHERE id = %s $$, :sato), 'the command lets the last one in anew');
ROLLBACK;

SET ROLE chromo_web;
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT throws_ok(format($$ UPDATE topic SET active = false WHERE id = %s $$, :vital), '23514', NULL, 'the vital topic stays in use');
SELECT throws_ok($$ INSERT INTO staff (login, name, email, email_hash) VALUES ('Sato', 'x', 'x', 'x') $$, '23514', NULL, 'an ID is small letters');
UPDATE staff SET signed_in = now(), totp_step = 5 WHERE id = :sato;
SELECT is((SELECT count(*) FROM audit WHERE act = 'staff.update'), 0::bigint, 'a sign-in is recorded as such, not as a change of the person');

-- Tries.
SELECT ok(throttle_hit('t', 'a', 2, '1 minute') AND throttle_hit('t', 'a', 2, '1 minute'), 'two of two');
SELECT ok(NOT throttle_hit('t', 'a', 2, '1 minute'), 'the third is one too many');
SELECT lives_ok($$ SELECT throttle_return('t', 'a'), throttle_return('t', 'a') $$, 'two are given back');
SELECT ok(throttle_hit('t', 'a', 2, '1 minute'), 'then one is free');
SELECT ok(NOT throttle_hit('t', 'a', 2, '1 minute'), 'and no more');
SELECT ok(NOT throttle_noted('k', 'a', '1 day'), 'nothing is noted');
SELECT lives_ok($$ SELECT throttle_note('k', 'a'), throttle_note('k', 'a') $$, 'noting twice is fine');
SELECT ok(throttle_noted('k', 'a', '1 day'), 'it is noted');
SELECT ok(NOT throttle_noted('k', 'a', '-1 day'), 'for so long');
SELECT throws_ok($$ SELECT * FROM throttle $$, '42501', NULL, 'nobody reads the table');
ROLLBACK;

-- The directory.
BEGIN;
SELECT enter('ko.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT is_empty($$ SELECT * FROM tenant_directory_for_operator() $$, 'a municipality does not see the others');
SELECT throws_ok($$ SELECT * FROM tenant_directory() $$, '42501', NULL, 'nor by the owner''s door');
ROLLBACK;
BEGIN;
SELECT is_empty($$ SELECT * FROM tenant_directory_for_operator() $$, 'nobody does who has not entered');
SELECT enter('op.example.jp', NULL, NULL, '', '') IS NOT NULL AS entered \gset
SELECT results_eq($$ SELECT kind, state, name, host FROM tenant_directory_for_operator() $$,
  $$ VALUES ('city', 'active', '甲市', 'ko.example.jp'), ('operator', 'active', '運用', 'op.example.jp') $$,
  'the operator sees names, hosts and states');
SELECT is_empty($$ SELECT * FROM staff $$, 'and nothing behind the wall');
ROLLBACK;
RESET ROLE;
SELECT is((SELECT string_agg(state, ' ' ORDER BY id) FROM staff), 'active active invited', 'nothing of this stayed');
SELECT * FROM finish();
