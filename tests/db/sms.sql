-- SMS: what a month costs, receipts that only move forward, numbers proved by a code.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO tenant_key (wrapped) VALUES ('x');
INSERT INTO department (name) VALUES ('防災課') RETURNING id AS department \gset
INSERT INTO topic (name) VALUES ('ごみ') RETURNING id AS waste \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
INSERT INTO gateway (channel, kind, active, settings) VALUES ('sms', 'karaden', true, '{"parts_per_month": "10", "yen_per_part": 9.5}');
COMMIT;

-- How long a text is: as app/channel/sms_text.c counts.
SELECT is(sms_parts(''), 1, 'nothing');
SELECT is(sms_parts(repeat('あ', 70)), 1, '70 are one');
SELECT is(sms_parts(repeat('あ', 71)), 2, '71 are two');
SELECT is(sms_parts(repeat('あ', 134)), 2, '134 are two');
SELECT is(sms_parts(repeat('あ', 135)), 3, '135 are three');
SELECT is(sms_parts(repeat('あ', 68) || U&'\+01F6A8'), 1, 'an emoji is two units');
SELECT is(sms_parts(repeat('あ', 69) || U&'\+01F6A8'), 2, '… and is too long then');
SELECT is(sms_parts(U&'\FDD1'), 2, 'a link of one''s own is taken for 80');

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');

-- A message of two parts, three people.
INSERT INTO message (department_id, author_id, subject, body, by_sms) VALUES (:department, :writer, 's', 'b', true) RETURNING id AS message \gset
INSERT INTO message_rendering (message_id, revision, channel, language, content)
SELECT :message, revision, 'sms', 'ja', jsonb_build_object('text', repeat('あ', 100)) FROM message WHERE id = :message;
INSERT INTO message_rendering (message_id, revision, channel, language, content)
SELECT :message, revision, 'sms', 'en', jsonb_build_object('text', repeat('a', 10)) FROM message WHERE id = :message;
SELECT is(sms_parts_of(:message), 2, 'the longest language counts');

-- The ceiling.
SELECT is(sms_room(:message, 3, false), 3, 'three people of two parts fit into ten');
SELECT is((SELECT parts FROM sms_month), 6::bigint, 'and are counted');
SELECT is(sms_room(:message, 3, false), 2, 'then two');
SELECT is(sms_room(:message, 3, false), 0, 'then nobody');
SELECT is(sms_room(:message, 3, true), 3, 'but an emergency');
SELECT is((SELECT parts FROM sms_month), 16::bigint, '… which is counted too');
SELECT sms_settle(:message, 3, 0);
SELECT is((SELECT parts FROM sms_month), 10::bigint, 'refused: given back');
SELECT sms_settle(:message, 2, 6);
SELECT is((SELECT parts FROM sms_month), 12::bigint, 'the gateway counted three parts each');
SELECT sms_settle(:message, 100, 0);
SELECT is((SELECT parts FROM sms_month), 0::bigint, 'never below nothing');
SELECT sms_count(1);
SELECT is((SELECT parts FROM sms_month), 1::bigint, 'a code is one');
UPDATE gateway SET settings = '{}';
SELECT is(sms_room(:message, 100000, false), 100000, 'no ceiling');

-- Numbers: three tries too many.
-- Whose マイページ it is that asks; nobody's on the way into one.
CREATE FUNCTION pg_temp.whose(purpose text) RETURNS bigint LANGUAGE sql AS
$$ SELECT CASE purpose WHEN 'add' THEN current_setting('test.hanako')::bigint END $$;
CREATE FUNCTION pg_temp.try(purpose text, browser text, code text, OUT outcome text, OUT tries_left int, OUT sealed bytea) LANGUAGE sql AS
$$ SELECT * FROM proof_try(purpose, browser::bytea, pg_temp.whose(purpose), code::bytea) $$;
CREATE FUNCTION pg_temp.ask(purpose text, browser text, contact text) RETURNS void LANGUAGE sql AS $$
  SELECT proof_ask(purpose, 'sms', browser::bytea, pg_temp.whose(purpose), contact::bytea, ('remote of ' || contact)::bytea, 'town',
                   ('code of ' || browser)::bytea, ('sealed for ' || browser)::bytea, gen_random_uuid(), 'sms')
