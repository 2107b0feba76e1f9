-- Signing in: what PostgreSQL keeps for domain/login.c.

-- Argon2id takes a core for a while.  As many transactions as there are slots may
-- count at once; the others wait here, and after lock_timeout are told to come
-- again (55P03, ERR_BUSY).  The slot is given back with the transaction.
CREATE OR REPLACE FUNCTION login_slot(p_slots int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  slots CONSTANT int := 7201;            -- the first half of the lock's key
BEGIN
  FOR i IN 1 .. p_slots LOOP
    IF pg_try_advisory_xact_lock(slots, i) THEN
      RETURN;
    END IF;
  END LOOP;
  PERFORM pg_advisory_xact_lock(slots, 1 + floor(random() * p_slots)::int);
END $$;
