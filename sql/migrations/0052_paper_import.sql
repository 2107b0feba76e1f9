-- Answers from a file of many lines: it lies here until the clerk (courier/import.c) has kept all of
-- it or said what is wrong with it.
CREATE TABLE paper_import (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  survey_id   bigint NOT NULL,
  staff_id    bigint NOT NULL,
  name        text NOT NULL CHECK (octet_length(name) <= 600), -- of the file, as it was sent
  hash        bytea NOT NULL,           -- of its bytes: the same file counts once
  bytes       bytea,                    -- NULL: it is over
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'looking', 'keeping', 'done', 'faulty', 'failed')),
  line        bigint NOT NULL DEFAULT 0, -- where it is
  percent     int NOT NULL DEFAULT 0,
  kept        bigint NOT NULL DEFAULT 0,
  faults      jsonb NOT NULL DEFAULT '[]',
  turn        int NOT NULL DEFAULT 0,   -- a clerk whose lease has ended writes nothing any more
  lease       timestamptz,
  created     timestamptz NOT NULL DEFAULT now(),
  finished    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
  CHECK ((bytes IS NULL) = (state IN ('done', 'faulty', 'failed')))
);
CALL wall('paper_import');
CREATE UNIQUE INDEX paper_import_once ON paper_import (tenant_id, survey_id, hash) WHERE state NOT IN ('faulty', 'failed');
CREATE INDEX paper_import_due ON paper_import (tenant_id, created) WHERE state IN ('waiting', 'looking', 'keeping');