$$;
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS hanako \gset
SELECT set_config('test.hanako', :'hanako', false);
SELECT pg_temp.ask('add', 'a', '090-1');
SELECT results_eq($$SELECT kind, channel, sealed, state FROM letter$$, $$VALUES ('phone_code', 'sms', 'sms'::bytea, 'queued')$$, 'the code goes out by SMS');
SELECT results_eq($$SELECT outcome, tries_left FROM pg_temp.try('add', 'a', 'guess')$$, $$VALUES ('wrong', 4)$$, 'wrong');
SELECT is((SELECT outcome FROM pg_temp.try('my', 'a', 'code of a')), 'ended', 'for another purpose it is none');
SELECT is((SELECT outcome FROM pg_temp.try('add', 'b', 'code of a')), 'ended', 'in another browser neither');
SELECT is((SELECT outcome FROM proof_try('add', 'a', NULL, 'code of a')), 'ended', 'nor for somebody else');
SELECT results_eq($$SELECT outcome, sealed FROM pg_temp.try('add', 'a', 'code of a')$$, $$VALUES ('right', 'sealed for a'::bytea)$$, 'right');
SELECT is((SELECT outcome FROM pg_temp.try('add', 'a', 'code of a')), 'ended', 'it is used up');
SELECT pg_temp.ask('add', 'a', '090-1');
SELECT results_eq($$SELECT (pg_temp.try('add', 'a', 'guess')).tries_left FROM generate_series(1, 5)$$, $$VALUES (4), (3), (2), (1), (0)$$, 'five tries');
SELECT is((SELECT outcome FROM pg_temp.try('add', 'a', 'code of a')), 'ended', 'then the right one is too late');
SELECT pg_temp.ask('add', 'a', '090-1');
SELECT is((SELECT outcome FROM pg_temp.try('add', 'a', 'code of a')), 'right', 'a new code brings new tries');
SELECT pg_temp.ask('add', 'a', '090-1');
SELECT is((SELECT count(*) FROM letter), 3::bigint, 'three codes an hour for a number');
SELECT pg_temp.ask('add', 'late', '090-2');
UPDATE address_code SET ends = now() WHERE browser = 'late';
SELECT is((SELECT outcome FROM pg_temp.try('add', 'late', 'code of late')), 'ended', 'ten minutes');

-- A number that is nobody's opens nothing, for the same rows.
SELECT pg_temp.ask('my', 'c', '090-3');
SELECT results_eq($$SELECT state, sealed FROM letter ORDER BY id DESC LIMIT 1$$, $$VALUES ('refused', NULL::bytea)$$, 'no SMS to a number that nobody registered');
SELECT throws_ok($$SELECT phone_open('090-3', 'session')$$, 'CH001');

-- Adding it, taking it over, taking it away.
SELECT contact_take(:hanako, 'sms', '090-3', 'sealed');
SELECT results_eq(format($$SELECT channel, state, confirmed = now() FROM contact WHERE citizen_id = %s$$, :hanako), $$VALUES ('sms', 'active', true)$$, 'added');
SELECT is((SELECT reach FROM citizen WHERE id = :hanako), '{sms}', 'a way to reach them');
SELECT pg_temp.ask('my', 'd', '090-3');
SELECT is((SELECT state FROM letter ORDER BY id DESC LIMIT 1), 'queued', 'now a code goes there');
SELECT is(phone_open('090-3', 'session'), :hanako::bigint, 'and opens their page');
SELECT contact_take(:hanako, 'sms', '090-4', 'sealed');
SELECT is((SELECT string_agg(encode(hash, 'escape'), ',') FROM contact WHERE citizen_id = :hanako), '090-4', 'another number takes its place');
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS taro \gset
SELECT contact_take(:taro, 'sms', '090-4', 'sealed');
SELECT is((SELECT state FROM citizen WHERE id = :hanako), 'left', 'whoever holds the phone has it; who had nothing else is gone');
INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (:taro, 'email', 'x', 'taro', 'active');
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS jiro \gset
SELECT contact_take(:jiro, 'sms', '090-4', 'sealed');
SELECT results_eq(format($$SELECT state, reach FROM citizen WHERE id = %s$$, :taro), $$VALUES ('active', '{email}'::text[])$$, 'who has mail stays');

