-- How many have answered, where that is limited: all ('') or those of a quota (the hash
-- of its condition).  A row is locked by who answers, so that of two the second waits and
-- then sees the first one.  Surveys without limits have none, and nobody waits.
CREATE TABLE survey_counter (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  key         text NOT NULL,
  n           int NOT NULL DEFAULT 0 CHECK (n >= 0),
  PRIMARY KEY (tenant_id, survey_id, key),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey
);
CALL wall('survey_counter');
