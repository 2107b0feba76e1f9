-- A message of which nothing is left to do is found by the planner, too.
CREATE INDEX batch_open ON batch (tenant_id, message_id) WHERE state IN ('queued', 'sending');
CREATE INDEX message_sending ON message (tenant_id, id) WHERE state = 'sending';
DROP POLICY directory ON message;
CREATE POLICY directory ON message FOR SELECT TO chromo_directory
  USING (state IN ('approved', 'sending') OR (state = 'sent' AND (told IS NULL OR told < finished)) OR next_step IS NOT NULL);
GRANT SELECT (id) ON message TO chromo_directory;
GRANT SELECT (message_id) ON batch TO chromo_directory;
