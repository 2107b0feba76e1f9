-- What has ended is taken away, a little at a time: the courier asks for it
-- every hour, tenant by tenant (courier/sweep.c).

SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION courier_tenants() RETURNS TABLE (tenant_id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT id FROM tenant WHERE state <> 'erased' ORDER BY id;
END $$;

-- Tries are kept as long as anything asks for them: 90 days (a known pair of
-- ID and address, domain/login.c).
CREATE OR REPLACE FUNCTION throttle_sweep() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$ DELETE FROM throttle WHERE since < now() - interval '100 days'
      OR (bucket <> 'login.known' AND since < now() - interval '2 days') $$;

REVOKE ALL ON FUNCTION courier_tenants, throttle_sweep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION courier_tenants, throttle_sweep TO chromo_courier;
SET LOCAL ROLE chromo_owner;

-- Of the present tenant; at most p_most rows of each kind, so that nobody waits.
-- Returns how many, so that the caller comes back while there is more.
CREATE OR REPLACE FUNCTION sweep(p_most int) RETURNS int LANGUAGE sql AS $$
  WITH tokens AS (
    DELETE FROM once WHERE token IN
      (SELECT token FROM once WHERE created < now() - interval '2 days' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  drafts AS (
    DELETE FROM subscribe_draft WHERE hash IN
      (SELECT hash FROM subscribe_draft WHERE updated < now() - interval '1 day' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  answers AS (
    DELETE FROM response_draft WHERE hash IN
      (SELECT hash FROM response_draft WHERE ends < now() LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  sign_ups AS (
    DELETE FROM application_draft WHERE hash IN
      (SELECT hash FROM application_draft WHERE ends < now() LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  -- A used or late link still says for a week that it was one.
  links AS (
    DELETE FROM link WHERE hash IN
      (SELECT hash FROM link WHERE ends < now() - interval '7 days' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  visits AS (
    DELETE FROM citizen_session WHERE hash IN
      (SELECT hash FROM citizen_session WHERE created < now() - interval '1 day' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  -- One that has lapsed overnight still knows whose form it is that comes in the morning.
  logins AS (
    DELETE FROM staff_session WHERE hash IN
      (SELECT hash FROM staff_session WHERE created < now() - interval '2 days' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  codes AS (
    DELETE FROM line_link WHERE hash IN
      (SELECT hash FROM line_link WHERE ends < now() - interval '1 day' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  -- So long a gateway may call in the same once more.
  events AS (
    DELETE FROM gateway_event WHERE id IN
      (SELECT id FROM gateway_event WHERE received < now() - interval '30 days' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  early AS (
    DELETE FROM sms_early WHERE provider_id IN
      (SELECT provider_id FROM sms_early WHERE at < now() - interval '1 day' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  numbers AS (
    DELETE FROM address_code WHERE browser IN
      (SELECT browser FROM address_code WHERE ends < now() LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1),
  -- Empty by then: what is left says when and how a mail ended.
  letters AS (
    DELETE FROM letter WHERE id IN
      (SELECT id FROM letter WHERE finished < now() - interval '30 days' LIMIT p_most FOR UPDATE SKIP LOCKED)
    RETURNING 1)
  SELECT count(*)::int
    FROM (TABLE tokens UNION ALL TABLE drafts UNION ALL TABLE links UNION ALL
          TABLE codes UNION ALL TABLE events UNION ALL TABLE visits UNION ALL TABLE logins UNION ALL TABLE letters UNION ALL
          TABLE numbers UNION ALL TABLE early UNION ALL TABLE answers UNION ALL TABLE sign_ups UNION ALL SELECT 1 FROM generate_series(1, sms_expire(p_most)) UNION ALL
          SELECT 1 FROM generate_series(1, right_mix())) AS swept
$$;
