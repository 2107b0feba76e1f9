-- The audit record: written with the change, never changed afterwards (R59).
SELECT no_plan();
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, '甲市', 'Ko', 'ko.example.jp', 'a@ko.example.jp', '') AS ko \gset
INSERT INTO department (name) VALUES ('広報課') RETURNING id AS department \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('sato', '佐藤', 'x', 'x', 'active') RETURNING id AS staff \gset
INSERT INTO staff_session (hash, staff_id, stage) VALUES ('token', :staff, 'full');
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter('ko.example.jp', 'token', NULL, '192.0.2.7', 'request-1') IS NOT NULL AS entered \gset
UPDATE department SET name = '広報広聴課' WHERE id = :department;
SELECT results_eq(
  $$ SELECT actor_kind, act, detail, remote, request FROM audit ORDER BY id DESC LIMIT 1 $$,
  $$ VALUES ('staff', 'department.update', '{"columns": ["name"]}'::jsonb, '192.0.2.7', 'request-1') $$,
  'who, what, which columns, from where');
SELECT is((SELECT actor_id FROM audit ORDER BY id DESC LIMIT 1), :staff::bigint, 'by this person');
SELECT is((SELECT object_id FROM audit ORDER BY id DESC LIMIT 1), :department::bigint, 'on this thing');
UPDATE department SET name = name;
SELECT is((SELECT count(*) FROM audit WHERE act = 'department.update'), 1::bigint, 'an update that changes nothing is no change');
INSERT INTO district (name) SELECT 'd' || n FROM generate_series(1, 3) n;
SELECT is((SELECT detail FROM audit ORDER BY id DESC LIMIT 1), '{"rows": 3}'::jsonb, 'many rows of one statement are one record');
SELECT throws_ok($$ UPDATE audit SET act = 'x' $$, '42501', NULL, 'the record cannot be changed');
ROLLBACK;
BEGIN;
SELECT enter('ko.example.jp', 'token', NULL, '', '') IS NOT NULL AS entered \gset
SELECT throws_ok($$ DELETE FROM audit $$, '42501', NULL, 'nor taken away');
SELECT is((SELECT count(*) FROM audit WHERE act = 'department.update'), 0::bigint, 'what was rolled back is not recorded');
SELECT is_empty($$ SELECT 1 FROM audit WHERE detail::text LIKE '%佐藤%' $$, 'no value of a person is kept');
ROLLBACK;
RESET ROLE;

-- Every table of a town is audited, but for these: what the program keeps for itself, what
-- people say and do on their own, and what is recorded with the thing that it belongs to.
SELECT set_eq(
  $$ SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname LIKE 'audit\_%') <> 3 $$,
  string_to_array('audit once link citizen_session staff_session subscribe_draft response_draft application_draft address_code line_link seen household household_member'
    || ' batch delivery mail_return mail_bar letter post gateway_event gateway_health gateway_renewal gateway_sign_in sms_early sms_month attachment export'
    || ' response response_tag right_drawn right_address paper_entry survey_counter tally tally_cell tally_design cross_kept'
    || ' application event_notice event_slot event_quota event_import paper_import paper_import_line checkin'
    || ' message_rendering survey_message questionnaire_edition question population', ' '),
  'every other table is audited');
SELECT * FROM finish();
