-- Of those who were dropped because they left: to how many an earlier try may have brought it.  The
-- ledger calls them in doubt, and so does /metrics.
ALTER TABLE batch ADD COLUMN dropped_dark int NOT NULL DEFAULT 0;
GRANT SELECT (dropped_dark) ON batch TO chromo_directory;
