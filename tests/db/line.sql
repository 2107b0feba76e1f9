-- LINE: codes that open once, one LINE one person, what LINE says out of order.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO district (name) VALUES ('中央') RETURNING id AS centre \gset
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true) RETURNING id AS vital \gset
INSERT INTO citizen (state, language) VALUES ('active', 'ja') RETURNING id AS hanako \gset
INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (:hanako, 'email', 'sealed', 'hanako', 'active');
INSERT INTO citizen (state, language) VALUES ('active', 'ja') RETURNING id AS taro \gset
INSERT INTO gateway (channel, kind, active, url, settings) VALUES ('line', 'line', true, '', '{"basic_id": "@minato"}')
RETURNING id AS gateway \gset
COMMIT;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama Town', 'yama.test', 'a@yama.test', '') AS yama \gset
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');

CREATE FUNCTION pg_temp.make(hash text, citizen bigint, minutes int DEFAULT 15) RETURNS void LANGUAGE sql AS $$
  INSERT INTO line_link (hash, kind, citizen_id, choice, ends)
  VALUES (hash::bytea, 'code', citizen, CASE WHEN citizen IS NULL THEN 'sealed'::bytea END, now() + make_interval(mins => minutes))
$$;
CREATE FUNCTION pg_temp.use(hash text, who text, district bigint DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  SELECT line_link_use(hash::bytea, who::bytea, ('sealed ' || who)::bytea, array_remove(ARRAY[district], NULL), '{}', true,
                       'ja', '2026-11', 'en')
$$;
CREATE FUNCTION pg_temp.line(citizen bigint) RETURNS text LANGUAGE sql AS $$
  SELECT convert_from(hash, 'UTF8') || ' ' || state || coalesce(' ' || reason, '') FROM contact
   WHERE citizen_id = citizen AND channel = 'line'
$$;

-- A code links; once; not after its end.
SELECT pg_temp.make('code 1', :hanako);
SELECT pg_temp.use('code 1', 'U1');
SELECT is(pg_temp.line(:hanako), 'U1 active', 'a code links');
SELECT is((SELECT actor_kind || ':' || actor_id FROM audit WHERE act = 'contact.insert' ORDER BY id DESC LIMIT 1),
          'citizen:' || :hanako, 'on record as the person''s own act');
SELECT pg_temp.use('code 1', 'U2');
SELECT is(pg_temp.line(:hanako), 'U1 active', 'a second use links nobody');
SELECT pg_temp.make('code 2', :hanako, 0);
SELECT pg_temp.use('code 2', 'U2');
SELECT is(pg_temp.line(:hanako), 'U1 active', 'nor does one that has ended');
SELECT pg_temp.use('no such code', 'U2');
SELECT is(pg_temp.line(:hanako), 'U1 active', 'nor one that never was');

-- Another LINE of the same person takes the place of the first.
SELECT pg_temp.make('code 3', :hanako);
SELECT pg_temp.use('code 3', 'U2');
SELECT is(pg_temp.line(:hanako), 'U2 active', 'a person has one LINE');

-- Registered by LINE alone, twice: the same person, with the newer choice.
SELECT pg_temp.make('code 4', NULL);
SELECT pg_temp.use('code 4', 'U9', :centre);
SELECT citizen_id AS new FROM contact WHERE hash = 'U9' \gset
SELECT results_eq(format('SELECT state, vital_only, districts FROM citizen WHERE id = %s', :new),
                  format('VALUES (''active'', true, ARRAY[%s]::bigint[])', :centre), 'the code in the chat makes a citizen');
SELECT results_eq(format('SELECT version, language FROM consent WHERE citizen_id = %s AND withdrawn IS NULL', :new),
                  $$VALUES ('2026-11', 'en')$$, 'with their consent');
SELECT is((SELECT choice FROM line_link WHERE hash = 'code 4'), NULL, 'and what they chose lies nowhere else');
SELECT pg_temp.make('code 5', NULL);
SELECT pg_temp.use('code 5', 'U9');
SELECT results_eq(format('SELECT districts FROM citizen WHERE id = %s', :new), $$VALUES ('{}'::bigint[])$$, 'again: the newer choice');
SELECT is((SELECT count(*) FROM consent WHERE citizen_id = :new AND withdrawn IS NULL), 1::bigint, 'and one consent');

-- A LINE moves to who shows that it is theirs; an entry without any address ends.
SELECT pg_temp.make('code 6', :taro);
SELECT pg_temp.use('code 6', 'U9');
SELECT is(pg_temp.line(:taro), 'U9 active', 'it has moved');
SELECT is((SELECT state FROM citizen WHERE id = :new), 'left', 'the entry that it left behind has ended');
SELECT pg_temp.make('code 7', :taro);
SELECT pg_temp.use('code 7', 'U2');
SELECT is((SELECT state FROM citizen WHERE id = :hanako), 'active', 'one with mail has not');

-- Blocked and back, in whatever order it is told.
SELECT line_reach('U2', false, now() + interval '10 s');
SELECT is(pg_temp.line(:taro), 'U2 failed address_gone', 'blocked');
SELECT line_reach('U2', true, now() + interval '5 s');
SELECT is(pg_temp.line(:taro), 'U2 failed address_gone', 'what is older changes nothing');
SELECT line_reach('U2', true, now() + interval '15 s');
SELECT is(pg_temp.line(:taro), 'U2 active', 'a friend again');
UPDATE contact SET state = 'left' WHERE hash = 'U2';
SELECT line_reach('U2', true, now() + interval '20 s');
SELECT is(pg_temp.line(:taro), 'U2 left', 'who has left stays away');

-- Who has gone meanwhile is not brought back by a code.
SELECT pg_temp.make('code 8', :hanako);
SELECT citizen_leave(:hanako);
SELECT pg_temp.use('code 8', 'U3');
SELECT is((SELECT count(*) FROM contact WHERE citizen_id = :hanako), 0::bigint, 'a code of one who left links nothing');

-- Events: once by their name, of each account.
SELECT lives_ok(format($$INSERT INTO gateway_event (gateway_id, event_key) VALUES (%s, 'e1')$$, :gateway), 'an event');
SELECT throws_ok(format($$INSERT INTO gateway_event (gateway_id, event_key) VALUES (%s, 'e1')$$, :gateway), '23505', NULL, 'is kept once');
COMMIT;

-- The wall.
BEGIN;
SELECT enter_tenant(:yama, '');
SELECT is((SELECT count(*) FROM line_link) + (SELECT count(*) FROM gateway_event) + (SELECT count(*) FROM contact), 0::bigint,
          'another town sees nothing');
SELECT line_link_use('code 8', 'U3', 'x', '{}', '{}', true, 'ja', '1', 'ja');
SELECT is((SELECT count(*) FROM contact), 0::bigint, 'and uses no code of it');
COMMIT;
SET ROLE chromo_report;
SELECT throws_ok('SELECT * FROM line_link', '42501', NULL, 'reports do not read codes');
RESET ROLE;
SELECT * FROM finish();
