-- Where the courier finds files to be looked at: scan_work() sees these columns of all towns.
CREATE POLICY directory ON attachment FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (tenant_id, due, kept, day) ON attachment TO chromo_directory;
CREATE INDEX attachment_work ON attachment (due) WHERE due IS NOT NULL;
CREATE INDEX attachment_old ON attachment (day) WHERE NOT kept;
