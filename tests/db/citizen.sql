-- Citizens: asking, confirming, leaving; what a stop link may do; the limits; which text
-- they agreed to, and when (R53).
SELECT no_plan();

-- Two towns, each with districts and topics of its own.
SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO tenant_key (wrapped) VALUES ('x');
INSERT INTO district (name) VALUES ('中央') RETURNING id AS centre \gset
INSERT INTO district (name) VALUES ('港') RETURNING id AS harbour \gset
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true) RETURNING id AS vital \gset
INSERT INTO topic (name) VALUES ('ごみ') RETURNING id AS waste \gset
INSERT INTO topic (name) VALUES ('催し') RETURNING id AS events \gset
COMMIT;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama Town', 'yama.test', 'a@yama.test', '') AS yama \gset
INSERT INTO district (name) VALUES ('上') RETURNING id AS above \gset
INSERT INTO topic (name) VALUES ('道') RETURNING id AS roads \gset
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');

-- Asking: the same rows for an address that is known and one that is not.
CREATE FUNCTION pg_temp.ask(purpose text, contact text, remote text, link text) RETURNS void LANGUAGE sql AS $$
  SELECT citizen_ask(purpose, contact::bytea, remote::bytea, link::bytea, 'sealed choice', gen_random_uuid(),
                     'known', 'letter to one who is known', 'unknown', 'letter to one who is not')
$$;
SELECT pg_temp.ask('confirm', 'hanako', 'home', 'link 1');
SELECT is((SELECT count(*) FROM citizen), 0::bigint, 'asking makes nobody a citizen');
SELECT results_eq($$SELECT purpose, ends > now() + interval '23 hours' FROM link WHERE hash = 'link 1'$$,
                  $$VALUES ('confirm', true)$$, 'the link of a confirmation opens for a day');
SELECT results_eq($$SELECT kind, sealed, valid_until > now() + interval '23 hours' FROM letter$$,
                  $$VALUES ('unknown', 'letter to one who is not'::bytea, true)$$, 'one letter, the true one');
SELECT results_eq($$SELECT act FROM audit ORDER BY id DESC LIMIT 1$$, $$VALUES ('citizen.ask')$$, 'and it is on record');

-- Confirming.
SELECT citizen_confirm('link 1', 'sealed', ARRAY[:centre, :harbour], ARRAY[:waste], false, 'ja', '2026-11', 'en', 'session 1')
       AS hanako \gset
SELECT results_eq(format($$SELECT state, reach, confirmed = now(), districts, topics FROM citizen WHERE id = %s$$, :hanako),
                  format($$VALUES ('active', ARRAY['email'], true, ARRAY[%s, %s]::bigint[], ARRAY[%s]::bigint[])$$,
                         :centre, :harbour, :waste), 'the person is active with what was chosen');
SELECT results_eq(format($$SELECT state, hash, confirmed = now() FROM contact WHERE citizen_id = %s$$, :hanako),
                  $$VALUES ('active', 'hanako'::bytea, true)$$, 'and so is the address');
SELECT results_eq(format($$SELECT version, language, given = now(), withdrawn IS NULL FROM consent WHERE citizen_id = %s$$, :hanako),
                  $$VALUES ('2026-11', 'en', true, true)$$, 'consent: which text, in which language, when');
SELECT ok(EXISTS (SELECT FROM citizen_session WHERE hash = 'session 1' AND citizen_id = :hanako), 'their page is open');
SELECT is((SELECT actor_kind || ':' || actor_id FROM audit WHERE act = 'citizen.insert'), 'citizen:' || :hanako,
          'on record as their own act');
SELECT throws_ok($$SELECT citizen_confirm('link 1', 'sealed', '{}', '{}', true, 'ja', '2026-11', 'ja', 'session 2')$$,
                 'CH001', NULL, 'a link works once');
SELECT throws_ok($$SELECT citizen_open('link 1', 'session 2')$$, 'CH001', NULL, 'and for its purpose alone');

-- A known address: another letter, and the link leads to マイページ.
SELECT pg_temp.ask('confirm', 'hanako', 'home', 'link 2');
SELECT results_eq($$SELECT purpose, ends > now() + interval '16 minutes' FROM link WHERE hash = 'link 2'$$,
                  $$VALUES ('my', false)$$, 'a known address gets a link to its page, for a quarter of an hour');
SELECT is((SELECT kind FROM letter ORDER BY id DESC LIMIT 1), 'known', 'with the letter that says so');
SELECT is(citizen_open('link 2', 'session 3'), :hanako::bigint, 'which opens it');

-- The limits: three letters an hour to one address, sixty from one place.
SELECT pg_temp.ask('my', 'hanako', 'home', 'link 3');
SELECT pg_temp.ask('my', 'hanako', 'home', 'link 4');
SELECT is((SELECT count(*) FROM letter), 3::bigint, 'the fourth letter of the hour is not written');
SELECT ok(NOT EXISTS (SELECT FROM link WHERE hash = 'link 4'), 'nor its link');
SELECT pg_temp.ask('my', 'somebody ' || n, 'one place', 'place ' || n) FROM generate_series(1, 70) AS n;
SELECT is((SELECT count(*) FROM link WHERE hash LIKE 'place %'::bytea), 60::bigint, 'sixty from one place');