-- 停止.
SELECT ok(sms_stop('090-4'), 'stopped');
SELECT ok(NOT sms_stop('090-4'), 'once');
SELECT ok(NOT sms_stop('090-9'), 'nobody has this number');
SELECT is((SELECT reach FROM citizen WHERE id = :jiro), '{}', 'no SMS any more');
SELECT contact_take(:jiro, 'sms', '090-4', 'sealed');
SELECT is((SELECT reach FROM citizen WHERE id = :jiro), '{sms}', 'a code brings it back');
INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (:jiro, 'email', 'x', 'jiro', 'left');
SELECT ok(NOT contact_give_up(:jiro, 'sms'), 'removed: mail still opens their page');
SELECT results_eq(format($$SELECT channel FROM contact WHERE citizen_id = %s$$, :jiro), $$VALUES ('email')$$, '… and is there');
SELECT ok(NOT contact_give_up(:jiro, 'sms'), 'a second time takes nothing away');
SELECT contact_take(:jiro, 'sms', '090-4', 'sealed');
DELETE FROM contact WHERE hash = 'jiro';
SELECT ok(contact_give_up(:jiro, 'sms'), 'the last way');
SELECT results_eq(format($$SELECT state, (SELECT count(*) FROM contact WHERE citizen_id = id) FROM citizen WHERE id = %s$$, :jiro),
                  $$VALUES ('left', 0::bigint)$$, '… and its person has left');
UPDATE citizen SET state = 'active' WHERE id = :jiro;
SELECT contact_take(:jiro, 'sms', '090-4', 'sealed');
COMMIT;

-- Receipts.
SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, provider_id)
SELECT :message, :jiro, 'sms', 1, t, 1, 'accepted', 'id ' || t FROM generate_series(1, 4) AS t;
COMMIT;
SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
CREATE FUNCTION pg_temp.receipts() RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(coalesce(receipt, '-') || coalesce('/' || reason, ''), ' ' ORDER BY try) FROM delivery $$;
SELECT ok(sms_receipt('id 1', 'delivered', ''), 'delivered');
SELECT ok(NOT sms_receipt('id 1', 'delivered', ''), 'twice is once');
SELECT ok(NOT sms_receipt('id 1', 'undelivered', 'phone_away'), 'and nothing takes it back');
SELECT ok(sms_receipt('id 2', 'undelivered', 'phone_away'), 'undelivered');
SELECT is(pg_temp.receipts(), 'delivered undelivered/phone_away - -', 'each its own');
SELECT ok(sms_receipt('id 2', 'delivered', ''), 'it came after all');
SELECT ok(NOT sms_receipt('id 9', 'undelivered', 'phone_away'), 'of something that is not written yet');
SELECT ok(NOT sms_receipt('id 9', 'delivered', ''), '… and once more');
SELECT ok(NOT sms_receipt('id 9', 'undelivered', 'phone_away'), '… and out of order');
SELECT is(pg_temp.receipts(), 'delivered delivered - -', 'only forward');
SELECT ok(sms_receipt('id 3', 'undelivered', 'mailbox_unknown'), 'nobody has the number');
SELECT is((SELECT state FROM contact WHERE citizen_id = :jiro), 'failed', 'it is not written to again');
COMMIT;

-- The courier is later than the gateway.
SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, provider_id)
VALUES (:message, :jiro, 'sms', 1, 9, 1, 'accepted', 'id 9');
SELECT is((SELECT receipt FROM delivery WHERE try = 9), 'delivered', 'the receipt has waited');
SELECT is((SELECT count(*) FROM sms_early), 0::bigint, 'and waits no more');
COMMIT;

-- A courier lost its batch while the gateway took its time, and says then what came of it.
SET ROLE chromo_owner;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO batch (message_id, channel, lane, round, key, citizens, first, last, size, due, valid_until, state, fence, reached)
VALUES (:message, 'sms', 1, 7, gen_random_uuid(), ARRAY[:jiro::bigint], :jiro, :jiro, 1, now(), now() + interval '1 hour', 'sending', 2, 0)
RETURNING id AS lost \gset
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason)
VALUES (:message, :jiro, 'sms', 7, 1, 1, 'unknown', 'courier_lost');
SELECT ok(NOT sms_receipt('id 70', 'delivered', ''), 'the receipt is first');
SELECT ok(NOT batch_record(:lost, 1, ARRAY[:jiro::bigint], '{accepted}', '{0}', '{""}', '{""}', '{id 70}', '{2}'), 'it has lost it');
SELECT results_eq('SELECT state, provider_id, parts::int, receipt FROM delivery WHERE round = 7',
                  $$VALUES ('accepted', 'id 70', 2, 'delivered')$$, 'but its yes counts, and the receipt finds it');
