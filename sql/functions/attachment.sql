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

-- Pictures that something shows stay, in an event, in a message, and in what was copied from
-- it; those that nothing shows any more go as a loose file does.
CREATE OR REPLACE FUNCTION attachment_shown(p_was uuid[], p_is uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE attachment SET kept = true WHERE id = ANY (p_is) AND NOT kept;
  UPDATE attachment t SET kept = false, day = (now() AT TIME ZONE 'Asia/Tokyo')::date
   WHERE t.id = ANY (p_was)
     AND NOT EXISTS (SELECT FROM event e WHERE t.id IN (e.picture, e.picture_small))
     AND NOT EXISTS (SELECT FROM message m WHERE m.pictures <> '[]' AND t.id = ANY (message_picture_files(m.pictures)));
END $$;
