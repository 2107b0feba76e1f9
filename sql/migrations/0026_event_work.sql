-- Which tenants have offers that are over or people to be told: found across the wall by
-- chromo_directory, which sees no more of an application than that.
CREATE POLICY directory ON application FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (tenant_id, state, told, offer_until) ON application TO chromo_directory;
DROP INDEX application_untold;
CREATE INDEX application_untold ON application (tenant_id, id) WHERE told IS DISTINCT FROM state AND contact IS NOT NULL;
