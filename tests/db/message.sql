-- Messages: which moves there are, what is frozen when, who may do what, and
-- that an approval is for exactly the bytes that it names.
SELECT no_plan();

BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.example', 'a@yama.example', '') AS there \gset
INSERT INTO district (name) VALUES ('よその地区') RETURNING id AS far_district \gset
INSERT INTO topic (name) VALUES ('よその分野') RETURNING id AS far_topic \gset
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name, contact) VALUES ('広報課', '広報課 電話'), ('防災課', '防災課 電話');
INSERT INTO district (name) VALUES ('北'), ('南');
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('子育て', false);
INSERT INTO staff (login, name, email, email_hash, state)
SELECT l, l, 'x', l::bytea, 'active' FROM unnest(ARRAY['author', 'other', 'third']) AS l;
INSERT INTO staff_department (staff_id, department_id)
SELECT s.id, d.id FROM staff s, department d WHERE s.login = 'author' OR d.name = '広報課';

-- A message that lacks nothing, put into any state past the guard.
CREATE FUNCTION made(p_state text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint;
BEGIN
  INSERT INTO message (department_id, author_id, editor_id, subject, body, contact, audience, scheduled,
                       valid_until, publish_until)
  SELECT (SELECT min(id) FROM department), s.id, s.id, '件名', '本文', '電話', 'everyone', true,
         now() + interval '1 day', now() + interval '30 days'
    FROM staff s WHERE login = 'author'
  RETURNING id INTO m;
  INSERT INTO message_rendering (message_id, revision, channel, language, content) VALUES (m, 1, 'email', 'ja', '{}');
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = p_state, hash = 'bytes',
                     submitter_id = (SELECT id FROM staff WHERE login = 'author') WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN m;
END $$;

CREATE FUNCTION signed(m bigint, who text, p_act text, p_hash bytea) RETURNS void LANGUAGE sql AS $$
  INSERT INTO approval (message_id, revision, act, staff_id, hash)
  SELECT m, revision, p_act, (SELECT id FROM staff WHERE login = who), p_hash FROM message WHERE id = m
$$;

-- What becomes of an attempt: "yes" or the SQLSTATE.
CREATE FUNCTION tried(p_sql text, m bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE p_sql USING m;
  RETURN 'yes';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;

CREATE FUNCTION moved(was text, becomes text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m bigint := made(was);
BEGIN
  PERFORM signed(m, 'other', 'approve', 'bytes');
  RETURN tried(format('UPDATE message SET state = %L WHERE id = $1', becomes), m);
END $$;

-- Every pair of states, so that a move that somebody adds is seen here.
SELECT is(moved(a.state, b.state),
          CASE WHEN a.state || ' ' || b.state = ANY (ARRAY[
                 'draft pending', 'returned pending', 'pending approved', 'pending returned', 'pending rejected',
                 'pending draft', 'approved draft', 'approved sending', 'approved stopped', 'sending sent',
                 'sending stopped', 'sent sending']) THEN 'yes' ELSE 'CH003' END,
          'from ' || a.state || ' to ' || b.state)
  FROM unnest(ARRAY['draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped']) AS a (state),
       unnest(ARRAY['draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped']) AS b (state)
 WHERE a.state <> b.state;
SELECT made('sent') AS stepping \gset
UPDATE message SET next_step = now() WHERE id = :stepping;
SELECT is(tried($$UPDATE message SET state = 'stopped' WHERE id = $1$$, :stepping), 'yes', 'sent is not the end while a step is still to come');
SELECT throws_ok($$INSERT INTO message (department_id, author_id, state)
  SELECT (SELECT min(id) FROM department), min(id), 'approved' FROM staff$$, 'CH003', NULL, 'a new one is a draft');

-- Frozen outside of draft and returned.
SELECT is(tried(format('UPDATE message SET %s WHERE id = $1', c.change), made(s.state)),
          CASE WHEN s.state IN ('draft', 'returned') THEN 'yes' ELSE 'CH003' END,
          s.state || ': ' || c.change)
  FROM unnest(ARRAY['draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped']) AS s (state),
       unnest(ARRAY['subject = ''x''', 'body = ''x''', 'contact = ''x''', 'audience = ''chosen''',
                    'by_email = false', 'on_site = false', 'send_at = now()', 'valid_until = now()',
                    'publish_until = now()', 'department_id = (SELECT max(id) FROM department)',
                    'topics = ARRAY[(SELECT min(id) FROM topic WHERE vital)]']) AS c (change);
SELECT is(tried($$UPDATE message SET state = 'pending', subject = 'x' WHERE id = $1$$, made('draft')), 'CH003',
          'nothing is changed in the same breath as it is submitted');
SELECT is(tried($$UPDATE message_rendering SET content = '{"a": 1}' WHERE message_id = $1$$, made(s.state)),
          CASE WHEN s.state IN ('draft', 'returned') THEN 'yes' ELSE 'CH003' END, s.state || ': rendered bytes')
  FROM unnest(ARRAY['draft', 'returned', 'pending', 'approved', 'sending', 'sent']) AS s (state);
SELECT is(tried($$DELETE FROM message_rendering WHERE message_id = $1$$, made('approved')), 'CH003',
          'rendered bytes do not go away');

-- Revisions.
SELECT made('draft') AS m \gset
UPDATE message SET subject = 'another' WHERE id = :m;
SELECT is(revision, 2, 'a change is a revision') FROM message WHERE id = :m;
UPDATE message SET subject = 'another' WHERE id = :m;
SELECT is(revision, 2, 'no change is none') FROM message WHERE id = :m;
SELECT is(tried('UPDATE message SET revision = 9 WHERE id = $1', :m), 'CH003', 'nobody else counts revisions');
SELECT is(tried($$UPDATE message SET state = 'pending' WHERE id = $1$$, :m), 'CH004',
          'what is submitted was rendered in this revision');

-- Submitting.
SELECT is(tried(format($$UPDATE message SET state = 'pending', %s = NULL WHERE id = $1$$, c), made('draft')), 'CH004',
          'not without ' || c)
  FROM unnest(ARRAY['hash', 'submitter_id']) AS c;
SELECT made('returned') AS m \gset
SELECT signed(:m, 'other', 'return', NULL);
SELECT is(tried($$UPDATE message SET state = 'pending', submitter_id = (SELECT id FROM staff WHERE login = 'other')
  WHERE id = $1$$, :m), 'CH005', 'who returned it cannot submit it');
SELECT is(tried($$UPDATE message SET state = 'pending', submitter_id = (SELECT id FROM staff WHERE login = 'author')
  WHERE id = $1$$, :m), 'yes', 'its author can');

-- Approving: another person, and exactly these bytes.
CREATE FUNCTION approved(who text, p_hash bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m bigint := made('pending');
BEGIN
  PERFORM signed(m, who, 'approve', p_hash);
  RETURN tried($s$UPDATE message SET state = 'approved' WHERE id = $1$s$, m);
END $$;
SELECT is(approved('other', 'bytes'), 'yes', 'another person may');
SELECT is(approved('author', 'bytes'), 'CH005', 'the author may not');
SELECT is(approved('other', 'other bytes'), 'CH005', 'not for other bytes');
SELECT is(approved('other', NULL), 'CH005', 'not for no bytes');
SELECT is(tried($$UPDATE message SET state = 'approved' WHERE id = $1$$, made('pending')), 'CH005', 'not without a signature');
SELECT made('pending') AS m \gset
SELECT signed(:m, 'other', 'approve', 'bytes');
SELECT is(tried($$UPDATE message SET state = 'approved', hash = 'other' WHERE id = $1$$, :m), 'CH005',
          'the hash does not change while approving');
SELECT is(tried($$UPDATE message SET hash = 'other' WHERE id = $1$$, :m), 'CH003', 'nor while waiting');
SELECT throws_ok(format('SELECT signed(%s, %L, %L, %L)', :m, 'third', 'approve', 'bytes'), '23505', NULL,
                 'of two approvers one was second');
SELECT is(tried($$UPDATE message SET state = 'draft' WHERE id = $1$$, :m), 'yes', 'it is taken back');
SELECT is((SELECT row(hash, submitter_id, revision)::text FROM message WHERE id = :m), '(,,2)',
          'then what was signed is void');

-- The editor who changed it last has written it, too.
SELECT made('pending') AS m \gset
UPDATE message SET editor_id = (SELECT id FROM staff WHERE login = 'other') WHERE id = :m;
SELECT signed(:m, 'other', 'approve', 'bytes');
SELECT is(tried($$UPDATE message SET state = 'approved' WHERE id = $1$$, :m), 'CH005', 'nor may who changed it last');

-- Marks: two clerks on one page.
SELECT made('draft') AS m \gset
SELECT message_mark(x, 'content') AS content, message_mark(x, 'audience') AS audience FROM message x WHERE id = :m \gset
UPDATE message SET audience = 'chosen', topics = ARRAY[(SELECT id FROM topic WHERE name = '子育て')] WHERE id = :m;
SELECT is(message_mark(x, 'content'), :'content', 'another page does not change the mark of the text') FROM message x WHERE id = :m;
SELECT isnt(message_mark(x, 'audience'), :'audience', 'its own does') FROM message x WHERE id = :m;

-- As the web does it, behind the wall.
SET LOCAL ROLE chromo_web;
SELECT is(tried('UPDATE message SET districts = ARRAY[' || :far_district || '] WHERE id = $1', :m), 'CH004',
          'no district of another town');
SELECT is(tried('UPDATE message SET topics = ARRAY[' || :far_topic || '] WHERE id = $1', :m), 'CH004',
          'no topic of another town');
SELECT enter_tenant(:there, 'staff:1') \g /dev/null
SELECT is_empty('SELECT id FROM message', 'another town sees no message');
SELECT is((SELECT count(*)::int FROM audience('everyone', '{}', '{}', true, '{email}')), 0, 'and nobody to send to');
RESET ROLE;

-- Pictures: a change is a new version; two files of this town that were taken in for messages,
-- and words; none that was not looked at is submitted; those that nothing shows any more go.
SELECT enter_tenant(:there, 'command') \g /dev/null
INSERT INTO attachment (purpose, owner_id, kind, name, bytes) VALUES ('message', 1, 'image/png', 'far', 1) RETURNING id AS far_file \gset
SELECT enter_tenant(:here, 'command') \g /dev/null
CREATE FUNCTION file(p_name text, p_purpose text DEFAULT 'message', p_kind text DEFAULT 'image/png') RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO attachment (purpose, owner_id, kind, name, bytes, state) VALUES (p_purpose, 1, p_kind, p_name, 1, 'clean') RETURNING id
$$;
CREATE FUNCTION shows(p_large uuid, p_small uuid, p_text text DEFAULT '地図') RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_array(jsonb_build_object('id', p_large, 'small', p_small, 'text', p_text)) $$;
CREATE FUNCTION shown(m bigint, p jsonb) RETURNS text LANGUAGE sql AS
$$ SELECT tried(format('UPDATE message SET pictures = %L WHERE id = $1', p), m) $$;
SELECT file('large') AS large, file('small') AS small, file('document', 'message', 'application/pdf') AS document, file('other', 'event') AS other \gset
SELECT made('draft') AS pictured \gset
SELECT is(shown(:pictured, shows(:'large', :'small')), 'yes', 'a picture');
SELECT is((revision, cover), (2, :'small'::uuid), 'is a new version, with its small one for lists') FROM message WHERE id = :pictured;
SELECT is(array_agg(name ORDER BY name), '{large,small}', 'its files stay') FROM attachment WHERE kept;
SELECT is(shown(:pictured, w.p), 'CH004', 'none: ' || w.what)
  FROM (VALUES (shows(:'large', :'document'), 'a document'),
               (shows(:'large', :'other'), 'a file of an event'), (shows(:'large', :'small', ''), 'no words'),
               (shows(:'large', :'large'), 'one size only'), (shows(:'large', gen_random_uuid()), 'no file')) AS w (p, what);
SET LOCAL ROLE chromo_web;
SELECT is(shown(:pictured, shows(:'large', :'far_file')), 'CH004', 'none: a file of another town');
RESET ROLE;
SELECT is(shown(:pictured, (SELECT jsonb_agg(shows(file('l' || i), file('s' || i))->0) FROM generate_series(1, 4) i)), '23514', 'four are too many');
SELECT is(shown(made(state), shows(:'large', :'small')), CASE WHEN state IN ('draft', 'returned') THEN 'yes' ELSE 'CH003' END, 'while it is ' || state)
  FROM unnest(ARRAY['draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped']) AS state;
UPDATE attachment SET state = 'waiting' WHERE id = :'small';
SELECT is(message_pictures(m)->0->>'state', 'waiting', 'both sizes are looked at') FROM message m WHERE id = :pictured;
INSERT INTO message_rendering (message_id, revision, channel, language, content) VALUES (:pictured, 2, 'email', 'ja', '{}');
SELECT is(tried($$UPDATE message SET state = 'pending', hash = 'x', submitter_id = author_id WHERE id = $1$$, :pictured), 'CH004', 'before it is submitted');
UPDATE attachment SET state = 'clean' WHERE id = :'small';
SELECT is(tried($$UPDATE message SET state = 'pending', hash = 'x', submitter_id = author_id WHERE id = $1$$, :pictured), 'yes', 'then it may be');
UPDATE message SET state = 'draft' WHERE id = :pictured;
SELECT is(shown(:pictured, '[]'), 'yes', 'taken away');
SELECT is(count(*)::int, 2, 'another message shows them') FROM attachment WHERE kept;
SELECT is(shown(id, '[]'), 'yes', 'and that one') FROM message WHERE pictures <> '[]';
SELECT is(count(*)::int, 0, 'nothing shows them any more: they go as loose files do') FROM attachment WHERE kept;

-- What a correction does to the first message, when it goes out, is stopped, or is not for the site.
CREATE FUNCTION corrects(p_first bigint, p_site boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint := made('approved');
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET corrects = p_first, on_site = p_site WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  UPDATE message SET state = 'sending' WHERE id = m;
  RETURN m;
END $$;
SELECT made('sent') AS first \gset
SELECT corrects(:first, false) AS quiet \gset
SELECT is(corrected_by, NULL, 'nobody can read it') FROM message WHERE id = :first;
SELECT corrects(:first, true) AS one, corrects(:first, true) AS two \gset
SELECT is(corrected_by, :two::bigint, 'the latest') FROM message WHERE id = :first;
UPDATE message SET state = 'stopped' WHERE id = :two;
SELECT is(corrected_by, :one::bigint, 'that is out') FROM message WHERE id = :first;
UPDATE message SET state = 'stopped' WHERE id = :one;
SELECT is(corrected_by, NULL, 'none any more') FROM message WHERE id = :first;

-- What was wrong goes no further by steps that are still to come, once what is right is planned.
SELECT enter_tenant(:here, 'command') \g /dev/null
SELECT made('sent') AS wrong, made('approved') AS right \gset
SET session_replication_role = replica;
UPDATE message SET next_step = now() + interval '10 minutes' WHERE id = :wrong;
UPDATE message SET corrects = :wrong WHERE id = :right;
SET session_replication_role = DEFAULT;
SELECT ok(next_step IS NOT NULL, 'until then it goes on') FROM message WHERE id = :wrong;
SELECT message_plan(:right, 500) \g /dev/null
SELECT is(next_step, NULL, 'no step more') FROM message WHERE id = :wrong;

-- Whom it reaches.
SELECT enter_tenant(:here, 'command') \g /dev/null
CREATE FUNCTION ids(kind regclass, VARIADIC names text[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE r bigint[];
BEGIN
  EXECUTE format('SELECT coalesce(array_agg(id), %L) FROM %s WHERE name = ANY ($1)', '{}', kind) INTO r USING names;
  RETURN r;
END $$;
INSERT INTO citizen (state, reach, vital_only, districts, topics) VALUES
  ('active', '{email}', false, ids('district', '北'), ids('topic', '子育て')),
  ('active', '{email}', false, ids('district', '南'), ids('topic', '子育て')),
  ('active', '{email}', true, ids('district', '北'), '{}'),
  ('active', '{}', false, ids('district', '北'), ids('topic', '子育て')),
  ('paused', '{email}', false, ids('district', '北'), ids('topic', '子育て'));
SET LOCAL ROLE chromo_web;
CREATE TEMP TABLE asked (audience text, districts bigint[], topics bigint[], reached int, what text);
INSERT INTO asked VALUES
  ('everyone', '{}', '{}', 2, 'everyone who is active, has an address and wants more than the vital'),
  ('everyone', '{}', ids('topic', '命を守る情報'), 3, 'the vital to everyone'),
  ('chosen', ids('district', '北'), '{}', 1, 'a district'),
  ('chosen', ids('district', '北'), ids('topic', '子育て'), 1, 'district and topic'),
  ('chosen', ids('district', '北'), ids('topic', '命を守る情報'), 2, 'the vital in a district'),
  ('chosen', '{}', ids('topic', '子育て'), 2, 'a topic'),
  (NULL, '{}', '{}', 0, 'nobody before it is chosen');
SELECT is((audience_split(audience, districts, topics, '{email}', 'ja')->>'count')::int, reached, what) FROM asked;
SELECT is(audience_split('everyone', '{}', '{}', '{email}', 'ja') - 'at' - 'at_text' - 'ways' - 'able',
          '{"count": 2, "none": false, "few": true, "about": false, "number": null}', 'few are not counted out');
RESET ROLE;
INSERT INTO citizen (state, reach) SELECT 'active', '{email}' FROM generate_series(1, 12343);
SELECT is(audience_split('everyone', '{}', '{}', '{email}', 'ja')->>'number', '12,300', 'many are about so many');

-- 祝日: fixed days, Mondays, equinoxes, 振替休日 and the day between two.
SELECT is(array_agg(to_char(d, 'MM-DD') ORDER BY d),
          ARRAY['01-01', '01-12', '02-11', '02-23', '03-20', '04-29', '05-03', '05-04', '05-05', '05-06', '07-20', '08-11',
                '09-21', '09-22', '09-23', '10-12', '11-03', '11-23'], 'the holidays of 2026')
  FROM generate_series(timestamp '2026-01-01', '2026-12-31', '1 day') AS d
 WHERE holiday(d::date);

SELECT * FROM finish();
ROLLBACK;
