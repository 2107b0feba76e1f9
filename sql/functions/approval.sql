-- The way from submission to "it may be sent".  The moves themselves are kept
-- by message_guard (message.sql).

-- Who is asked to approve a message that p_submitter hands in: the approvers of its
-- department, and where there is none, those of the house.  Never whoever wrote
-- or submits it: the guard would refuse their word.
CREATE OR REPLACE FUNCTION message_approvers(p_message bigint, p_submitter bigint)
RETURNS TABLE (id bigint, name text, email bytea, here boolean)
LANGUAGE sql STABLE AS $$
  WITH able AS (
    SELECT s.id, s.name, s.email,
           EXISTS (SELECT FROM staff_department d WHERE d.staff_id = s.id AND d.department_id = m.department_id) AS here
      FROM message m
      JOIN staff s ON s.state = 'active' AND s.id NOT IN (m.author_id, p_submitter)
                  AND s.id IS DISTINCT FROM m.editor_id
     WHERE m.id = p_message
       AND EXISTS (SELECT FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'approver'))
  SELECT a.id, a.name, a.email, a.here
    FROM able a
   WHERE a.here OR NOT EXISTS (SELECT FROM able x WHERE x.here)
   ORDER BY a.id
$$;

-- Those who wrote on a message, for news of it.
CREATE OR REPLACE FUNCTION message_writers(p_message bigint) RETURNS TABLE (id bigint, email bytea)
LANGUAGE sql STABLE AS $$
  SELECT s.id, s.email
    FROM message m
    JOIN staff s ON s.state = 'active' AND s.id IN (m.author_id, m.editor_id, m.submitter_id)
   WHERE m.id = p_message
   ORDER BY s.id
$$;
