-- 世帯: who is in one, by their own will, and by whose 「見ました」 others are left alone.
-- Whatever changes who is in a household locks its row first.

-- Who makes one is in it.  CH003: they are in one already.
CREATE OR REPLACE FUNCTION household_make(p_citizen bigint, p_name bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  home bigint;
BEGIN
  IF EXISTS (SELECT FROM household_member WHERE citizen_id = p_citizen) THEN
    RAISE EXCEPTION 'household: in one already' USING ERRCODE = 'CH003';
  END IF;
  INSERT INTO household DEFAULT VALUES RETURNING id INTO home;
  INSERT INTO household_member (household_id, citizen_id, name) VALUES (home, p_citizen, p_name);
  PERFORM audit_write('household.make', home, NULL);
  RETURN home;
END $$;

-- A code for one more, in the place of the one before; false: they are in no household, it is
-- full, or they have asked too often.
CREATE OR REPLACE FUNCTION household_invite(p_citizen bigint, p_key bytea, p_code bytea, p_most int, p_lasts interval) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  home bigint := (SELECT household_id FROM household_member WHERE citizen_id = p_citizen);
BEGIN
  IF NOT throttle_hit('household_code', p_key, 20, interval '1 hour') THEN
    RETURN false;
  END IF;
  UPDATE household SET code = p_code, ends = now() + p_lasts
   WHERE id = home AND (SELECT count(*) FROM household_member WHERE household_id = home) < p_most;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM audit_write('household.invite', home, NULL);
  RETURN true;
END $$;

-- With the code of somebody who is in it: 'joined', and the code is used up; 'wrong': there is
-- no such code, or no longer; 'full'; 'often': too many tries, right or wrong, by this person
-- or from this address.
CREATE OR REPLACE FUNCTION household_join(p_citizen bigint, p_key bytea, p_remote bytea, p_code bytea, p_name bytea, p_most int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  home bigint;
BEGIN
  IF EXISTS (SELECT FROM household_member WHERE citizen_id = p_citizen) THEN
    RAISE EXCEPTION 'household: in one already' USING ERRCODE = 'CH003';
  END IF;
  IF NOT throttle_hit('household_try', p_key, 10, interval '1 hour')
     OR NOT throttle_hit('household_from', p_remote, 60, interval '1 hour') THEN
    RETURN 'often';
  END IF;
  SELECT id INTO home FROM household WHERE code = p_code AND ends > now() FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'wrong';
  END IF;
  IF (SELECT count(*) FROM household_member WHERE household_id = home) >= p_most THEN
    RETURN 'full';
  END IF;
  INSERT INTO household_member (household_id, citizen_id, name) VALUES (home, p_citizen, p_name);
  UPDATE household SET code = NULL, ends = NULL WHERE id = home;
  PERFORM throttle_return('household_from', p_remote);
  PERFORM audit_write('household.join', home, NULL);
  RETURN 'joined';
END $$;

-- The entry that ends was the same person, who proved its mail address or its LINE: their place
-- in the household comes along, unless they have one.  By a telephone number or a browser nothing
-- does: numbers are given to others, and a browser may be the family's.
CREATE OR REPLACE FUNCTION household_follow(p_from bigint, p_to bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  home bigint := (SELECT household_id FROM household_member WHERE citizen_id = p_from);
BEGIN
  PERFORM FROM household WHERE id = home FOR UPDATE;
  UPDATE household_member SET citizen_id = p_to
   WHERE citizen_id = p_from AND NOT EXISTS (SELECT FROM household_member WHERE citizen_id = p_to);
  IF FOUND THEN
    PERFORM audit_write('household.follow', home, NULL);
  END IF;
END $$;

-- Whoever leaves is on their own again, also for what is on its way; the last one closes it.
-- False: they were in none.
CREATE OR REPLACE FUNCTION household_leave(p_citizen bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  home bigint := (SELECT household_id FROM household_member WHERE citizen_id = p_citizen);
BEGIN
  PERFORM FROM household WHERE id = home FOR UPDATE;
  DELETE FROM household_member WHERE citizen_id = p_citizen;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM seen s USING message m
   WHERE m.next_step IS NOT NULL AND s.message_id = m.id AND s.citizen_id = p_citizen AND s.how = 'household';
  IF NOT EXISTS (SELECT FROM household_member WHERE household_id = home) THEN
    DELETE FROM household WHERE id = home;
  ELSE
    -- What they handed out is worth nothing any more.
    UPDATE household SET code = NULL, ends = NULL WHERE id = home AND code IS NOT NULL;
  END IF;
  PERFORM audit_write('household.leave', home, NULL);
  RETURN true;
END $$;
