-- A small schema for query_test and db_test in tests/db/, beside the real one.
CREATE TABLE plant (
  id    bigint PRIMARY KEY,
  name  text NOT NULL CHECK (name <> ''),
  place int UNIQUE DEFERRABLE INITIALLY DEFERRED,
  photo bytea
);
CREATE TABLE closed (id bigint);
GRANT SELECT, INSERT, UPDATE, DELETE ON plant TO chromo_web;

CREATE FUNCTION fail(state text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'as the test wants it' USING ERRCODE = state;
END $$;

-- Fails until it was asked so many times; a sequence is not rolled back.
CREATE SEQUENCE tried;
GRANT USAGE ON tried TO chromo_web;
CREATE FUNCTION fail_until(times bigint, state text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('tried') < times THEN
    RAISE EXCEPTION 'not yet' USING ERRCODE = state;
  END IF;
  RETURN 1;
END $$;
