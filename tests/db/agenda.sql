-- The calendar: what is on it, what a reader narrows it to, and events from files.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO department (name) VALUES ('生涯学習課') RETURNING id AS department \gset
INSERT INTO district (name) VALUES ('港') RETURNING id AS harbour \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('nobody', '無', 'y', 'y', 'active') RETURNING id AS nobody \gset
INSERT INTO staff_department (staff_id, department_id) VALUES (:writer, :department);
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
SELECT ok(event_shown('open', true, NULL) AND event_shown('ended', true, NULL), 'open and ended ones are shown');
SELECT ok(NOT event_shown('draft', true, NULL) AND NOT event_shown('open', false, NULL), 'drafts and unlisted ones are not');
SELECT ok(event_shown('cancelled', true, now() - interval '29 days') AND NOT event_shown('cancelled', true, now() - interval '31 days'), 'called off: for thirty days');

INSERT INTO event (department_id, author_id, state, texts, district_id, free, childcare, place)
VALUES (:department, :writer, 'open', '{"ja": {"title": "Star の会", "target": "小学生"}}', :harbour, false, true, '天文台');
CREATE FUNCTION pg_temp.asked(district bigint DEFAULT 0, free boolean DEFAULT false, childcare boolean DEFAULT false, sign boolean DEFAULT false,
                              online boolean DEFAULT false, words text DEFAULT '', target text DEFAULT '') RETURNS boolean LANGUAGE sql AS
$$ SELECT event_asked(e, $1, $2, $3, $4, $5, $6, $7) FROM event e $$;
SELECT ok(pg_temp.asked(), 'all');
SELECT ok(pg_temp.asked(district => :harbour) AND NOT pg_temp.asked(district => :harbour + 1), 'its district, no other');
SELECT ok(NOT pg_temp.asked(free => true) AND pg_temp.asked(childcare => true) AND NOT pg_temp.asked(sign => true) AND NOT pg_temp.asked(online => true), 'what it offers');
SELECT ok(pg_temp.asked(words => 'star') AND pg_temp.asked(words => '天文') AND NOT pg_temp.asked(words => '相撲'), 'a word, small or large');
SELECT ok(pg_temp.asked(target => '小学') AND NOT pg_temp.asked(target => '天文'), 'for whom, and nothing else');
UPDATE event SET district_id = NULL;
SELECT ok(pg_temp.asked(district => :harbour), 'one for the whole town is in each district');
DELETE FROM event_slot;

-- Events from files.
SAVEPOINT clean;
INSERT INTO event_import (staff_id, name, bytes) VALUES (:writer, 'a.csv', 'x') RETURNING id AS import \gset
CREATE FUNCTION pg_temp.entry(key text, title text, begins bigint, cancelled boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('key', key, 'source', jsonb_build_object('key', key, 'name', title, 'begins', begins),
    'texts', jsonb_build_object('ja', jsonb_build_object('title', title)), 'category', '', 'place', 'P', 'address', '', 'latitude', '', 'longitude', '',
    'access', '', 'organiser', '', 'contact', '', 'free', true, 'online', false, 'cancelled', cancelled, 'days', false,
    'slots', jsonb_build_array(jsonb_build_object('begins', begins, 'ends', begins + 3600000))) $$;
CREATE FUNCTION pg_temp.take(entries jsonb, staff bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE import bigint;
BEGIN
  INSERT INTO event_import (staff_id, name, bytes) VALUES (staff, 'b.csv', 'x') RETURNING id INTO import;
  RETURN event_import_take(import, entries, staff);
END $$;
SELECT is(event_import_take(:import, jsonb_build_array(pg_temp.entry('a', '一', 1900000000000), pg_temp.entry('b', '二', 1900000000000),
  pg_temp.entry('c', '三', 1900000000000, true)), :writer) ->> 'new', '2', 'two are made');
SELECT is((SELECT string_agg(state || rule, ' ') FROM event WHERE import_id = :import), 'draftnone draftnone', 'as drafts, without sign-up');
SELECT is(event_import_take(:import, '[]', :writer), '{}', 'a file is taken once');
SELECT ok((SELECT bytes IS NULL AND taken IS NOT NULL FROM event_import WHERE id = :import), 'and not kept');
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000000)), 'same', 'as it was');
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000001)), 'changed', 'another time');
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000000, true)), 'cancelled', 'called off there');
SELECT is(event_import_what(pg_temp.entry('z', '一', 1900000000000)), 'new', 'another');
-- Staff write over it: texts, place or dates.
SAVEPOINT untouched;
UPDATE event SET place = 'Q' WHERE source_key = 'a';
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000001)), 'edited', 'staff moved it to another place');
ROLLBACK TO untouched;
INSERT INTO event_slot (event_id, begins, ends) SELECT id, now(), now() FROM event WHERE source_key = 'a';
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000001)), 'edited', 'staff gave it another date');
ROLLBACK TO untouched;
UPDATE event SET state = 'open', memo = 'x', published = now() WHERE source_key = 'a';
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000001)), 'changed', 'to publish it is no change of it');
UPDATE event SET state = 'ended' WHERE source_key = 'a';
SELECT is(event_import_what(pg_temp.entry('a', '一', 1900000000001)), 'edited', 'what has ended stays');
ROLLBACK TO untouched;
-- A date that people signed up for is not taken away by a file.
UPDATE event SET rule = 'first', state = 'open' WHERE source_key = 'a';
SELECT e.id AS event, s.id AS slot FROM event e JOIN event_slot s ON s.event_id = e.id WHERE e.source_key = 'a' \gset
SELECT outcome FROM application_add(:event, :slot, 1, '{}', '{}', 'p', 'c', 'a', NULL, NULL, NULL, 'ja', 'web', NULL);
SELECT is(pg_temp.take(jsonb_build_array(pg_temp.entry('a', '一', 1910000000000)), :writer) ->> 'changed', '1', 'the file moves it');
SELECT is((SELECT string_agg(extract(epoch FROM begins)::text, ' ' ORDER BY begins) FROM event_slot WHERE event_id = :event AND cancelled IS NULL),
  '1900000000.000000 1910000000.000000', 'the date that somebody signed up for stays beside the new one');
SELECT is(pg_temp.take('[]', :nobody), '{"department": null}', 'who belongs to no department makes none');
SELECT * FROM finish();
ROLLBACK;
