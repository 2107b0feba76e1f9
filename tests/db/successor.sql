-- Two entries become one while a message is under way: the place of the one that ended leads to
-- the other, unless that one has a place of its own.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
INSERT INTO topic (name) VALUES ('ごみ') RETURNING id AS topic \gset

-- Somebody with one address by each way that is named; wants: gets what is written to the topic.
CREATE FUNCTION pg_temp.person(ways text, wants boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE c bigint;
BEGIN
  INSERT INTO citizen (state, language, topics) VALUES ('active', 'ja', CASE WHEN wants THEN ARRAY(SELECT id FROM topic WHERE name = 'ごみ') ELSE '{}' END)
  RETURNING id INTO c;
  INSERT INTO contact (citizen_id, channel, address, hash, state)
  SELECT c, w, (w || ' of ' || c)::bytea, (w || c)::bytea, 'active' FROM unnest(string_to_array(ways, ' ')) w;
  RETURN c;
END $$;
-- Proves an address of another entry in theirs.
CREATE FUNCTION pg_temp.take(who bigint, way text, was bigint) RETURNS void LANGUAGE sql AS
$$ SELECT contact_take(who, way, (way || was)::bytea, (way || ' of ' || was)::bytea) $$;
CREATE FUNCTION pg_temp.message(ladder jsonb DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE m bigint;
BEGIN
  INSERT INTO message (department_id, author_id, subject, audience, topics, by_email, by_line, ladder, valid_until, publish_until)
  SELECT d.id, s.id, '件名', 'chosen', ARRAY[t.id], true, true, ladder, now() + interval '1 day', now() + interval '9 days'
    FROM department d, staff s, topic t
   WHERE (d.tenant_id, s.tenant_id, t.tenant_id, t.name) = (current_tenant(), current_tenant(), current_tenant(), 'ごみ')
  RETURNING id INTO m;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = 'approved' WHERE id = m;
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM message_plan(m, 500);
  RETURN m;
END $$;
-- Begins what waits on this channel: to whom, and by which addresses, in one text.
CREATE FUNCTION pg_temp.begun(m bigint, way text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text := ''; b record; r record;
BEGIN
  UPDATE batch SET due = now() WHERE message_id = m AND state = 'queued';
  FOR b IN SELECT * FROM batch_claim(100, 1, interval '1 minute', 1, '{}', '{}', way) c WHERE c.message_id = m LOOP
    FOR r IN SELECT * FROM batch_start(b.id, b.fence, 0, 100, interval '1 minute') s WHERE s.address IS NOT NULL LOOP
      said := said || r.citizen_id || ': ' || encode(r.address, 'escape') || '; ';
    END LOOP;
  END LOOP;
  RETURN said;
END $$;
CREATE FUNCTION pg_temp.dropped(m bigint) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(citizen_id || ' ' || channel || ' ' || reason, ', ' ORDER BY citizen_id) FROM delivery WHERE message_id = m AND state = 'dropped' $$;

-- By mail, which goes person by person.
SELECT pg_temp.person('email', true) AS old, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.message() AS m \gset
SELECT pg_temp.take(:new, 'email', :old);
SELECT is((SELECT state || ' ' || successor FROM citizen WHERE id = :old), 'left ' || :new, 'the entry that ended says where');
SELECT is(pg_temp.begun(:m, 'email'), format('%s: email of %s; ', :old, :old), 'the mail goes to the address, in the place of the entry that ended');
SELECT is(pg_temp.dropped(:m), NULL, '… of which nobody says that they left');
SELECT is(ledger_place(:m, :new), :old::bigint, 'there the ledger finds the person');
SELECT is(ledger_place(:m, :old), :old::bigint, '… and by the old number, too');
SELECT ok(message_saw(:m, :new, 'link'), '… who can say that they saw it');
SELECT is((SELECT array_agg(citizen_id) FROM seen WHERE message_id = :m), ARRAY[:old]::bigint[], '… in that place');

-- Whoever has a place of their own gets it once.
SELECT pg_temp.person('email', true) AS old, pg_temp.person('line', true) AS new \gset
SELECT pg_temp.message() AS m \gset
SELECT pg_temp.take(:new, 'email', :old);
SELECT unalike(pg_temp.begun(:m, 'email'), '%' || :old || '%', 'not twice to somebody who gets it in their own place');
SELECT alike(pg_temp.dropped(:m), '%' || :old || ' email left%', '… and the ledger says so');

-- Of two entries that ended in one, one place leads there.
SELECT pg_temp.person('email', true) AS first, pg_temp.person('email', true) AS second, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.message() AS m \gset
SELECT pg_temp.take(:new, 'email', :first), pg_temp.take(:new, 'email', :second);
SELECT is((SELECT count(*)::int FROM regexp_matches(pg_temp.begun(:m, 'email'), format('email of (%s|%s);', :first, :second), 'g')), 1, 'of two places one');

-- One behind the other, and then out.
SELECT pg_temp.person('email', true) AS first, pg_temp.person('line', false) AS second, pg_temp.person('line', false) AS third \gset
SELECT pg_temp.take(:second, 'email', :first), contact_give_up(:second, 'line'), pg_temp.take(:third, 'email', :first);
SELECT is((SELECT array_agg(successor) FROM citizen WHERE id IN (:first, :second)), ARRAY[:third, :third]::bigint[], 'from one to the next');
SELECT citizen_leave(:third);
SELECT is((SELECT count(*)::int FROM citizen WHERE successor IS NOT NULL AND id IN (:first, :second)), 0, 'whoever leaves is not remembered by it');

-- A number of a telephone passes to other people.
SELECT pg_temp.person('sms', true) AS old, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.take(:new, 'sms', :old);
SELECT is((SELECT successor FROM citizen WHERE id = :old), NULL::bigint, 'a telephone number makes no successor');

-- By LINE, one call for many.
UPDATE citizen SET topics = '{}' WHERE tenant_id = :here;
SELECT pg_temp.person('line', true) AS a, pg_temp.person('line', true) AS b, pg_temp.person('line', true) AS gone, pg_temp.person('email', false) AS new \gset
SELECT pg_temp.message() AS m \gset
SELECT pg_temp.take(:new, 'line', :b), contact_give_up(:gone, 'line');
SELECT alike(pg_temp.begun(:m, 'line'), format('%%line of %s%%line of %s%%', :a, :b), 'the call has the address of the entry that ended');
SELECT is(pg_temp.dropped(:m), :gone || ' line left', '… and not of whoever left');
SELECT is((SELECT size - dropped FROM batch WHERE message_id = :m), 2, 'two are in it');
-- Nobody knows what became of it, and another entry ends meanwhile: the same call once more.
SELECT pg_temp.person('email', false) AS newer \gset
SELECT pg_temp.take(:newer, 'line', :a);
SELECT id AS batch, fence AS fence FROM batch WHERE message_id = :m \gset
SELECT batch_record_call(:batch, :fence, 'unknown', 0, 'timeout', '', '', interval '0', interval '23 hours');
SELECT alike(pg_temp.begun(:m, 'line'), format('%%line of %s%%line of %s%%', :a, :b), 'the same call can be made once more');
SELECT is((SELECT state || ' ' || calls FROM batch WHERE id = :batch), 'sending 2', '… under the same key');

-- Reach until seen goes on by the ways of the other entry.
UPDATE citizen SET topics = '{}' WHERE tenant_id = :here;
SELECT pg_temp.person('email', true) AS old, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.message('[{"channel": "email", "wait": 10}, {"channel": "line", "wait": 10}]') AS m \gset
UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now() WHERE message_id = :m;
SELECT pg_temp.take(:new, 'email', :old);
UPDATE message SET next_step = now() WHERE id = :m;
SELECT is(ladder_step(:m, 500, 0), 1, 'the next step');
SELECT alike(pg_temp.begun(:m, 'line'), '%line of ' || :new || '%', 'by LINE of the entry that goes on');
SELECT ok(ARRAY[:old, :new]::bigint[] <@ ARRAY(SELECT message_reached(:m)), 'a correction is for them');
SELECT is((SELECT count(*)::int FROM message_reached(:m)), 2, '… and for nobody else');

-- Who said in one of two places that they saw it is left in peace in the other, too.
UPDATE citizen SET topics = '{}' WHERE tenant_id = :here;
SELECT pg_temp.person('email', true) AS old, pg_temp.person('email line', true) AS new \gset
SELECT pg_temp.message('[{"channel": "email", "wait": 10}, {"channel": "line", "wait": 10}]') AS m \gset
UPDATE batch SET state = 'done', reached = size, accepted = size, finished = now() WHERE message_id = :m;
SELECT message_saw(:m, :old, 'link');
SELECT contact_give_up(:new, 'email'), pg_temp.take(:new, 'email', :old);
SELECT is((SELECT successor FROM citizen WHERE id = :old), :new::bigint, 'one entry now');
UPDATE message SET next_step = now() WHERE id = :m;
SELECT is(ladder_step(:m, 500, 0), 0, 'they are not written to by LINE');

-- Of two places that ended it is the one that got it, as the gateway's receipt says, too.
UPDATE citizen SET topics = '{}' WHERE tenant_id = :here;
SELECT pg_temp.person('email', true) AS first, pg_temp.person('email', true) AS second, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.message() AS m \gset
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason, receipt) VALUES
  (:m, :first, 'email', 1, 1, 1, 'refused', 'mailbox_full', NULL), (:m, :second, 'email', 1, 1, 1, 'accepted', NULL, 'delivered');
UPDATE citizen SET state = 'left', successor = :new WHERE id IN (:first, :second);
SELECT is(ledger_place(:m, :new), :second::bigint, 'the place where it arrived');

-- Written to again.
UPDATE citizen SET topics = '{}' WHERE tenant_id = :here;
SELECT pg_temp.person('email', true) AS old, pg_temp.person('line', false) AS new \gset
SELECT pg_temp.message() AS m \gset
INSERT INTO delivery (message_id, citizen_id, channel, round, try, part, state, reason) VALUES (:m, :old, 'email', 1, 1, 1, 'refused', 'mailbox_full');
UPDATE batch SET state = 'done', reached = size, refused = 1, finished = now() WHERE message_id = :m;
UPDATE message SET state = 'sent', finished = now() WHERE id = :m;
SELECT pg_temp.take(:new, 'email', :old);
SELECT is((SELECT count(*)::int FROM message_again(:m)), 1, 'whoever it did not reach can be written to in the other entry');
SELECT is(message_resend(:m, 500, now() + interval '1 day'), 1, 'once');
SELECT alike(pg_temp.begun(:m, 'line'), '%line of ' || :new || '%', 'by the way that is there');
SELECT is((SELECT array_agg(state ORDER BY round) FROM ledger_person(:m, ledger_place(:m, :new))), '{refused,sending}', 'both are in the ledger');
SELECT is_empty('SELECT * FROM ledger_faults() WHERE kind IN (''members'', ''counts'')', 'which adds up');
SELECT * FROM finish();
ROLLBACK;
