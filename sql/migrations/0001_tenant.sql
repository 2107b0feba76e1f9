-- Tenants and their wall.
--
-- Every table that holds something of a municipality has tenant_id and stands
-- behind the wall: row level security, enabled and forced, for all roles, the
-- owner included.  The tenant of a transaction is the setting chromo.tenant,
-- which enter() makes; with nothing set every table is empty.
--
-- Without tenant_id are only: tenant (its id is the tenant), tenant_host,
-- municipality, throttle (keyed hashes), message_move, consent_document and schema_migration.

CREATE FUNCTION current_tenant() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('chromo.tenant', true), '')::bigint $$;

-- Puts a table behind the wall.
CREATE PROCEDURE wall(relation regclass)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format('CREATE POLICY wall ON %s USING (tenant_id = (SELECT current_tenant()))'
                 ' WITH CHECK (tenant_id = (SELECT current_tenant()))', relation);
END $$;

CREATE TABLE municipality (
  code        char(6) PRIMARY KEY,       -- 全国地方公共団体コード with check digit
  prefecture  text NOT NULL,
  name        text NOT NULL,
  kana        text NOT NULL
);
COMMENT ON TABLE municipality IS 'Public codes of all municipalities (総務省)';

CREATE TABLE tenant (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code        char(6),                   -- municipality; NULL for the operator
  kind        text NOT NULL CHECK (kind IN ('city', 'town', 'operator')),
  state       text NOT NULL DEFAULT 'active'
              CHECK (state IN ('trial', 'active', 'suspended', 'ending', 'ended', 'erased')),
  name        text NOT NULL CHECK (name <> ''),
  name_en     text NOT NULL CHECK (name_en <> ''),
  mail_from   text NOT NULL,             -- the address that citizens see
  contact     text NOT NULL DEFAULT '',  -- telephone and hours, shown in every footer
  single_person boolean NOT NULL DEFAULT false,  -- declared emergency path: nobody else needed
  created     timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON tenant USING (id = (SELECT current_tenant()))
  WITH CHECK (id = (SELECT current_tenant()));
-- chromo_directory owns the functions that find a tenant before one is set; nobody can
-- sign in as it, and it sees a few columns only.
CREATE POLICY directory ON tenant FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (id, kind, state, name, name_en, contact) ON tenant TO chromo_directory;

CREATE TABLE tenant_host (
  host        text PRIMARY KEY CHECK (host = lower(host)),
  tenant_id   bigint NOT NULL REFERENCES tenant
);
ALTER TABLE tenant_host ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_host FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON tenant_host USING (tenant_id = (SELECT current_tenant()))
  WITH CHECK (tenant_id = (SELECT current_tenant()));
CREATE POLICY directory ON tenant_host FOR SELECT TO chromo_directory USING (true);
GRANT SELECT ON tenant_host TO chromo_directory;

-- The data key of a tenant, wrapped by the master key.  Whoever destroys this
-- row has erased every contact address of the tenant, in backups too.
CREATE TABLE tenant_key (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  wrapped     bytea NOT NULL,
  created     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CALL wall('tenant_key');

CREATE TABLE department (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 100),
  contact     text NOT NULL DEFAULT '' CHECK (length(contact) <= 300),
  place       int NOT NULL DEFAULT 0,
  active      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
CALL wall('department');

CREATE TABLE district (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 100),
  kana        text NOT NULL DEFAULT '' CHECK (length(kana) <= 200),
  place       int NOT NULL DEFAULT 0,
  active      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
CALL wall('district');

CREATE TABLE district_postcode (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  postcode    char(7) NOT NULL CHECK (postcode ~ '^[0-9]{7}$'),
  district_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, postcode, district_id),
  FOREIGN KEY (tenant_id, district_id) REFERENCES district ON DELETE CASCADE
);
CALL wall('district_postcode');

-- 分野.  Exactly one is 命を守る情報: whoever wants only that, and an
-- emergency, is found by it.
CREATE TABLE topic (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 100),
  hint        text NOT NULL DEFAULT '' CHECK (length(hint) <= 200),
  vital       boolean NOT NULL DEFAULT false,
  place       int NOT NULL DEFAULT 0,
  active      boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name),
  CHECK (active OR NOT vital)
);
CALL wall('topic');
CREATE UNIQUE INDEX topic_one_vital ON topic (tenant_id) WHERE vital;

-- A repeated POST shows the result of the first one (safety.md 5.4).
CREATE TABLE once (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  token       bytea NOT NULL,
  location    text,                      -- where the first answer sent the browser
  created     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, token)
);
CALL wall('once');
CREATE INDEX once_old ON once (tenant_id, created);

-- How often somebody tried.  Keys are HMACs of account, address or the word
-- "all"; nobody reads it but throttle_hit().
CREATE TABLE throttle (
  bucket      text NOT NULL,
  key         bytea NOT NULL,
  hits        int NOT NULL,
  since       timestamptz NOT NULL,
  PRIMARY KEY (bucket, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO chromo_directory;

-- Who changed what, on what, when, from where: written by audit_change() in
-- the transaction of the change.  No value of a person is kept, only names of columns.
CREATE TABLE audit (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  at          timestamptz NOT NULL DEFAULT now(),
  actor_kind  text NOT NULL,             -- staff, citizen, courier, command, nobody
  actor_id    bigint,
  act         text NOT NULL,             -- "message.update", "staff.signed_in" …
  object_id   bigint,
  detail      jsonb,
  remote      text,
  request     text,
  PRIMARY KEY (tenant_id, id)
);
CALL wall('audit');
CREATE INDEX audit_by_time ON audit (tenant_id, at DESC);
