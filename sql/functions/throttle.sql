-- Counts a try against a bucket and says whether it is still within the limit.
-- The window starts with the first try.  Keys are keyed hashes made by the
-- program; the table is closed to every role.  In PL/pgSQL, which keeps its plan,
-- and with every name written out instead of a search_path of its own: this runs
-- several times in a request.

SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION throttle_hit(p_bucket text, p_key bytea, p_limit int, p_window interval)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  n int;
BEGIN
  INSERT INTO public.throttle AS t (bucket, key, hits, since) VALUES (p_bucket, p_key, 1, pg_catalog.now())
  ON CONFLICT (bucket, key) DO UPDATE
    SET hits  = CASE WHEN t.since OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) p_window)
                     THEN 1 ELSE t.hits OPERATOR(pg_catalog.+) 1 END,
        since = CASE WHEN t.since OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) p_window)
                     THEN pg_catalog.now() ELSE t.since END
  RETURNING hits INTO n;
  RETURN n OPERATOR(pg_catalog.<=) p_limit;
END $$;

-- Success takes the account's tries away, so that a victim of somebody else's
-- guessing is not locked out for good.
CREATE OR REPLACE FUNCTION throttle_clear(p_bucket text, p_key bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$ DELETE FROM throttle WHERE bucket = p_bucket AND key = p_key $$;

-- Takes one try back: it was right, and a bucket shared by many is not to fill
-- with those who do nothing wrong (a whole town hall behind one address).
CREATE OR REPLACE FUNCTION throttle_return(p_bucket text, p_key bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS
$$ UPDATE throttle SET hits = greatest(hits - 1, 0) WHERE bucket = p_bucket AND key = p_key $$;

-- Notes that something was good, and says whether it was within the window.
CREATE OR REPLACE FUNCTION throttle_note(p_bucket text, p_key bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO throttle (bucket, key, hits, since) VALUES (p_bucket, p_key, 0, now())
  ON CONFLICT (bucket, key) DO UPDATE SET since = excluded.since
$$;
CREATE OR REPLACE FUNCTION throttle_noted(p_bucket text, p_key bytea, p_window interval)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
  RETURN EXISTS (SELECT FROM throttle WHERE bucket = p_bucket AND key = p_key AND since > now() - p_window);
END $$;

REVOKE ALL ON FUNCTION throttle_hit, throttle_clear, throttle_return, throttle_note, throttle_noted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION throttle_hit, throttle_clear, throttle_return, throttle_note, throttle_noted
  TO chromo_web, chromo_owner;
SET LOCAL ROLE chromo_owner;
