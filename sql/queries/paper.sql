-- Answers that staff enter (domain/paper.c).
-- role: web

-- name: paper_survey :json
-- role: web courier
SELECT json_build_object(
         'id', s.id, 'title', s.texts #>> '{ja,title}', 'state', s.state, 'takes', s.state IN ('open', 'closed'),
         'once', s.mode = 'once', 'named', s.mode = 'named', 'twice', s.typed_twice, 'edition', q.edition, 'document', e.document,
         'answers_max', s.answers_max, 'quotas', s.quotas,
         'printed', (SELECT count(*) FROM paper_form f WHERE f.survey_id = s.id AND NOT f.void),
         'answered', (SELECT count(*) FROM paper_form f JOIN response r
                         ON r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, f.number)
                       WHERE f.survey_id = s.id),
         'waiting', (SELECT count(*) FROM paper_open(s.id) p WHERE p.second IS NULL),
         'left', CASE WHEN NOT s.typed_twice THEN (SELECT nullif(count(*), 0) FROM paper_open(s.id)) END,
         'differ', (SELECT string_agg(regexp_replace(p.number, '(....)(....)(....)', '\1-\2-\3'), '、' ORDER BY p.number)
                      FROM paper_open(s.id) p WHERE p.second IS NOT NULL))
  FROM survey s
  JOIN questionnaire q ON q.id = s.questionnaire_id
  JOIN questionnaire_edition e ON e.questionnaire_id = q.id AND e.edition = q.edition
 WHERE s.id = :survey::bigint AND s.state <> 'draft';

-- name: paper_print :exec
INSERT INTO paper_form (survey_id, number) SELECT :survey::bigint, n FROM unnest(:numbers::text[]) n ON CONFLICT DO NOTHING;

-- name: paper_numbers :list
-- Those that were never used, the newest first: to be printed.  One that a clerk has typed came back.
SELECT f.number, f.printed::text AS printed FROM paper_form f JOIN survey s ON s.id = f.survey_id
 WHERE f.survey_id = :survey::bigint AND NOT f.void
   AND NOT EXISTS (SELECT FROM paper_entry p WHERE p.survey_id = f.survey_id AND p.number = f.number)
   AND NOT EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, f.number))
 ORDER BY f.printed DESC, f.number LIMIT 5000;

-- name: paper_void :exec
SELECT paper_void(:survey::bigint, :number::text, :entered::boolean);

-- name: paper_twice :exec
UPDATE survey SET typed_twice = :twice::boolean WHERE id = :survey::bigint;

-- name: paper_enter :one
SELECT outcome, receipt, differs::text AS differs
  FROM paper_enter(:survey::bigint, :number::text, :way::text, :edition::int, :answers::jsonb, :staff::bigint, :keys::text[], :most::int[],
                   :citizen::bigint?);

-- name: paper_look :one
-- role: web courier
-- What the form of this number is, as enum paper_form has it.
SELECT CASE WHEN f.number IS NULL AND EXISTS (SELECT FROM paper_form o WHERE o.number = :number::text) THEN 'other'
            WHEN f.number IS NULL THEN 'none'
            WHEN f.void THEN 'void'
            WHEN EXISTS (SELECT FROM response r WHERE r.questionnaire_id = s.questionnaire_id AND r.right_hash = right_paper(s.id, :number))
              THEN 'answered'
            WHEN EXISTS (SELECT FROM paper_entry p WHERE p.survey_id = s.id AND p.number = :number) THEN 'entered'
            ELSE 'free' END AS form,
       right_paper(s.id, :number) AS spent
  FROM survey s LEFT JOIN paper_form f ON f.survey_id = s.id AND f.number = :number
 WHERE s.id = :survey::bigint;

