-- Posts on X: one of a message at an account, read by everybody; and the renewal of a
-- token that is good for one use.

CREATE TABLE post (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  message_id  bigint NOT NULL,
  gateway_id  bigint,                       -- NULL: there was no account when it was planned
  lane        smallint NOT NULL DEFAULT 1,  -- as batch.lane
  state       text NOT NULL DEFAULT 'queued' CHECK (state IN
              ('queued', 'sending', 'accepted', 'refused', 'unknown', 'held', 'cancelled', 'deleted')),
  withdraw    boolean NOT NULL DEFAULT false, -- it is to be gone: looked for, and taken away
  doubt       boolean NOT NULL DEFAULT false, -- a try may have been carried out: looked for before any other
  looks       int NOT NULL DEFAULT 0,       -- that brought no light, in a row
  try         int NOT NULL DEFAULT 0,
  due         timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  fence       bigint NOT NULL DEFAULT 0,    -- grows with every claim
  lease_until timestamptz,
  holder      int,                          -- the courier that claimed it (courier_here)
  first_try   timestamptz,                  -- it can be no older than this
  last_try    timestamptz,
  provider_id text CHECK (length(provider_id) BETWEEN 1 AND 80),
  code        int,
  reason      text,
  detail      text,
  created     timestamptz NOT NULL DEFAULT now(),
  posted      timestamptz,
  finished    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message,
  FOREIGN KEY (tenant_id, gateway_id) REFERENCES gateway,
  CHECK (state NOT IN ('accepted', 'deleted') OR provider_id IS NOT NULL)
);
CALL wall('post');
-- Planning twice cannot double, and no two messages have the same post.
CREATE UNIQUE INDEX post_once ON post (tenant_id, message_id, gateway_id) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX post_id ON post (tenant_id, gateway_id, provider_id);
CREATE INDEX post_open ON post (tenant_id, message_id) WHERE state IN ('queued', 'sending');
CREATE INDEX post_due ON post (due) WHERE state IN ('queued', 'sending') OR (state = 'accepted' AND withdraw);
CREATE INDEX post_month ON post (tenant_id, gateway_id, first_try);

-- Which tenants have one that is due, found across the wall.
CREATE POLICY directory ON post FOR SELECT TO chromo_directory
  USING (state IN ('queued', 'sending') OR (state = 'accepted' AND withdraw));
GRANT SELECT (tenant_id, message_id, gateway_id, state, lane, due, lease_until, holder, last_try, withdraw) ON post TO chromo_directory;
GRANT SELECT (updated) ON gateway TO chromo_directory;

-- A refresh token is good for one use: that it is being used is written down before it is,
-- so that a courier that died in between leaves a trace and not a riddle.
CREATE TABLE gateway_renewal (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  gateway_id  bigint NOT NULL,
  version     int NOT NULL,                 -- of the account whose token it is
  asked       timestamptz NOT NULL DEFAULT now(),
  lost        boolean NOT NULL DEFAULT false, -- used up without another: a person has to sign in
  PRIMARY KEY (tenant_id, gateway_id),
  FOREIGN KEY (tenant_id, gateway_id) REFERENCES gateway ON DELETE CASCADE
);
CALL wall('gateway_renewal');
