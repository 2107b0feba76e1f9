-- When somebody is written to about an application: not in their quiet hours, but for what
-- answers a step of their own, what is called off today, and what would come too late.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato City', 'minato.test', 'a@minato.test', '') AS minato \gset
INSERT INTO department (name) VALUES ('生涯学習課') RETURNING id AS department \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('writer', '書', 'x', 'x', 'active') RETURNING id AS writer \gset
COMMIT;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:minato, '');
INSERT INTO event (department_id, author_id, state, rule, group_max, offer_hours) VALUES (:department, :writer, 'open', 'first', 5, 3) RETURNING id AS event \gset
INSERT INTO event_slot (event_id, begins, ends, capacity) VALUES (:event, now() + interval '9 days', now() + interval '9 days 1 hour', 1) RETURNING id AS slot \gset
INSERT INTO citizen (state) VALUES ('active') RETURNING id AS citizen \gset
-- Quiet from this half hour to the one two hours later, whatever the clock says; $1: this person's.
CREATE FUNCTION pg_temp.half(t timestamptz) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT date_trunc('hour', t) + CASE WHEN extract(minute FROM t) >= 30 THEN interval '30 minutes' ELSE interval '0' END $$;
UPDATE citizen SET quiet_from = (pg_temp.half(now()) AT TIME ZONE 'Asia/Tokyo')::time, quiet_to = (pg_temp.half(now() + interval '2 hours') AT TIME ZONE 'Asia/Tokyo')::time;
SELECT pg_temp.half(now() + interval '2 hours') AS ends \gset
PREPARE sign(text, bigint) AS
  SELECT outcome || coalesce(' ' || state, '')
    FROM application_add(:event, :slot, 1, '{}', '{}', 'p', 'c', $1::bytea, NULL, NULL, $2, 'ja', 'web', NULL);
CREATE FUNCTION pg_temp.id(who text) RETURNS bigint LANGUAGE sql AS
$$ SELECT id FROM application WHERE contact_hash = who::bytea ORDER BY id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.time(who text, what text, sms boolean DEFAULT false) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT application_when(a, what, sms) FROM application a WHERE id = pg_temp.id(who) $$;

SELECT results_eq(format('EXECUTE sign(%L, NULL)', 'first'), ARRAY['kept confirmed'], 'somebody has the seat');
SELECT results_eq(format('EXECUTE sign(%L, %s)', 'citizen', :citizen), ARRAY['kept waiting'], 'a citizen waits');
SELECT is(pg_temp.time('citizen', 'state'), now(), 'that they wait answers what they have just done');
SELECT ok(NOT application_hold(pg_temp.id('citizen'), 'state', false), 'and is not held');
UPDATE application SET told = state;
SELECT ok(application_end(pg_temp.id('first'), 'cancelled', 'person'), 'the first cancels');
SELECT is(pg_temp.time('first', 'state'), now(), 'and is told so at once');
SELECT is(pg_temp.time('citizen', 'state'), :'ends'::timestamptz, 'the offer comes to who waited when their quiet hours end');
SELECT is((SELECT due FROM application WHERE id = pg_temp.id('citizen')), now(), 'the planner looks at it');
SELECT ok(application_hold(pg_temp.id('citizen'), 'state', false), 'and holds it');
SELECT is((SELECT due FROM application WHERE id = pg_temp.id('citizen')), :'ends'::timestamptz, 'until then');
SELECT is((SELECT offer_until FROM application WHERE id = pg_temp.id('citizen')), :'ends'::timestamptz + interval '3 hours', 'with its whole time from then on');
UPDATE application SET offer_until = now() - interval '1 minute', due = :'ends'::timestamptz + interval '1 second' WHERE id = pg_temp.id('citizen');
SELECT is(seat_expire(10), 0, 'nobody loses an offer of which they were not told');
SELECT ok(application_hold(pg_temp.id('citizen'), 'state', false), 'held once more');
SELECT ok(application_accept(pg_temp.id('citizen')), 'who sees it on the page may take it');
SELECT is((SELECT due FROM application WHERE id = pg_temp.id('citizen')), now(), 'and is told of that');
SELECT is(pg_temp.time('citizen', 'state'), now(), '… at once');

UPDATE application SET told = state;
SELECT is(pg_temp.time('citizen', 'reminder'), :'ends'::timestamptz, 'a reminder waits');
SELECT is(pg_temp.time('citizen', 'notice'), :'ends'::timestamptz, 'what staff write, too');
SELECT is(pg_temp.time('citizen', 'thanks'), :'ends'::timestamptz, 'and thanks');
SELECT is(pg_temp.time('first', 'notice'), now(), 'whom we do not know has no quiet hours');
SELECT is(pg_temp.time('first', 'notice', true), keep_time(NULL, NULL), 'but an SMS is for the day');
UPDATE event_slot SET begins = :'ends'::timestamptz + interval '59 minutes', ends = begins + interval '10 days';
SELECT is(pg_temp.time('citizen', 'reminder'), now(), 'what would come too late does not wait');
UPDATE event_slot SET begins = now() - interval '1 minute';
SELECT is(pg_temp.time('citizen', 'thanks'), :'ends'::timestamptz, 'after the date nothing is too late');

-- Called off.
UPDATE event_slot SET begins = now() + interval '9 days';
SELECT is(event_call_off(:event), 1, 'called off');
SELECT is(pg_temp.time('citizen', 'state'), :'ends'::timestamptz, 'days before it waits');
UPDATE event_slot SET begins = date_trunc('day', now(), 'Asia/Tokyo') + interval '23 hours 59 minutes 59 seconds', ends = begins + interval '10 days';
SELECT is(pg_temp.time('citizen', 'state'), now(), 'on the day itself it goes at once');
SELECT * FROM finish();
ROLLBACK;
