-- Groups are counted anew in the background when other questions tell people apart.

-- What counting needs of a response.
CREATE TYPE tallied AS (number text, language text, way text, day date, answers jsonb, seconds int);

-- regroup: answers up to this number are in the groups, the others are still to be put
-- there; NULL: all are.  clearing: what the old questions made is still being taken away.
ALTER TABLE tally_design
  ADD COLUMN regroup text,
  ADD COLUMN clearing boolean NOT NULL DEFAULT false;
CREATE INDEX tally_design_regroup ON tally_design (tenant_id) WHERE regroup IS NOT NULL;

-- By the statement now (sql/functions/tally.sql).
DROP TRIGGER IF EXISTS tally_delete ON response;
DROP FUNCTION IF EXISTS tally_add(bigint, int, response[]);
