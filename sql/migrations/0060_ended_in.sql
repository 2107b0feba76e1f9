-- An entry that ended because its last way went to another one: what was chosen in it waits there
-- to be asked for (sql/functions/contact.sql).
ALTER TABLE citizen ADD COLUMN ended_in bigint;
CREATE INDEX citizen_ended_in ON citizen (tenant_id, ended_in) WHERE ended_in IS NOT NULL;
