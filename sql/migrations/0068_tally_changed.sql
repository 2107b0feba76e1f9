-- How many answers were taken out of the tallies because they changed or went: a cross-table that
-- is kept is made anew also where as many people have answered as before.

ALTER TABLE tally_design ADD COLUMN changed bigint NOT NULL DEFAULT 0;
ALTER TABLE cross_kept ADD COLUMN changed bigint NOT NULL DEFAULT 0;
