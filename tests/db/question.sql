-- Building a questionnaire: codes that are given once, an order that nobody loses, what is
-- frozen once it was published, and the life of a survey.
SELECT no_plan();

SET ROLE chromo_owner;
BEGIN;
SELECT tenant_create('town', NULL, '山の町', 'Yama', 'yama.test', 'a@yama.test', '') AS yama \gset
INSERT INTO department (name, contact) VALUES ('総務課', '総務課 000') RETURNING id AS department \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('kato', '加藤', 'x', 'kato', 'active') RETURNING id AS kato \gset
INSERT INTO staff (login, name, email, email_hash, state) VALUES ('sora', '空', 'x', 'sora', 'active') RETURNING id AS sora \gset
INSERT INTO staff_department (staff_id, department_id) VALUES (:kato, :department);
COMMIT;
RESET ROLE;

SET ROLE chromo_web;
BEGIN;
SELECT enter_tenant(:yama, 'web');

SELECT is(survey_create('題名', 0, :sora), NULL, 'who belongs to no department makes no survey');
SELECT throws_ok('SELECT survey_create(''x'', 999999, ' || :kato || ')', 'CH002', NULL, 'nothing to copy');
SELECT survey_create('題名', 0, :kato) AS survey \gset
SELECT questionnaire_id AS q FROM survey WHERE id = :survey \gset
SELECT is((SELECT state || contact FROM survey WHERE id = :survey), 'draft総務課 000', 'a draft, with its department''s contact');

-- Codes and places.
SELECT is(question_add(:q, 'single', '{}', :kato), 'q1', 'the first');
SELECT is(question_add(:q, 'text', '{}', :kato), 'q2', 'the second');
SELECT is(question_copy(:q, 'q1', :kato), 'q3', 'a copy has a code of its own');
SELECT is((SELECT string_agg(code, ' ' ORDER BY place) FROM question WHERE questionnaire_id = :q), 'q1 q3 q2', '… behind what it was copied from');
DELETE FROM question WHERE questionnaire_id = :q AND code = 'q3';
SELECT is(question_add(:q, 'long', '{}', :kato), 'q4', 'a code is never given twice');
SELECT revision AS revision FROM questionnaire WHERE id = :q \gset
SELECT ok(NOT question_order(:q, :revision - 1, '{q4,q1,q2}', :kato), 'not by who saw an older one');
SELECT ok(NOT question_order(:q, :revision, '{q4,q1}', :kato), 'not without one');
SELECT ok(NOT question_order(:q, :revision, '{q4,q1,q2,q2}', :kato), 'not with one twice');
SELECT ok(NOT question_order(:q, :revision, '{q4,q1,q9}', :kato), 'not with one that is not there');
SELECT ok(question_order(:q, :revision, '{q4,q1,q2}', :kato), 'in this order');
SELECT is((SELECT string_agg(code, ' ' ORDER BY place) FROM question WHERE questionnaire_id = :q), 'q4 q1 q2', '… it is');
SELECT cmp_ok((SELECT revision FROM questionnaire WHERE id = :q), '>', :revision::int, 'each change is counted');
UPDATE question SET texts = '{"ja": {"label": "はい？"}}', choices = '[{"code": "1", "texts": {"ja": "はい"}}]'
 WHERE questionnaire_id = :q AND code = 'q1';

