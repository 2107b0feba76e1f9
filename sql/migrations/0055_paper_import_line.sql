-- The lines of a file of answers (paper_import) while a clerk reads it: written, kept as responses and
-- deleted in one transaction, so that nobody ever sees one; and in no backup, for a clerk who is
-- stopped begins anew.
CREATE UNLOGGED TABLE paper_import_line (
  tenant_id   bigint NOT NULL DEFAULT current_tenant(),
  import_id   bigint NOT NULL,
  line        bigint NOT NULL,          -- of the file
  response_id uuid NOT NULL DEFAULT gen_random_uuid(), -- what it will be
  number      text NOT NULL,            -- of the form; '': of none
  answers     jsonb NOT NULL,
  keys        text[] NOT NULL,          -- of limits, as survey_room() has them
  most        int[] NOT NULL,
  PRIMARY KEY (tenant_id, import_id, line)
);
-- Nothing is known of how many there are (they are never counted): each way to join them has an index.
CREATE INDEX paper_import_line_number ON paper_import_line (tenant_id, import_id, number);
CALL wall('paper_import_line');
