-- One person, several entries: whoever proves that an address is theirs has it in their own
-- entry, and nobody gets a message twice by it.  Every way that can be added, to every way
-- by which somebody may have registered, and the two at once.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('ごみ', false);
COMMIT;
RESET ROLE;

-- The address that stands for a way and a person in this test.
CREATE FUNCTION pg_temp.address(p_way text, p_who text) RETURNS bytea LANGUAGE sql AS
$$ SELECT convert_to(p_way || ' of ' || p_who, 'UTF8') $$;

-- Somebody registers by one way alone, having proved it.
CREATE FUNCTION pg_temp.register(p_way text, p_who text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF p_way = 'line' THEN
    INSERT INTO line_link (hash, kind, choice, ends) VALUES (pg_temp.address('code', p_who), 'code', 'x', now() + interval '10 minutes');
    PERFORM line_link_use(pg_temp.address('code', p_who), pg_temp.address('line', p_who), 'x', '{}', '{}', false, 'ja', '2026-11', 'ja');
  ELSE
    PERFORM citizen_register(p_way, pg_temp.address(p_way, p_who), 'x', '{}', '{}', false, 'ja', '2026-11', 'ja',
                             sha256(uuid_send(gen_random_uuid())));
  END IF;
  RETURN (SELECT citizen_id FROM contact WHERE channel = p_way AND hash = pg_temp.address(p_way, p_who));
END $$;

-- In their マイページ they prove another.
CREATE FUNCTION pg_temp.prove(p_person bigint, p_way text, p_who text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  nonce bytea := sha256(uuid_send(gen_random_uuid()));
BEGIN
  CASE p_way
  WHEN 'line' THEN
    INSERT INTO line_link (hash, kind, citizen_id, ends)
    VALUES (nonce, 'code', p_person, now() + interval '10 minutes');
    PERFORM line_link_use(nonce, pg_temp.address('line', p_who), 'x', '{}', '{}', false, 'ja', '2026-11', 'ja');
  WHEN 'email' THEN
    -- Asked in a browser and proved, as domain/proof.c does it; then again, knowing what the other entry has.
    PERFORM proof_ask('email', 'email', nonce, p_person, pg_temp.address('email', p_who), nonce, '', 'code', 'x', gen_random_uuid(), 'x');
    PERFORM proof_try('email', nonce, p_person, 'code');
    IF NOT email_take(p_person, nonce, 'x', '') THEN
      PERFORM email_take(p_person, nonce, 'x', 'both');
    END IF;
  WHEN 'sms' THEN PERFORM contact_take(p_person, 'sms', pg_temp.address('sms', p_who), 'x');
  WHEN 'webpush' THEN PERFORM push_add(p_person, pg_temp.address('webpush', p_who), 'x', 'iPhone');
  END CASE;
END $$;

-- To how many entries a message to everybody goes, by how many addresses.
CREATE FUNCTION pg_temp.gets() RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM audience('everyone', '{}', '{}', false, '{email,line,webpush,sms}')
$$;

BEGIN;
SELECT enter_tenant(:minato, '');
CREATE TEMP TABLE pairs AS
SELECT a.way AS has, b.way AS adds, row_number() OVER (ORDER BY a.way, b.way) AS n
  FROM unnest('{email,line,sms,webpush}'::text[]) AS a (way)
 CROSS JOIN unnest('{email,line,sms,webpush}'::text[]) AS b (way)
 WHERE a.way <> b.way;
SELECT is((SELECT count(*) FROM pairs), 12::bigint, 'every pair');

-- Two entries of one person; then the proof.
CREATE TEMP TABLE made AS
SELECT p.*, pg_temp.register(p.has, 'a' || p.n) AS mine, pg_temp.register(p.adds, 'a' || p.n) AS other FROM pairs p;
SELECT is(pg_temp.gets(), 24::bigint, 'before, each is written to twice');
SELECT pg_temp.prove(mine, adds, 'a' || n) FROM made;
SELECT is(pg_temp.gets(), 12::bigint, 'with the proof, once');
SELECT is((SELECT state FROM citizen WHERE id = m.other), 'left', m.has || ' and ' || m.adds || ': the other entry has ended') FROM made m ORDER BY n;
SELECT is((SELECT count(*) FROM consent WHERE citizen_id = m.other AND withdrawn IS NULL), 0::bigint, '… with its consent') FROM made m ORDER BY n;
SELECT is((SELECT array_agg(channel ORDER BY channel) FROM contact WHERE citizen_id = m.mine),
          (SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY[m.has, m.adds]) AS w), m.has || ' and ' || m.adds || ': both are theirs') FROM made m ORDER BY n;
SELECT is((SELECT array_agg(x ORDER BY x) FROM unnest(c.reach) AS x), (SELECT array_agg(w ORDER BY w) FROM unnest(ARRAY[m.has, m.adds]) AS w),
          '… and reach them') FROM made m JOIN citizen c ON c.id = m.mine ORDER BY n;
SELECT pg_temp.prove(mine, adds, 'a' || n) FROM made;
SELECT is(pg_temp.gets(), 12::bigint, 'proved again, nothing changes');

-- What the other entry had besides was not proved: it stays as it is, and is nobody else's.
SELECT pg_temp.register('email', 'b') AS mine \gset
SELECT pg_temp.register('sms', 'b') AS other \gset
SELECT pg_temp.prove(:other, 'line', 'b');
SELECT pg_temp.prove(:mine, 'sms', 'b');
SELECT is((SELECT state FROM citizen WHERE id = :other), 'active', 'an entry with LINE goes on when its phone moves');
SELECT is((SELECT reach FROM citizen WHERE id = :other), '{line}', '… by LINE');
SELECT is((SELECT count(*) FROM contact WHERE citizen_id = :mine AND channel = 'line'), 0::bigint, 'LINE was not proved');
SELECT pg_temp.prove(:mine, 'line', 'b');
SELECT is((SELECT state FROM citizen WHERE id = :other), 'left', 'proved as well, it ends');
SELECT is(pg_temp.gets(), 13::bigint, 'and all of it is one person');

-- Registered once more by an address that is theirs already: the same entry.
SELECT is(pg_temp.register('email', 'b'), :mine::bigint, 'by mail');
SELECT is(pg_temp.register('sms', 'b'), :mine::bigint, 'by phone');
SELECT is(pg_temp.gets(), 13::bigint, 'nobody is added');
-- A second device is a second address of the same person, not a second person.
SELECT pg_temp.prove(:mine, 'webpush', 'b'), pg_temp.prove(:mine, 'webpush', 'b2');
SELECT is((SELECT count(*) FROM contact WHERE citizen_id = :mine AND channel = 'webpush'), 2::bigint, 'two devices');
SELECT is(pg_temp.gets(), 13::bigint, 'one person');
-- A household comes along with what is surely the same person: mail and LINE; not with a number
-- or a browser, which others may have by now.  Whoever has one stays in it.
CREATE FUNCTION pg_temp.home(p_citizen bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT household_id FROM household_member WHERE citizen_id = p_citizen $$;
CREATE TEMP TABLE homes AS
SELECT w.way, w.along, pg_temp.register('sms', 'h' || w.way) AS phone, pg_temp.register('email', 'h' || w.way) AS mail,
       pg_temp.register(w.way, 'i' || w.way) AS other
  FROM (VALUES ('email', true), ('line', true), ('sms', false), ('webpush', false)) AS w (way, along);
SELECT household_make(other, 'sealed') FROM homes;
CREATE TEMP TABLE homes_were AS SELECT way, pg_temp.home(other) AS home FROM homes;
SELECT pg_temp.prove(CASE WHEN way = 'email' THEN phone ELSE mail END, way, 'i' || way) FROM homes;
SELECT is(pg_temp.home(CASE WHEN way = 'email' THEN phone ELSE mail END), CASE WHEN along THEN home END, way || ': the household comes along, or not')
  FROM homes JOIN homes_were USING (way) ORDER BY way;
SELECT is((SELECT count(*) FROM household_member JOIN homes ON other = citizen_id), 0::bigint, 'the entries that ended are in none');
SELECT pg_temp.register('email', 'j') AS mine, pg_temp.register('line', 'j') AS other \gset
SELECT household_make(:mine, 'sealed') AS home, household_make(:other, 'sealed') AS gone \gset
SELECT pg_temp.prove(:mine, 'line', 'j');
SELECT is(pg_temp.home(:mine), :home::bigint, 'whoever is in one stays in it');
SELECT is((SELECT count(*) FROM household WHERE id = :gone), 0::bigint, '… and the other is closed, for it is empty');
SELECT pg_temp.register('sms', 'k') AS mine, pg_temp.register('line', 'k') AS other \gset
SELECT pg_temp.prove(:other, 'email', 'k');
SELECT household_make(:other, 'sealed') AS home \gset
SELECT pg_temp.prove(:mine, 'line', 'k');
SELECT is(pg_temp.home(:other), :home::bigint, 'an entry that goes on keeps its household');
SELECT is(pg_temp.home(:mine), NULL, '… and nobody else is in it');

-- What was chosen in an entry that ended waits to be asked for; of a mail address it was asked before.
SELECT is((SELECT count(*) FROM citizen WHERE ended_in IS NOT NULL), 0::bigint, 'the same choices: nothing to ask');
CREATE TEMP TABLE asked AS
SELECT w.way, pg_temp.register(CASE WHEN w.way = 'sms' THEN 'email' ELSE 'sms' END, 'm' || w.way) AS mine, pg_temp.register(w.way, 'n' || w.way) AS other
  FROM unnest('{email,line,sms,webpush}'::text[]) AS w (way);
UPDATE citizen SET vital_only = true, quiet_from = '22:00', quiet_to = '07:00' WHERE id IN (SELECT other FROM asked);
SELECT pg_temp.prove(mine, way, 'n' || way) FROM asked;
SELECT is((SELECT ended_in FROM citizen WHERE id = other), CASE WHEN way <> 'email' THEN mine END, way || ': it is asked, or was') FROM asked ORDER BY way;
SELECT is((SELECT vital_only FROM citizen WHERE id = mine), false, way || ': theirs stays') FROM asked ORDER BY way;
SELECT is((SELECT quiet_from FROM citizen WHERE id = mine), CASE WHEN way = 'email' THEN '22:00'::time END, way || ': both, where that was said') FROM asked ORDER BY way;
-- Who waits behind one that ends in its turn waits with the next.
SELECT mine AS last, other AS first FROM asked WHERE way = 'line' \gset
SELECT pg_temp.register('email', 'o') AS next \gset
SELECT pg_temp.prove(:next, 'line', 'nline'), pg_temp.prove(:next, 'sms', 'mline');
SELECT is((SELECT ended_in FROM citizen WHERE id = :first), :next::bigint, 'handed on');
SELECT ok((SELECT vital_only FROM citizen WHERE id = :first), '… with what was chosen');
SELECT ok(merge_ended(:next, :first, 'other'), 'said');
SELECT ok((SELECT vital_only FROM citizen WHERE id = :next), '… and done');
SELECT ok((SELECT NOT vital_only AND quiet_from IS NULL FROM citizen WHERE id = :first), '… and it is known no more');
SELECT ok(NOT merge_ended(:next, :first, 'other'), '… once');
SELECT ok(NOT merge_ended(:last, :first, 'other'), '… by nobody else');
COMMIT;
SELECT * FROM finish();
