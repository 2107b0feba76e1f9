-- The entry in which this one ended, because its last way – a mail address or LINE – went there:
-- what is under way to it finds the person there (sql/functions/ledger_successor.sql).
ALTER TABLE citizen ADD COLUMN successor bigint;
CREATE INDEX citizen_successor ON citizen (tenant_id, successor) WHERE successor IS NOT NULL;