-- name: paper_import_ask :one
-- For the clerk.  The same bytes are taken once: known says that they are there, or were kept.
WITH made AS (
  INSERT INTO paper_import (survey_id, staff_id, name, hash, bytes)
  SELECT s.id, :staff::bigint, :name::text, sha256(:bytes::bytea), :bytes
    FROM survey s, audit_write('survey.import', s.id, jsonb_build_object('bytes', octet_length(:bytes)))
   WHERE s.id = :survey::bigint
  ON CONFLICT (tenant_id, survey_id, hash) WHERE state NOT IN ('faulty', 'failed') DO NOTHING
  RETURNING id)
SELECT id, false AS known FROM made
UNION ALL
SELECT id, true FROM paper_import
 WHERE survey_id = :survey AND hash = sha256(:bytes) AND state NOT IN ('faulty', 'failed') AND NOT EXISTS (SELECT FROM made);

-- name: paper_import_show :json
SELECT jsonb_build_object('id', i.id, 'name', i.name, 'open', i.state IN ('waiting', 'looking', 'keeping'),
         'waiting', i.state = 'waiting', 'looking', i.state = 'looking', 'keeping', i.state = 'keeping', 'done', i.state = 'done',
         'faulty', i.state = 'faulty', 'failed', i.state = 'failed', 'line', to_char(i.line, 'FM999,999,999'),
         'percent', i.percent, 'kept', to_char(i.kept, 'FM999,999,999'), 'faults', i.faults,
         'staff', s.name, 'created', moment(i.created, :lang::text), 'now', moment(now(), :lang))
  FROM paper_import i JOIN staff s ON s.id = i.staff_id
 WHERE i.survey_id = :survey::bigint AND i.id = :import::bigint;

-- name: paper_imports :json
-- The last ones.
SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'created', moment(x.created, :lang::text), 'staff', s.name,
         'open', x.state IN ('waiting', 'looking', 'keeping'), 'done', x.state = 'done', 'faulty', x.state IN ('faulty', 'failed'),
         'kept', to_char(x.kept, 'FM999,999,999')) ORDER BY x.id DESC), '[]')
  FROM (SELECT * FROM paper_import WHERE survey_id = :survey::bigint ORDER BY id DESC LIMIT 10) x JOIN staff s ON s.id = x.staff_id;

-- name: paper_import_claim :one
-- role: courier
-- The oldest that nobody works on; one whose clerk was killed is begun anew, for none of it was kept.
UPDATE paper_import SET state = 'looking', line = 0, percent = 0, turn = turn + 1, lease = now() + interval '1 minute'
 WHERE id = (SELECT id FROM paper_import WHERE state = 'waiting' OR state IN ('looking', 'keeping') AND lease < now()
              ORDER BY created LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, survey_id, turn;

-- name: paper_import_bytes :bytes
-- role: courier
SELECT bytes FROM paper_import WHERE id = :import::bigint;

-- name: paper_import_line :exec
-- role: courier
INSERT INTO paper_import_line (import_id, line, number, answers, keys, most)
VALUES (:import::bigint, :line::bigint, :number::text, :answers::jsonb, :keys::text[], :most::int[]);

-- name: paper_import_keep :one
-- role: courier
SELECT paper_import_keep(:import::bigint, :edition::int) AS outcome;

-- name: paper_import_progress :exec
-- role: courier
UPDATE paper_import SET state = :state::text, line = :line::bigint, percent = :percent::int, lease = now() + interval '1 minute'
 WHERE id = :import::bigint AND turn = :turn::int AND state IN ('looking', 'keeping');

-- name: paper_import_end :exec
-- role: courier
-- state 'waiting': something came between; it is tried five times.
UPDATE paper_import i SET state = x.state, kept = :kept::bigint, faults = :faults::jsonb, lease = NULL,
       percent = CASE x.state WHEN 'waiting' THEN 0 ELSE 100 END,
       bytes = CASE x.state WHEN 'waiting' THEN i.bytes END, finished = CASE x.state WHEN 'waiting' THEN NULL ELSE now() END
  FROM (SELECT CASE WHEN :state::text = 'waiting' AND :turn::int >= 5 THEN 'failed' ELSE :state END AS state) x
 WHERE i.id = :import::bigint AND i.turn = :turn AND i.state IN ('looking', 'keeping');
