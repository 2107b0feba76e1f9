-- What has ended is taken away, and nothing else (R56).
SELECT no_plan();
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, '甲市', 'Ko', 'ko.example.jp', 'a@ko.example.jp', '') AS ko \gset
INSERT INTO staff (login, name, email, email_hash) VALUES ('ko', 'x', 'x', 'x') RETURNING id AS staff \gset
INSERT INTO once (token, created) VALUES ('old', now() - interval '3 days'), ('new', now() - interval '1 day');
INSERT INTO subscribe_draft (hash, sealed, updated) VALUES ('old', 'x', now() - interval '2 days'), ('new', 'x', now());
INSERT INTO link (hash, purpose, staff_id, ends) VALUES ('old', 'invite', :staff, now() - interval '8 days'),
  ('late', 'invite', :staff, now() - interval '6 days'), ('new', 'invite', :staff, now() + interval '1 day');
INSERT INTO staff_session (hash, staff_id, stage, created) VALUES ('old', :staff, 'full', now() - interval '49 hours'),
  ('night', :staff, 'full', now() - interval '30 hours'), ('new', :staff, 'full', now());
INSERT INTO letter (kind, key, valid_until, state, finished) VALUES
  ('old', gen_random_uuid(), now(), 'accepted', now() - interval '31 days'),
  ('new', gen_random_uuid(), now(), 'accepted', now() - interval '29 days'),
  ('due', gen_random_uuid(), now(), 'queued', NULL);
INSERT INTO gateway (channel, kind) VALUES ('sms', 'twilio') RETURNING id AS gateway \gset
INSERT INTO gateway_event (gateway_id, event_key, received) VALUES (:gateway, 'old', now() - interval '31 days'),
  (:gateway, 'new', now() - interval '29 days');
INSERT INTO throttle VALUES ('login.account', 'old', 1, now() - interval '3 days'),
  ('login.known', 'kept', 1, now() - interval '80 days'), ('login.known', 'old', 1, now() - interval '101 days');
COMMIT;

SET ROLE chromo_courier;
BEGIN;
SELECT set_eq('SELECT tenant_id FROM courier_tenants()', format('VALUES (%s::bigint)', :ko), 'the courier learns which tenants there are');
SELECT is((SELECT count(*) FROM once), 0::bigint, 'and sees nothing before it enters one') WHERE has_column_privilege('once', 'token', 'SELECT');
SELECT enter_tenant(:ko, 'courier');
SELECT is(sweep(1), 6, 'one of each kind');
SELECT is(sweep(1), 0, 'and then no more');
SELECT throttle_sweep();
COMMIT;
RESET ROLE;
SELECT set_eq('SELECT token FROM once', $$ VALUES ('new'::bytea) $$, 'tokens: two days');
SELECT set_eq('SELECT hash FROM subscribe_draft', $$ VALUES ('new'::bytea) $$, 'drafts: a day');
SELECT set_eq('SELECT hash FROM link', $$ VALUES ('late'::bytea), ('new'::bytea) $$, 'links: a week after their end');
SELECT set_eq('SELECT hash FROM staff_session', $$ VALUES ('night'::bytea), ('new'::bytea) $$, 'logins: two days');
SELECT set_eq('SELECT kind FROM letter', $$ VALUES ('new'), ('due') $$, 'letters: thirty days after their end');
SELECT set_eq('SELECT event_key FROM gateway_event', $$ VALUES ('new') $$, 'what gateways called in: thirty days');
SELECT set_eq('SELECT key FROM throttle', $$ VALUES ('kept'::bytea) $$, 'tries: two days, known pairs a hundred');
SELECT * FROM finish();
