-- Which towns have exports that are to be taken away: export_work().  Of a town that was erased, too.
CREATE POLICY directory ON export FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (tenant_id, state, finished) ON export TO chromo_directory;
