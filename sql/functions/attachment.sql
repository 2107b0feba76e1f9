-- Files that people send: which towns have some to be looked at, or taken away.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION scan_work() RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT a.tenant_id FROM attachment a WHERE a.due <= now()
  UNION
  SELECT a.tenant_id FROM attachment a WHERE NOT a.kept AND a.day < (now() AT TIME ZONE 'Asia/Tokyo')::date - 31;
END $$;
REVOKE ALL ON FUNCTION scan_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scan_work TO chromo_courier;
SET LOCAL ROLE chromo_owner;
