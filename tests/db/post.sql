-- Posts on X: one of a message, claimed once, in doubt after a death; renewal of tokens.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.test', 'a@yama.test', '') AS yama \gset
COMMIT;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO department (name) VALUES ('防災課') RETURNING id AS department \gset
INSERT INTO topic (name) VALUES ('ごみ') RETURNING id AS waste \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
INSERT INTO gateway (channel, kind, active, settings) VALUES ('x', 'x', true, '{"posts_per_month": 3}') RETURNING id AS gateway \gset
-- A message on its way, as planning leaves it.
CREATE FUNCTION pg_temp.message() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  m message;
BEGIN
  INSERT INTO message (department_id, author_id, subject, body, by_x, valid_until)
  SELECT d.id, s.id, 's', 'b', true, now() + interval '1 day' FROM department d, staff s RETURNING * INTO m;
  INSERT INTO message_rendering (message_id, revision, channel, language, content) VALUES (m.id, m.revision, 'x', 'ja', '{"text": "こんにちは"}');
  SET LOCAL session_replication_role = replica;
  UPDATE message SET state = 'sending', published = now() WHERE id = m.id RETURNING * INTO m;
  SET LOCAL session_replication_role = origin;
  PERFORM post_plan(m);
  RETURN m.id;
END $$;
COMMIT;
RESET ROLE;

BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT pg_temp.message() AS one \gset
SELECT pg_temp.message() AS two \gset
COMMIT;
SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT is((SELECT count(*) FROM post WHERE message_id = :one), 1::bigint, 'one post is planned');
SELECT post_plan(m) FROM message m WHERE m.id = :one;
SELECT is((SELECT count(*) FROM post WHERE message_id = :one), 1::bigint, 'planned twice, it is one');
SELECT is((SELECT array_agg(tenant_id) FROM post_work('{}')), ARRAY[:minato::bigint], 'it is found across the wall');
SELECT message_settle(:one);
SELECT is((SELECT state FROM message WHERE id = :one), 'sending', 'the message waits for it');
SELECT id AS post, fence FROM post_claim(1, '1 hour', 7, '{}') \gset
SELECT is((SELECT message_id FROM post WHERE id = :post), :one::bigint, 'the older one is claimed');
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 8, '{}') c WHERE c.id = :post), 0::bigint, 'once');
SELECT is((SELECT doubt FROM post WHERE id = :post), false, 'nothing is in doubt');

-- Its courier dies: whoever comes next looks.
SELECT ok((SELECT doubt FROM post_claim(9, '1 hour', 8, '{7}') c WHERE c.id = :post), 'after a death it is in doubt');
SELECT is(post_record(:post, :fence, 'refused', 400, 'refused', '', '', '0', 8), false, 'the dead one''s no does not count');
SELECT is((SELECT state FROM post WHERE id = :post), 'sending', '… and changes nothing');
SELECT is(post_record(:post, 2, 'unknown', 0, 'no_answer', '', '', '30 s', 8), true, 'no answer');
SELECT is((SELECT state || ' ' || doubt || ' ' || looks FROM post WHERE id = :post), 'queued true 1', 'stays in doubt');
SELECT is(post_record(:post, :fence, 'accepted', 201, 'sent', '', '77', '0', 8), false, 'the dead one''s yes …');
SELECT is((SELECT state || ' ' || provider_id FROM post WHERE id = :post), 'accepted 77', '… is the truth');
SELECT is((SELECT state FROM message WHERE id = :one), 'sent', 'the message is through');
SELECT throws_ok(format('UPDATE post SET provider_id = NULL WHERE id = %s', :post), '23514', NULL, 'a post that is there has an id');

-- Two messages never have the same post.
SELECT id AS other FROM post WHERE message_id = :two \gset
SELECT is(post_record(:other, 1, 'accepted', 201, 'sent', '', '77', '0', 8), true, 'the same id a second time');
SELECT is((SELECT state || ' ' || reason FROM post WHERE id = :other), 'refused post_duplicate', 'is the other one''s');
SELECT is(post_month(:gateway), 1::bigint, 'what is there counts');
ROLLBACK;
RESET ROLE;

-- The month.
BEGIN;
SELECT enter_tenant(:minato, 'courier');
UPDATE gateway SET settings = '{"posts_per_month": 1}';
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 1::bigint, 'one fits into the month');
SELECT is((SELECT state || ' ' || reason FROM post WHERE message_id = :two), 'held quota_spent', 'the second does not');
UPDATE post SET state = 'queued', lane = 0 WHERE message_id = :two;
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 1::bigint, 'an emergency goes all the same');
ROLLBACK;

-- An account that rests, and one that is gone.
BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT id AS post, fence FROM post_claim(1, '1 hour', 7, '{}') \gset
SELECT post_record(:post, :fence, 'later', 429, 'gateway_busy', '', '', '10 minutes', 8);
SELECT is((SELECT breaker || ' ' || reason || ' ' || quota || ' ' || used FROM gateway_health), 'open gateway_busy 3 0', 'it asked for time');
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 0::bigint, 'all its posts rest');
SELECT is((SELECT count(*) FROM post WHERE due > now() + interval '9 minutes'), 2::bigint, '… so long');
UPDATE gateway SET updated = now() + interval '1 second';
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 2::bigint, 'new credentials are tried at once');
UPDATE gateway SET active = false;
UPDATE post SET lease_until = now() - interval '1 s';
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 0::bigint, 'without an account');
SELECT is((SELECT string_agg(DISTINCT state || ' ' || reason, ' ') FROM post), 'unknown gateway_missing', 'what may be there is unknown');
ROLLBACK;

