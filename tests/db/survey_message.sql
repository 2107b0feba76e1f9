-- A message about a survey: what is counted before it goes is what is planned, whomever it is
-- for, on whatever ways, in each mode of a survey.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO department (name, contact) VALUES ('広報課', '電話');
INSERT INTO district (name) VALUES ('北'), ('南');
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('子育て', false);
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('author', 'a', 'x', 'a', 'active');
INSERT INTO staff_department (staff_id, department_id) SELECT s.id, d.id FROM staff s, department d;

-- Ninety people: by mail, by LINE, by both; half of them in the north; a third wants only what saves lives.
INSERT INTO citizen (state, vital_only) SELECT 'active', n % 3 = 0 FROM generate_series(1, 90) n;
INSERT INTO contact (citizen_id, channel, address, hash, state)
SELECT id, ch, 'x', convert_to(ch || id, 'UTF8'), 'active' FROM citizen, unnest(ARRAY['email', 'line']) ch
 WHERE tenant_id = :here AND CASE ch WHEN 'email' THEN id % 4 <> 0 ELSE id % 4 <> 1 END;
UPDATE citizen SET districts = ARRAY(SELECT min(id) FROM district WHERE tenant_id = :here) WHERE tenant_id = :here AND id % 2 = 0;

CREATE FUNCTION asked(p_mode text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE q bigint; s bigint;
BEGIN
  INSERT INTO questionnaire (purpose, edition) VALUES ('survey', 1) RETURNING id INTO q;
  INSERT INTO questionnaire_edition (questionnaire_id, edition, document, staff_id)
  SELECT q, 1, '{"questions": []}', id FROM staff WHERE tenant_id = current_tenant();
  INSERT INTO survey (questionnaire_id, department_id, author_id, mode)
  SELECT q, d.id, a.id, p_mode FROM department d, staff a WHERE d.tenant_id = current_tenant() AND a.tenant_id = current_tenant() RETURNING id INTO s;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE survey SET state = 'open' WHERE id = s;
  PERFORM set_config('session_replication_role', 'origin', true);
  -- Every fifth has taken part: has drawn a right, or answered by name.
  IF p_mode = 'once' THEN
    INSERT INTO right_key (survey_id, modulus, sealed) VALUES (s, sha256('m'), 'x');
    INSERT INTO right_drawn (survey_id, citizen_id, hidden)
    SELECT s, id, sha256(id::text::bytea) FROM citizen WHERE tenant_id = current_tenant() AND id % 5 = 0;
  ELSE
    INSERT INTO response (questionnaire_id, edition, number, answers, citizen_id)
    SELECT q, 1, 'n' || id, '{}', CASE p_mode WHEN 'named' THEN id END FROM citizen WHERE tenant_id = current_tenant() AND id % 5 = 0;
  END IF;
  RETURN s;
END $$;

-- What the pages count, and how many are planned then.
CREATE FUNCTION counted_and_planned(p_survey bigint, p_people text, p_audience text, p_vital boolean, p_mail boolean, p_line boolean)
RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
  m       message;
  counted int;
  ways    int;
BEGIN
  INSERT INTO message (department_id, author_id, subject, audience, by_email, by_line, districts, topics, valid_until, publish_until)
  SELECT d.id, s.id, '件名', p_audience, p_mail, p_line,
         CASE p_audience WHEN 'chosen' THEN ARRAY(SELECT min(id) FROM district WHERE tenant_id = current_tenant()) ELSE '{}' END,
         CASE WHEN p_vital THEN ARRAY(SELECT id FROM topic WHERE vital AND tenant_id = current_tenant()) ELSE '{}' END,
         now() + interval '1 day', now() + interval '9 days'
    FROM department d, staff s WHERE d.tenant_id = current_tenant() AND s.tenant_id = current_tenant()
  RETURNING * INTO m;
  INSERT INTO survey_message (message_id, survey_id, people, personal) VALUES (m.id, p_survey, p_people, false);
  SELECT (a.split->>'count')::int, (SELECT coalesce(sum((w->>'count')::int), 0) FROM jsonb_array_elements(a.split->'ways') w) INTO counted, ways
    FROM (SELECT audience_split(m.audience, m.districts, m.topics, message_ways(m), 'ja', m.id) AS split) a;
  PERFORM set_config('session_replication_role', 'replica', true);
  UPDATE message SET state = 'approved' WHERE id = m.id;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN ARRAY[counted, ways, message_plan(m.id, 10)];
END $$;

CREATE TEMP TABLE tried AS
SELECT mode, people, audience, vital, ways, counted_and_planned(s.id, people, audience, vital, ways <> 'line', ways <> 'email') AS n
  FROM (SELECT mode, asked(mode) AS id FROM unnest(ARRAY['anyone', 'once', 'named']) mode) s,
       unnest(ARRAY['all', 'rest', 'done']) people, unnest(ARRAY['everyone', 'chosen']) audience,
       unnest(ARRAY[false, true]) vital, unnest(ARRAY['both', 'email', 'line']) ways;

SELECT is(n[1], n[3], format('%s, %s, %s%s, %s: %s are counted and planned', mode, people, audience, CASE WHEN vital THEN ' vital' ELSE '' END, ways, n[3]))
  FROM tried;
SELECT is(count(*), 0::bigint, 'each by one way') FROM tried WHERE n[1] <> n[2];
SELECT is(count(*), 0::bigint, 'those who have and those who have not are together all')
  FROM tried a JOIN tried r USING (mode, audience, vital, ways) JOIN tried d USING (mode, audience, vital, ways)
 WHERE a.people = 'all' AND r.people = 'rest' AND d.people = 'done' AND a.n[1] <> r.n[1] + d.n[1];
SELECT is(n, '{72,72,72}'::int[], 'a reminder by all ways to all whom it may go to: ninety without the fifth who drew')
  FROM tried WHERE mode = 'once' AND people = 'rest' AND audience = 'everyone' AND vital AND ways = 'both';
SELECT is(n, '{0,0,0}'::int[], 'where anyone may answer nobody is known to have') FROM tried
 WHERE mode = 'anyone' AND people = 'done' AND audience = 'everyone' AND vital AND ways = 'both';
COMMIT;

SELECT * FROM finish();
