-- Messages (お知らせ): from a draft to what was approved, byte for byte.

-- The moves that a message may make.  message_guard() refuses all others.
CREATE TABLE message_move (
  was         text NOT NULL,
  becomes     text NOT NULL,
  PRIMARY KEY (was, becomes)
);
INSERT INTO message_move VALUES
  ('draft', 'pending'), ('returned', 'pending'),
  ('pending', 'approved'), ('pending', 'returned'), ('pending', 'rejected'),
  ('pending', 'draft'),                 -- taken back by its author
  ('approved', 'draft'),                -- the same: the approval is void
  ('approved', 'sending'), ('approved', 'stopped'),
  ('sending', 'sent'), ('sending', 'stopped'),
  ('sent', 'sending');                  -- again to those who did not get it

CREATE TABLE message (
  tenant_id     bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id            bigint GENERATED ALWAYS AS IDENTITY,
  department_id bigint NOT NULL,
  author_id     bigint NOT NULL,
  state         text NOT NULL DEFAULT 'draft' CHECK (state IN
                ('draft', 'pending', 'returned', 'rejected', 'approved', 'sending', 'sent', 'stopped')),
  revision      int NOT NULL DEFAULT 1, -- grows with every change of what is sent
  subject       text NOT NULL DEFAULT '' CHECK (length(subject) <= 100),
  body          text NOT NULL DEFAULT '' CHECK (octet_length(body) <= 20000),
  contact       text NOT NULL DEFAULT '' CHECK (length(contact) <= 300),
  audience      text CHECK (audience IN ('everyone', 'chosen')),
  districts     bigint[] NOT NULL DEFAULT '{}',
  topics        bigint[] NOT NULL DEFAULT '{}',
  by_email      boolean NOT NULL DEFAULT true,
  on_site       boolean NOT NULL DEFAULT true,
  scheduled     boolean NOT NULL DEFAULT false, -- the page of dates was answered
  send_at       timestamptz,            -- NULL: as soon as approved
  valid_until   timestamptz,            -- after this nothing is sent any more
  publish_until timestamptz,            -- after this the page is gone
  editor_id     bigint,                 -- who changed it last
  created       timestamptz NOT NULL DEFAULT now(),
  updated       timestamptz NOT NULL DEFAULT now(),
  submitter_id  bigint,
  hash          bytea,                  -- SHA-256 of what was submitted (domain/approval.c)
  published     timestamptz,            -- when it was planned and went on the site
  finished      timestamptz,
  told          timestamptz,            -- when its writers were told how it ended
  recipients    int,                    -- persons, frozen at planning
  copied_from   bigint,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, department_id) REFERENCES department,
  FOREIGN KEY (tenant_id, author_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, editor_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, submitter_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, copied_from) REFERENCES message
);
CALL wall('message');
CREATE INDEX message_on_site ON message (tenant_id, published DESC, id DESC)
  WHERE on_site AND state IN ('sending', 'sent');
CREATE INDEX message_by_state ON message (tenant_id, state, updated DESC);
CREATE INDEX message_due ON message (send_at) WHERE state = 'approved';
CREATE INDEX message_untold ON message (finished) WHERE state = 'sent' AND (told IS NULL OR told < finished);

-- What each channel and language says: the bytes that are approved and sent.
-- channel "email": {subject, text, html}; "site": {subject, text, html}.
CREATE TABLE message_rendering (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  message_id  bigint NOT NULL,
  revision    int NOT NULL,
  channel     text NOT NULL,
  language    text NOT NULL,
  content     jsonb NOT NULL,
  PRIMARY KEY (tenant_id, message_id, revision, channel, language),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message ON DELETE CASCADE
);
CALL wall('message_rendering');

-- The history of a message's way to approval.
CREATE TABLE approval (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  message_id  bigint NOT NULL,
  revision    int NOT NULL,
  act         text NOT NULL CHECK (act IN
              ('submit', 'approve', 'return', 'reject', 'withdraw', 'stop')),
  staff_id    bigint NOT NULL,
  hash        bytea,
  comment     text NOT NULL DEFAULT '' CHECK (length(comment) <= 1000),
  recipients  int,                      -- the count that the person saw
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('approval');
CREATE INDEX approval_of ON approval (tenant_id, message_id, id);
-- Two approvers at once: one of them was second.
CREATE UNIQUE INDEX approval_once ON approval (tenant_id, message_id, revision) WHERE act = 'approve';