-- An end.
UPDATE link SET ends = now() WHERE hash = 'link 3';
SELECT throws_ok($$SELECT citizen_open('link 3', 'session 4')$$, 'CH001', NULL, 'a link that has ended opens nothing');
SELECT throws_ok($$SELECT citizen_open('place 1', 'session 4')$$, 'CH001', NULL, 'nor does that of an address nobody registered');

-- Another town's things.
SELECT throws_ok(format('UPDATE citizen SET districts = ARRAY[%s] WHERE id = %s', :above, :hanako), 'CH004', NULL,
                 'a district of another town is refused');
SELECT throws_ok(format('UPDATE citizen SET topics = ARRAY[%s] WHERE id = %s', :roads, :hanako), 'CH004', NULL,
                 'and a topic');

-- Pausing.
SELECT citizen_pause(:hanako, true);
SELECT is((SELECT state FROM citizen WHERE id = :hanako), 'paused', 'paused');
SELECT citizen_pause(:hanako, false);
SELECT is((SELECT state FROM citizen WHERE id = :hanako), 'active', 'and on again');

-- Stopping from a mail.
SELECT citizen_stop(:hanako, 0, 'email');
SELECT results_eq(format($$SELECT c.state, c.reach, k.state FROM citizen c JOIN contact k ON k.citizen_id = c.id WHERE c.id = %s$$, :hanako),
                  $$VALUES ('active', '{}'::text[], 'left')$$, 'mail stops, the person stays');
SELECT count(*) AS records FROM audit \gset
SELECT citizen_stop(:hanako, 0, 'email');
SELECT is((SELECT count(*) FROM audit), :records::bigint, 'a second time it changes nothing');
SELECT ok(:hanako NOT IN (SELECT citizen_id FROM audience('everyone', '{}', '{}', true, '{email}')), 'no message is planned for them');
SELECT pg_temp.ask('my', 'hanako', 'office', 'link 5');
SELECT citizen_pause(:hanako, false);
SELECT ok((SELECT reach = '{email}' FROM citizen WHERE id = :hanako), 'their page brings the mail back');
SELECT throws_ok(format('SELECT citizen_stop(%s, 0, ''everything'')', :hanako), 'CH004', NULL, 'there are three things to stop');

-- Leaving erases the address.
SELECT citizen_stop(:hanako, 0, 'all');
SELECT results_eq(format($$SELECT state, reach FROM citizen WHERE id = %s$$, :hanako), $$VALUES ('left', '{}'::text[])$$, 'left');
SELECT is((SELECT count(*) FROM contact WHERE citizen_id = :hanako), 0::bigint, 'the address is gone');
SELECT results_eq(format($$SELECT language, vital_only, districts, topics FROM citizen WHERE id = %s$$, :hanako),
                  $$VALUES ('ja', false, '{}'::bigint[], '{}'::bigint[])$$, 'and so is what they chose');
SELECT is((SELECT count(*) FROM citizen_session WHERE citizen_id = :hanako), 0::bigint, 'their page is closed');
SELECT ok((SELECT withdrawn = now() FROM consent WHERE citizen_id = :hanako), 'the consent is withdrawn, and stays on record');
SELECT lives_ok(format('SELECT citizen_stop(%s, 0, ''all'')', :hanako), 'a second time is no fault');

-- The same address again is another person.
INSERT INTO link (hash, purpose, contact_hash, choice, ends) VALUES ('link 6', 'confirm', 'hanako', 'x', now() + interval '1 day');
SELECT citizen_confirm('link 6', 'sealed', ARRAY[:centre], '{}', true, 'en', '2026-11', 'ja', 'session 6') AS again \gset
SELECT isnt(:again::bigint, :hanako::bigint, 'whoever comes back begins anew');
-- Two requests, both followed: one person, the later choice.
INSERT INTO link (hash, purpose, contact_hash, choice, ends) VALUES ('link 7', 'confirm', 'hanako', 'x', now() + interval '1 day');
SELECT is(citizen_confirm('link 7', 'sealed', ARRAY[:harbour], ARRAY[:events], false, 'ja', '2026-11', 'ja', 'session 7'),
          :again::bigint, 'a second confirmation of one address is the same person');
SELECT is((SELECT topics FROM citizen WHERE id = :again), ARRAY[:events]::bigint[], 'with the newer choice');
SELECT is((SELECT count(*) FROM consent WHERE citizen_id = :again AND withdrawn IS NULL), 1::bigint, 'and one consent in force');
COMMIT;

-- The wall.
BEGIN;
SELECT enter_tenant(:yama, '');
SELECT is((SELECT count(*) FROM citizen) + (SELECT count(*) FROM contact) + (SELECT count(*) FROM link)
          + (SELECT count(*) FROM subscribe_draft) + (SELECT count(*) FROM consent) + (SELECT count(*) FROM citizen_session),
          0::bigint, 'the other town sees nobody');
SELECT throws_ok($$SELECT citizen_open('link 2', 'x')$$, 'CH001', NULL, 'and its links open nothing there');
COMMIT;

SELECT * FROM finish();
