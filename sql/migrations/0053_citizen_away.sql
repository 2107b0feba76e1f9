-- Who is not active, for calls that look for them among five hundred (batch_addresses).
CREATE INDEX citizen_away ON citizen (tenant_id, id) WHERE state <> 'active';
-- Nobody plans by who is in a batch: looking at them was most of looking at the table anew (batch_learn).
ALTER TABLE batch ALTER citizens SET STATISTICS 0;
