-- Once and still unknown: rights to answer (docs/secrecy.md); files that people send;
-- answers on paper.

-- The key of a survey in mode "once".  It signs numbers that it cannot see into.
CREATE TABLE right_key (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  modulus     bytea NOT NULL,
  sealed      bytea NOT NULL,           -- the whole key, sealed under the tenant's
  mixed       date NOT NULL DEFAULT '-infinity', -- when rows were last put in another order
  PRIMARY KEY (tenant_id, survey_id),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey ON DELETE CASCADE
);
CALL wall('right_key');

-- Who has drawn a right, and nothing about when.  hidden: the hash of the number that was
-- signed, so that the same request gets the same answer; the number is random, whatever is
-- behind it.
CREATE TABLE right_drawn (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  citizen_id  bigint NOT NULL,
  hidden      bytea NOT NULL,
  PRIMARY KEY (tenant_id, survey_id, citizen_id),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES right_key ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('right_drawn');

-- What people sent: the row; the bytes are a file of this id.  Nobody can fetch it before it
-- is clean.  hash: of the word that the sender's form holds.
CREATE TABLE attachment (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  purpose     text NOT NULL CHECK (purpose IN ('survey', 'event', 'message')),
  owner_id    bigint NOT NULL,          -- the survey, event or message
  kind        text NOT NULL CHECK (kind IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  name        text NOT NULL CHECK (length(name) <= 120), -- as shown; never a path
  bytes       bigint NOT NULL CHECK (bytes > 0),
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'clean', 'infected')),
  hash        bytea,                    -- NULL: of staff
  kept        boolean NOT NULL DEFAULT false, -- belongs to an answer that was sent
  due         timestamptz DEFAULT now(), -- of the next look for viruses; NULL: done
  tries       int NOT NULL DEFAULT 0,
  day         date NOT NULL DEFAULT (now() AT TIME ZONE 'Asia/Tokyo')::date,
  PRIMARY KEY (tenant_id, id)
);
CALL wall('attachment');
CREATE INDEX attachment_due ON attachment (tenant_id, due) WHERE due IS NOT NULL;
CREATE INDEX attachment_of ON attachment (tenant_id, purpose, owner_id);
CREATE INDEX attachment_loose ON attachment (tenant_id, day) WHERE NOT kept;

-- Numbered forms on paper.  The number is random with a check digit (ISO 7064, MOD 11,10);
-- an answer under it has the hash of it as its right, so that paper and web cannot both
-- count (right_paper()).  To whom a form went is not known here.
CREATE TABLE paper_form (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  number      text NOT NULL CHECK (number ~ '^[0-9]{12}$'),
  printed     date NOT NULL DEFAULT (now() AT TIME ZONE 'Asia/Tokyo')::date,
  void        boolean NOT NULL DEFAULT false, -- lost or spoilt: no longer taken
  PRIMARY KEY (tenant_id, survey_id, number),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey ON DELETE CASCADE
);
CALL wall('paper_form');

ALTER TABLE survey ADD COLUMN typed_twice boolean NOT NULL DEFAULT false; -- 二重入力

-- What one clerk typed and another one has not yet, of surveys that are typed twice.
CREATE TABLE paper_entry (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  number      text NOT NULL,            -- of the form
  way         text NOT NULL CHECK (way IN ('paper', 'phone', 'counter')),
  edition     int NOT NULL,
  answers     jsonb NOT NULL,
  staff_id    bigint NOT NULL,
  second      jsonb,                    -- where it differed
  second_id   bigint,
  PRIMARY KEY (tenant_id, survey_id, number),
  FOREIGN KEY (tenant_id, survey_id, number) REFERENCES paper_form ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, second_id) REFERENCES staff
);
CALL wall('paper_entry');
