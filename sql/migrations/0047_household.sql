-- 世帯: people who live together and say so themselves, so that an emergency which one of
-- them has seen is not repeated to the others on dearer ways (sql/functions/household.sql).

-- code: a keyed hash of the one that lets somebody join, until ends; the last one is good.
CREATE TABLE household (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  created     timestamptz NOT NULL DEFAULT now(),
  code        bytea,
  ends        timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((code IS NULL) = (ends IS NULL))
);
CALL wall('household');
CREATE UNIQUE INDEX household_code ON household (tenant_id, code) WHERE code IS NOT NULL;

-- A person is in one household at most.  name: as they call themselves to the others, sealed;
-- NULL: they are counted.
CREATE TABLE household_member (
  tenant_id     bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  household_id  bigint NOT NULL,
  citizen_id    bigint NOT NULL,
  name          bytea,
  joined        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, citizen_id),
  FOREIGN KEY (tenant_id, household_id) REFERENCES household,
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('household_member');
CREATE INDEX household_member_of ON household_member (tenant_id, household_id);

-- A ladder goes on until each person has seen it, or somebody of their household.
ALTER TABLE message ADD until_household boolean NOT NULL DEFAULT false CHECK (NOT until_household OR ladder IS NOT NULL);
ALTER TABLE seen DROP CONSTRAINT seen_how_check;
ALTER TABLE seen ADD CONSTRAINT seen_how_check CHECK (how IN ('link', 'line', 'webpush', 'sms', 'my', 'household'));