-- A stop.
BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT id AS post, fence FROM post_claim(1, '1 hour', 7, '{}') \gset
SELECT message_stop(:one), message_stop(:two);
SELECT is((SELECT state FROM post WHERE message_id = :two), 'cancelled', 'what was not begun is not posted');
SELECT is((SELECT state || ' ' || withdraw FROM post WHERE message_id = :one), 'sending true', 'what is in the air …');
SELECT post_record(:post, :fence, 'accepted', 201, 'sent', '', '78', '0', 8);
SELECT is((SELECT provider_id || ' ' || withdraw FROM post_claim(9, '1 hour', 7, '{}')), '78 true', '… is taken away');
SELECT post_record(:post, :fence + 1, 'later', 503, 'gateway_busy', '', '', '0', 8);
SELECT is((SELECT state || ' ' || withdraw FROM post WHERE id = :post), 'accepted true', 'not now: later');
UPDATE gateway_health SET until = NULL;
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}')), 1::bigint, 'again');
SELECT post_record(:post, :fence + 2, 'accepted', 200, 'sent', '', '', '0', 8);
SELECT is((SELECT state || ' ' || withdraw FROM post WHERE id = :post), 'deleted false', 'gone');
SELECT is(post_month(:gateway), 1::bigint, 'what was there counts');
ROLLBACK;

-- A correction's post: a reply to the first, which waits for it; or the first is taken away.
BEGIN;
SELECT enter_tenant(:minato, 'courier');
CREATE FUNCTION pg_temp.correction(p_of bigint, p_first text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  m message;
  new_id bigint := pg_temp.message();
BEGIN
  SELECT * INTO m FROM message x WHERE x.id = new_id;
  DELETE FROM post WHERE message_id = m.id;
  SET LOCAL session_replication_role = replica;
  UPDATE message x SET corrects = p_of, first_post = p_first WHERE x.id = m.id RETURNING * INTO m;
  SET LOCAL session_replication_role = origin;
  PERFORM post_plan(m);
  RETURN m.id;
END $$;
SELECT pg_temp.correction(:one, 'reply') AS reply \gset
SELECT throws_ok(format($$UPDATE message SET first_post = 'delete' WHERE id = %s$$, :reply), 'CH003', NULL, 'what an approver signed does not change');
SELECT throws_ok(format($$UPDATE message SET corrects = NULL WHERE id = %s$$, :reply), 'CH003', NULL, '… nor what it corrects');
SELECT is((SELECT count(*) FROM post_claim(9, '1 hour', 7, '{}') c WHERE c.message_id = :reply), 0::bigint, 'it waits while the first is in the air');
SELECT is((SELECT due > now() FROM post WHERE message_id = :reply), true, '… a little');
SELECT id AS first, fence FROM post WHERE message_id = :one \gset
SELECT post_record(:first, :fence, 'accepted', 201, 'sent', '', '90', '0', 8);
UPDATE post SET due = now();
SELECT is((SELECT reply_to FROM post_claim(9, '1 hour', 7, '{}') c WHERE c.message_id = :reply), '90', 'and is a reply to it');
UPDATE gateway SET settings = '{}';
SELECT pg_temp.correction(:one, 'delete') AS other \gset
SELECT is((SELECT withdraw FROM post WHERE message_id = :one), true, 'or the first is taken away');
SELECT is((SELECT reply_to FROM post_claim(9, '1 hour', 7, '{}') c WHERE c.message_id = :other), '', '… and the correction stands alone');
ROLLBACK;

-- Tokens.
SET ROLE chromo_courier;
BEGIN;
SELECT enter_tenant(:minato, 'courier');
SELECT is(renewal_ask(:gateway, 9, '1 minute'), 'changed', 'of another version');
SELECT is(renewal_ask(:gateway, 1, '1 minute'), 'go', 'the first may');
SELECT is(renewal_ask(:gateway, 1, '1 minute'), 'wait', 'the second waits');
SELECT is(renewal_ask(:gateway, 1, '0'), 'lost', 'after a while it is lost');
SELECT is(renewal_ask(:gateway, 1, '1 minute'), 'lost', '… for good');
SELECT is((SELECT breaker || ' ' || reason FROM gateway_health), 'open sign_in_again', '… and told');
SELECT is(renewal_done(:gateway, 1, 'new'), true, 'the new secrets are kept');
SELECT is(renewal_done(:gateway, 1, 'newer'), false, 'once');
SELECT is((SELECT version || ' ' || convert_from(secrets, 'UTF8') FROM gateway), '2 new', 'in the next version');
SELECT is(renewal_ask(:gateway, 2, '1 minute'), 'go', 'which may be renewed');
ROLLBACK;
BEGIN;
SELECT enter_tenant(:yama, 'courier');
SELECT is((SELECT count(*) FROM post) + (SELECT count(*) FROM gateway_renewal), 0::bigint, 'another town sees none');
ROLLBACK;
RESET ROLE;
SET ROLE chromo_web;
SELECT throws_ok('SELECT FROM gateway_renewal', '42501', NULL, 'the site has nothing to do with it');
RESET ROLE;
SELECT * FROM finish();
