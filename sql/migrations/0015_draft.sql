-- A draft is written again with every page of 登録.  Without an index on the moment, and
-- with room on its page, the new version needs no entry in any index (heap-only tuples);
-- the hourly sweep reads the table, which holds the drafts of one day.
DROP INDEX subscribe_draft_old;
ALTER TABLE subscribe_draft SET (fillfactor = 50);
