-- Delivery: batches with keys fixed before the first try, and the ledger.
--
-- A batch carries its recipients as an array, its state, its due time, its
-- lease and its idempotency key.  What became of one person is a row of
-- delivery.  The ledger is the two read together: a member without a row has
-- the state of its batch (queued, held, cancelled …).

CREATE TABLE batch (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  message_id  bigint NOT NULL,
  channel     text NOT NULL,
  lane        smallint NOT NULL DEFAULT 1,  -- 0: 命を守る情報, before all others
  round       int NOT NULL DEFAULT 1,       -- 2, 3 …: 「届かなかった人に送り直す」
  try         int NOT NULL DEFAULT 1,       -- of this round
  key         uuid NOT NULL,                -- same for all tries: Message-ID = key and citizen
  citizens    bigint[] NOT NULL,            -- ascending
  first       bigint NOT NULL,
  last        bigint NOT NULL,
  size        int NOT NULL,
  state       text NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued', 'sending', 'done', 'held', 'cancelled')),
  due         timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  fence       bigint NOT NULL DEFAULT 0,    -- grows with every claim
  lease_until timestamptz,
  holder      int,                          -- the courier that claimed it (courier_here)
  reached     int NOT NULL DEFAULT 0,       -- members [1..reached] may have been handed over
  accepted    int NOT NULL DEFAULT 0,
  refused     int NOT NULL DEFAULT 0,
  later       int NOT NULL DEFAULT 0,
  unknown     int NOT NULL DEFAULT 0,
  dropped     int NOT NULL DEFAULT 0,       -- left or stopped meanwhile
  finished    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message,
  CHECK (size = cardinality(citizens) AND size > 0 AND first <= last
         AND first = citizens[1] AND last = citizens[cardinality(citizens)]),
  CHECK (reached BETWEEN 0 AND size)
);
CALL wall('batch');
-- Hardly smaller when compressed, and a part of it is read at every step.
ALTER TABLE batch ALTER citizens SET STORAGE EXTERNAL;
-- Planning twice cannot double.
CREATE UNIQUE INDEX batch_once ON batch (tenant_id, message_id, channel, round, try, first);
CREATE INDEX batch_due ON batch (tenant_id, lane, due, id) WHERE state IN ('queued', 'sending');
CREATE INDEX batch_held ON batch (holder) WHERE state = 'sending';

-- Without foreign keys: a look at the parent for each of a million rows would be a
-- third of what sending costs.  The wall lets no other tenant in, and rows are made
-- from a batch only, by batch_record, batch_start and batch_claim.
CREATE TABLE delivery (
  tenant_id   bigint NOT NULL DEFAULT current_tenant(),
  message_id  bigint NOT NULL,
  citizen_id  bigint NOT NULL,
  channel     text NOT NULL,
  round       smallint NOT NULL,
  try         smallint NOT NULL,
  part        smallint NOT NULL,            -- the batch's fence: a try that a crash cut in two has parts
  state       text NOT NULL CHECK (state IN
              ('accepted', 'later', 'refused', 'unknown', 'dropped', 'held')),
  code        int,
  reason      text,
  detail      text,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, message_id, citizen_id, channel, round, try, part)
);
CALL wall('delivery');
CREATE INDEX delivery_failed ON delivery (tenant_id, message_id, state) WHERE state <> 'accepted';

-- Mail to one person that is no message: confirmations, links, invitations,
-- test sends.  Sealed whole, because it carries tokens; emptied when it is done.
CREATE TABLE letter (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  kind        text NOT NULL,               -- "confirm_address", "sign_in_link" …
  key         uuid NOT NULL,
  sealed      bytea,                       -- JSON {to, subject, text, html}
  staff_id    bigint,                      -- whose test send it is
  message_id  bigint,
  state       text NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued', 'sending', 'accepted', 'refused', 'expired')),
  try         int NOT NULL DEFAULT 0,
  due         timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz NOT NULL,
  fence       bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  holder      int,
  code        int,
  reason      text,
  created     timestamptz NOT NULL DEFAULT now(),
  finished    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, message_id) REFERENCES message
);
CALL wall('letter');
CREATE INDEX letter_due ON letter (tenant_id, due) WHERE state IN ('queued', 'sending');
CREATE INDEX letter_of_message ON letter (tenant_id, message_id, staff_id) WHERE message_id IS NOT NULL;

-- Which tenants have something due: found across the wall by chromo_directory,
-- which sees these columns and nothing else.
CREATE POLICY directory ON message FOR SELECT TO chromo_directory
  USING (state = 'approved' OR (state = 'sent' AND (told IS NULL OR told < finished)));
CREATE POLICY directory ON batch   FOR SELECT TO chromo_directory USING (state IN ('queued', 'sending'));
CREATE POLICY directory ON letter  FOR SELECT TO chromo_directory USING (state IN ('queued', 'sending'));
GRANT SELECT (tenant_id, state, send_at, finished, told) ON message TO chromo_directory;
GRANT SELECT (tenant_id, state, lane, due, lease_until, holder) ON batch TO chromo_directory;
GRANT SELECT (tenant_id, state, due, lease_until, holder) ON letter TO chromo_directory;
CREATE INDEX batch_due_anywhere ON batch (lane, due) WHERE state IN ('queued', 'sending');
CREATE INDEX letter_due_anywhere ON letter (due) WHERE state IN ('queued', 'sending');
