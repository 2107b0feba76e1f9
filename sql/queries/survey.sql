-- Surveys as everybody meets them (domain/survey.c).
-- role: web

-- name: survey_list :json
-- The open ones, those that end first on top; then those whose results are there.
SELECT json_build_object(
         'open', (SELECT coalesce(json_agg(survey_row(s, d.name, :lang::text) ORDER BY s.closes NULLS LAST, s.id DESC), '[]')
                    FROM survey s JOIN department d ON d.id = s.department_id
                   WHERE s.listed AND survey_is_open(s) AND NOT survey_is_full(s)),
         'published', (SELECT coalesce(json_agg(json_build_object('id', x.id, 'title', survey_text(x, :lang, 'title'),
                           'published', moment(x.published, :lang)) ORDER BY x.published DESC), '[]')
                         FROM (SELECT s.* FROM survey s WHERE s.listed AND s.state = 'published'
                                ORDER BY s.published DESC LIMIT 20) x));

-- name: survey_public :json
-- One survey with the document that is answered.  No row: there is none, or not yet.
-- dates: with the moments in words, which cost more than all the rest, and whether there are
-- numbered forms.
SELECT json_build_object(
         'id', s.id, 'questionnaire', s.questionnaire_id, 'edition', e.edition, 'texts', s.texts,
         'contact', nullif(s.contact, ''), 'department', d.name, 'minutes', s.minutes,
         'anyone', s.mode = 'anyone', 'once', s.mode = 'once', 'named', s.mode = 'named',
         'opens', CASE WHEN :dates::boolean THEN moment(s.opens, :lang::text) END,
         'closes', CASE WHEN :dates THEN moment(s.closes, :lang) END,
         'forms', :dates AND EXISTS (SELECT FROM paper_form f WHERE f.survey_id = s.id),
         'open', survey_is_open(s) AND NOT survey_is_full(s), 'in_time', survey_is_open(s), 'early', s.state = 'open' AND s.opens > now(),
         'published', s.state = 'published', 'changeable', s.changeable, 'answers_max', s.answers_max,
         'quotas', s.quotas, 'counters', CASE WHEN s.quotas <> '[]' THEN
           (SELECT jsonb_object_agg(c.key, c.n) FROM survey_counter c WHERE c.survey_id = s.id) END,
         'document', e.document)
  FROM survey s
  JOIN department d ON d.id = s.department_id
  JOIN questionnaire q ON q.id = s.questionnaire_id
  JOIN questionnaire_edition e ON e.questionnaire_id = q.id AND e.edition = q.edition
 WHERE s.id = :survey::bigint AND s.state <> 'draft';

-- name: survey_public_known :json
-- The same on the way through its questions: without dates, and without the document if it
-- is this edition.  (Its own query, because a parameter that folds makes a new plan each time.)
SELECT json_build_object(
         'id', s.id, 'questionnaire', s.questionnaire_id, 'edition', e.edition, 'texts', s.texts,
         'contact', nullif(s.contact, ''), 'department', d.name, 'minutes', s.minutes,
         'anyone', s.mode = 'anyone', 'once', s.mode = 'once', 'named', s.mode = 'named',
         'open', survey_is_open(s) AND NOT survey_is_full(s), 'in_time', survey_is_open(s), 'early', s.state = 'open' AND s.opens > now(),
         'published', s.state = 'published', 'changeable', s.changeable, 'answers_max', s.answers_max,
         'quotas', s.quotas, 'counters', CASE WHEN s.quotas <> '[]' THEN
           (SELECT jsonb_object_agg(c.key, c.n) FROM survey_counter c WHERE c.survey_id = s.id) END,
         'document', CASE WHEN e.edition <> :known::int THEN e.document END)
  FROM survey s
  JOIN department d ON d.id = s.department_id
  JOIN questionnaire q ON q.id = s.questionnaire_id
  JOIN questionnaire_edition e ON e.questionnaire_id = q.id AND e.edition = q.edition
 WHERE s.id = :survey::bigint AND s.state <> 'draft';

-- name: address_districts :list
-- role: web courier
-- What an address may name, and those of a postcode first.
SELECT d.id::text AS value, d.name AS label, p.district_id IS NOT NULL AS found
  FROM district d
  LEFT JOIN district_postcode p ON p.district_id = d.id AND p.postcode = :postcode::text
 WHERE d.active
 ORDER BY p.district_id IS NULL, d.place, d.id;