SELECT ok(batch_record(:lost, 2, ARRAY[:jiro::bigint], '{accepted}', '{0}', '{""}', '{""}', '{id 70}', '{2}'), 'the next one finds it there');
SELECT ok(NOT sms_receipt('id 70', 'delivered', ''), 'and the receipt is of one');
UPDATE batch SET fence = 3 WHERE id = :lost;
SELECT ok(batch_record(:lost, 3, ARRAY[:jiro::bigint], '{accepted}', '{0}', '{""}', '{""}', '{id 71}', '{2}'), 'another one is a second one');
SELECT ok(sms_receipt('id 71', 'undelivered', 'phone_away'), 'of which there is a receipt, too');
SELECT results_eq('SELECT part::int, state, provider_id, receipt FROM delivery WHERE round = 7 ORDER BY part',
                  $$VALUES (1, 'accepted', 'id 70', 'delivered'), (2, 'unknown', NULL, NULL), (3, 'unknown', 'id 71', 'undelivered')$$,
                  'two of three are doubts');
DELETE FROM batch WHERE id = :lost;

-- What comes of an old number says nothing of a new one.
UPDATE contact SET state = 'active', confirmed = now() + interval '1 second' WHERE citizen_id = :jiro AND channel = 'sms';
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, provider_id)
VALUES (:message, :jiro, 'sms', 8, 1, 1, 'accepted', 'id 80');
SELECT ok(sms_receipt('id 80', 'undelivered', 'mailbox_unknown'), 'nobody has the old number');
SELECT is((SELECT state FROM contact WHERE citizen_id = :jiro AND channel = 'sms'), 'active', 'the new one goes on');
-- Receipts overtake each other.
UPDATE contact SET confirmed = now() - interval '1 second' WHERE citizen_id = :jiro AND channel = 'sms';
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, provider_id)
VALUES (:message, :jiro, 'sms', 8, 2, 1, 'accepted', 'id 81');
SELECT ok(sms_receipt('id 81', 'undelivered', 'mailbox_unknown'), 'nobody has it');
SELECT is((SELECT state FROM contact WHERE citizen_id = :jiro AND channel = 'sms'), 'failed', 'it is given up');
SELECT ok(sms_receipt('id 81', 'delivered', ''), 'somebody has it after all');
SELECT is((SELECT state || coalesce(reason, '') || coalesce(failed::text, '') FROM contact WHERE citizen_id = :jiro AND channel = 'sms'),
          'active', 'and is written to again');
UPDATE contact SET state = 'failed' WHERE citizen_id = :jiro AND channel = 'sms';
COMMIT;

-- No receipt, an hour after the message's end.
SET ROLE chromo_owner;
BEGIN;
SELECT enter_tenant(:minato, '');
UPDATE message SET valid_until = now() - interval '59 minutes' WHERE id = :message;
SELECT is(sms_expire(10), 0, 'not yet');
UPDATE message SET valid_until = now() - interval '61 minutes' WHERE id = :message;
SET ROLE chromo_courier;
SELECT is(sms_expire(10), 1, 'one has not arrived');
SELECT is((SELECT receipt || '/' || reason FROM delivery WHERE try = 4), 'undelivered/expired', 'it is said so');
SELECT is(sms_expire(10), 0, 'once');
COMMIT;

-- The claim obeys the ceiling: five parts for three people of two parts each.
RESET ROLE;
BEGIN;
SELECT enter_tenant(:minato, '');
SET LOCAL session_replication_role = replica;
DELETE FROM contact;
UPDATE gateway SET settings = '{"parts_per_month": 5}';
UPDATE sms_month SET parts = 0;
INSERT INTO citizen (state) SELECT 'active' FROM generate_series(1, 3);
INSERT INTO contact (citizen_id, channel, address, hash, state) SELECT id, 'sms', 'x', id::text::bytea, 'active' FROM citizen WHERE id > :jiro;
UPDATE message SET state = 'sending', valid_until = now() + interval '1 day' WHERE id = :message;
UPDATE message_rendering SET revision = (SELECT revision FROM message WHERE id = :message) WHERE message_id = :message;
INSERT INTO batch (message_id, channel, key, citizens, first, last, size, state, due, valid_until, fence)
SELECT :message, 'sms', gen_random_uuid(), array_agg(id ORDER BY id), min(id), max(id), 3, 'sending', now(), now() + interval '1 day', 1
  FROM citizen WHERE id > :jiro RETURNING id AS batch, citizens[1] AS one, citizens[2] AS two, citizens[3] AS three \gset