-- Opening.
SELECT throws_ok('UPDATE survey SET state = ''open'' WHERE id = ' || :survey, 'CH003', NULL, 'not without an edition');
SELECT throws_ok('UPDATE survey SET state = ''published'' WHERE id = ' || :survey, 'CH003', NULL, 'from draft to published is no move');
SELECT is(questionnaire_publish(:q, :kato, ''), 1, 'the first edition');
UPDATE survey SET state = 'open' WHERE id = :survey;
SELECT is((SELECT document #>> '{questions,1,choices,0,texts,ja}' FROM questionnaire_edition WHERE questionnaire_id = :q), 'はい', 'what stood there is in it');

-- Frozen.
SELECT throws_ok('SELECT question_add(' || :q || ', ''text'', ''{}'', ' || :kato || ')', 'CH003', NULL, 'no question more');
SELECT throws_ok('DELETE FROM question WHERE questionnaire_id = ' || :q, 'CH003', NULL, 'none less');
SELECT throws_ok(format('UPDATE question SET %s WHERE questionnaire_id = %s AND code = ''q1''', change, :q), 'CH003', NULL, change)
  FROM unnest(ARRAY['place = 99', 'kind = ''multi''', 'required = NOT required', 'settings = ''{"shuffle": true}''',
    'show = ''{"any": []}''', 'jumps = ''[{"when": null, "to": "end"}]''', 'code = ''q77''',
    'choices = ''[]''', 'choices = ''[{"code": "2", "texts": {"ja": "はい"}}]''', 'choices = ''[{"code": "1", "texts": {"ja": "はい"}, "other": true}]''']) AS change;
UPDATE question SET texts = '{"ja": {"label": "はいですか"}}', choices = '[{"code": "1", "texts": {"ja": "はい。"}}]'
 WHERE questionnaire_id = :q AND code = 'q1';
SELECT throws_ok('SELECT questionnaire_publish(' || :q || ', ' || :kato || ', '''')', 'CH003', NULL, 'no correction without a reason');
SELECT is(questionnaire_publish(:q, :kato, '句点'), 2, 'other words are another edition');
SELECT ok((SELECT spelling AND reason = '句点' FROM questionnaire_edition WHERE questionnaire_id = :q AND edition = 2), '… that says so');
SELECT throws_ok(format('INSERT INTO questionnaire_edition (questionnaire_id, edition, document, spelling, reason, staff_id)
  SELECT questionnaire_id, %s, %s, %L, ''x'', staff_id FROM questionnaire_edition WHERE questionnaire_id = %s AND edition = 2', n, document, spelling, :q),
  'CH003', NULL, what)
  FROM (VALUES (4, 'document', true, 'no edition is left out'), (3, 'document', false, 'none that is no correction'),
               (3, 'jsonb_set(document, ''{questions,0,kind}'', ''"map"'')', true, 'none that means something else')) AS x (n, document, spelling, what);
SELECT throws_ok('UPDATE questionnaire_edition SET reason = ''x''', '42501', NULL, 'an edition stays');
SELECT throws_ok('UPDATE survey SET mode = ''named'' WHERE id = ' || :survey, 'CH003', NULL, 'who may answer was told');

-- Its life.
UPDATE survey SET state = 'closed' WHERE id = :survey;
UPDATE survey SET state = 'open' WHERE id = :survey;
UPDATE survey SET state = 'closed' WHERE id = :survey;
UPDATE survey SET state = 'published' WHERE id = :survey;
SELECT throws_ok(format('UPDATE survey SET state = %L WHERE id = %s', becomes, :survey), 'CH003', NULL, 'from published to ' || becomes || ' is no move')
  FROM unnest('{draft,open,closed}'::text[]) AS becomes;

-- A copy.
SELECT survey_create('写し', :survey, :kato) AS copied \gset
SELECT is((SELECT string_agg(q.code || (q.texts #>> '{ja,label}'), ' ' ORDER BY q.place) FROM question q
           JOIN survey s ON s.questionnaire_id = q.questionnaire_id WHERE s.id = :copied), 'q4 q1はいですか q2', 'the same questions');
SELECT is((SELECT n.edition || s.state FROM survey s JOIN questionnaire n ON n.id = s.questionnaire_id WHERE s.id = :copied), '0draft', '… that may change');
UPDATE survey SET texts = texts || '{"en": {"title": "Title", "purpose": "For parks"}}' WHERE id = :copied;
SELECT survey_create('写し', :copied, :kato) AS same, survey_create('来年の', :copied, :kato) AS other \gset
SELECT is((SELECT texts -> 'en' FROM survey WHERE id = :same), '{"title": "Title", "purpose": "For parks"}',
  'under the same title it is called the same in other languages');
SELECT is((SELECT texts #>> '{ja,title}' || (texts -> 'en')::text FROM survey WHERE id = :other), '来年の{"purpose": "For parks"}',
  'under another title they have none yet');
COMMIT;
RESET ROLE;
SELECT * FROM finish();
