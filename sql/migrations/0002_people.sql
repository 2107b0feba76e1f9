-- People: staff who sign in, citizens who subscribe.
--
-- Addresses are sealed under the tenant's data key (AES-256-GCM) and looked
-- up by keyed hash; neither can be joined without the key.

CREATE TABLE staff (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  login       text NOT NULL CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 100),
  email       bytea NOT NULL,            -- sealed
  email_hash  bytea NOT NULL,
  password    text,                      -- Argon2id; NULL until the invitation is used
  totp        bytea,                     -- sealed; NULL until enrolled
  totp_step   bigint NOT NULL DEFAULT 0, -- the last step that was accepted
  state       text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'active', 'disabled')),
  created     timestamptz NOT NULL DEFAULT now(),
  signed_in   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, login)
);
CALL wall('staff');

CREATE TABLE staff_role (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  staff_id    bigint NOT NULL,
  role        text NOT NULL CHECK (role IN ('writer', 'approver', 'admin')),
  PRIMARY KEY (tenant_id, staff_id, role),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CALL wall('staff_role');

CREATE TABLE staff_department (
  tenant_id     bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  staff_id      bigint NOT NULL,
  department_id bigint NOT NULL,
  PRIMARY KEY (tenant_id, staff_id, department_id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, department_id) REFERENCES department
);
CALL wall('staff_department');

-- Recovery codes: ten, hashed, each for one use.
CREATE TABLE staff_recovery (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  staff_id    bigint NOT NULL,
  hash        bytea NOT NULL,
  used        timestamptz,
  PRIMARY KEY (tenant_id, staff_id, hash),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CALL wall('staff_recovery');

-- A login.  The browser holds the token, this table its SHA-256 (R16); a new
-- token at every step: password, then code.
CREATE TABLE staff_session (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  staff_id    bigint NOT NULL,
  stage       text NOT NULL CHECK (stage IN ('password', 'enrol', 'full')),
  pending     bytea,                     -- sealed JSON: a second factor not yet confirmed, or codes to show once
  created     timestamptz NOT NULL DEFAULT now(),
  seen        timestamptz NOT NULL DEFAULT now(),
  remote      text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CALL wall('staff_session');
CREATE INDEX staff_session_of ON staff_session (tenant_id, staff_id);

-- 居住・職場・実家: several districts; several topics.  The arrays hold ids of
-- this tenant's own rows: citizen_guard() refuses others (CH004).
CREATE TABLE citizen (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'active', 'paused', 'left')),
  language    text NOT NULL DEFAULT 'ja' CHECK (language IN ('ja', 'en')),
  vital_only  boolean NOT NULL DEFAULT false,
  districts   bigint[] NOT NULL DEFAULT '{}',
  topics      bigint[] NOT NULL DEFAULT '{}',
  birth_decade smallint,                 -- 1940 … ; optional, for statistics
  by_email    boolean NOT NULL DEFAULT false, -- has an address that works: contact_reach() keeps it
  created     timestamptz NOT NULL DEFAULT now(),
  confirmed   timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CALL wall('citizen');

CREATE TABLE contact (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  citizen_id  bigint NOT NULL,
  channel     text NOT NULL CHECK (channel IN ('email')),
  address     bytea NOT NULL,            -- sealed
  hash        bytea NOT NULL,            -- HMAC-SHA256 under the tenant's look-up key
  state       text NOT NULL DEFAULT 'pending'
              CHECK (state IN ('pending', 'active', 'failed', 'left')),
  failures    int NOT NULL DEFAULT 0,    -- days with a permanent refusal, in a row
  failed      timestamptz,               -- the last of them
  reason      text,
  created     timestamptz NOT NULL DEFAULT now(),
  confirmed   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, channel, hash),
  UNIQUE (tenant_id, citizen_id, channel),
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('contact');
CREATE INDEX contact_failing ON contact (tenant_id, citizen_id) WHERE failures > 0;

CREATE TABLE citizen_session (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  citizen_id  bigint NOT NULL,
  created     timestamptz NOT NULL DEFAULT now(),
  seen        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('citizen_session');

-- One-time links: random token in the mail, SHA-256 here, an end, one use.  A
-- citizen's link belongs to an address, registered or not: that a row is there
-- tells nothing (R14).  Whom it opens for is found when it is used.
CREATE TABLE link (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  purpose     text NOT NULL CHECK (purpose IN ('confirm', 'my', 'invite')),
  contact_hash bytea,                    -- the address it was mailed to, as in contact.hash
  choice      bytea,                     -- what a confirmation registers: JSON, sealed
  staff_id    bigint,
  ends        timestamptz NOT NULL,
  used        timestamptz,
  created     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff ON DELETE CASCADE,
  CHECK ((contact_hash IS NULL) = (purpose = 'invite')),
  CHECK ((staff_id IS NOT NULL) = (purpose = 'invite'))
);
CALL wall('link');
CREATE INDEX link_old ON link (tenant_id, ends);

-- What a citizen has typed on the way through 登録, before it is anything:
-- found by the hash of a random cookie, gone after a day.
CREATE TABLE subscribe_draft (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  sealed      bytea NOT NULL,            -- JSON, sealed like an address
  updated     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, hash)
);
CALL wall('subscribe_draft');
CREATE INDEX subscribe_draft_old ON subscribe_draft (tenant_id, updated);

-- The text that people agree to, by version, and who agreed to which when.
CREATE TABLE consent_document (
  version     text NOT NULL,
  language    text NOT NULL,
  text        text NOT NULL,
  published   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (version, language)
);

CREATE TABLE consent (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  citizen_id  bigint NOT NULL,
  version     text NOT NULL,
  language    text NOT NULL,
  given       timestamptz NOT NULL DEFAULT now(),
  withdrawn   timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE,
  FOREIGN KEY (version, language) REFERENCES consent_document
);
CALL wall('consent');
CREATE INDEX consent_of ON consent (tenant_id, citizen_id);