COMMIT;
SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, '');
SELECT results_eq(format($$SELECT reached, citizen_id FROM batch_start(%s, 1, 0, 3, '1 minute')$$, :batch),
                  format($$VALUES (1, %s::bigint), (2, %s), (2, NULL)$$, :one, :two), 'two of three fit');
SELECT results_eq(format($$SELECT reached, citizen_id FROM batch_start(%s, 1, 0, 3, '1 minute')$$, :batch),
                  format($$VALUES (1, %s::bigint), (2, %s), (2, NULL)$$, :one, :two), 'asked again, the same two');
SELECT is((SELECT parts FROM sms_month), 4::bigint, '… and paid for once');
SELECT batch_record(:batch, 1, ARRAY[:one, :two]::bigint[], '{accepted,refused}', '{0,0}', '{"",refused}', '{"",""}', '{id one,""}', '{3,0}');
SELECT is((SELECT parts FROM sms_month), 3::bigint, 'one cost three parts, the other none');
SELECT results_eq(format($$SELECT reached, citizen_id FROM batch_start(%s, 1, 2, 1, '1 minute')$$, :batch),
                  format($$VALUES (3, %s::bigint), (3, NULL)$$, :three), 'two parts are left of five: that is enough');
ROLLBACK;
-- Handed over before midnight of the first, told after it: the month of the hand-over pays, the
-- new one begins at nothing.  The clock is moved by SQL: what there was is of the month before.
BEGIN;
SELECT enter_tenant(:minato, '');
SELECT count(*) FROM batch_start(:batch, 1, 0, 2, '1 minute') \gset
RESET ROLE;
UPDATE batch SET given = given - interval '1 month' WHERE id = :batch;
UPDATE sms_month SET month = month - interval '1 month';
SET LOCAL ROLE chromo_courier;
SELECT count(*) FROM batch_start(:batch, 1, 2, 1, '1 minute') \gset
CREATE FUNCTION pg_temp.months() RETURNS bigint[] LANGUAGE sql AS $$ SELECT array_agg(parts ORDER BY month) FROM sms_month $$;
SELECT is(pg_temp.months(), '{4,2}', 'two before midnight, one behind it');
SELECT batch_record(:batch, 1, ARRAY[:one, :two, :three]::bigint[], '{accepted,refused,accepted}', '{0,0,0}', '{"",refused,""}', '{"","",""}',
                    '{id one,"",id three}', '{3,0,1}');
SELECT is(pg_temp.months(), '{3,1}', 'each month pays for what it gave out');
SELECT batch_record(:batch, 1, ARRAY[:one, :two, :three]::bigint[], '{accepted,refused,accepted}', '{0,0,0}', '{"",refused,""}', '{"","",""}',
                    '{id one,"",id three}', '{3,0,1}');
SELECT is(pg_temp.months(), '{3,1}', '… once');
ROLLBACK;
BEGIN;
SELECT enter_tenant(:minato, '');
UPDATE sms_month SET parts = 4;
SELECT is_empty(format($$SELECT FROM batch_start(%s, 1, 0, 3, '1 minute')$$, :batch), 'no room for anybody');
SELECT results_eq(format($$SELECT state, reason FROM batch WHERE id = %s$$, :batch), $$VALUES ('held', 'quota_spent')$$, 'it is held, and says why');
SELECT is((SELECT count(*) FROM message_unreached(:message)), 4::bigint, 'and staff see whom it did not reach');
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state) SELECT message_id, :one, channel, round, try, 1, 'accepted' FROM batch WHERE id = :batch;
SELECT results_eq(format($$SELECT state, reason FROM ledger_person(%s, %s)$$, :message, :one), $$VALUES ('accepted', NULL::text)$$,
                  '… and of whoever had got it before it is not said why the rest did not');
ROLLBACK;

-- Another town sees nothing of it.
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama Town', 'yama.test', 'a@yama.test', '') AS yama \gset
COMMIT;
SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:yama, '');
SELECT ok(NOT sms_receipt('id 4', 'delivered', ''), 'a receipt at the wrong door');
SELECT ok(NOT sms_stop('090-4'), 'an answer at the wrong door');
SELECT is((SELECT count(*) FROM sms_month), 0::bigint, 'no cost of theirs');
SELECT is((SELECT count(*) FROM address_code), 0::bigint, 'no code of theirs');
COMMIT;

SELECT * FROM finish();
