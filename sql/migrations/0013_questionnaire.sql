-- Questionnaires: the one engine for questions, of surveys, of sign-ups to events and of
-- forms on the web.  What may stand in texts, choices, settings, show and jumps is told
-- in app/domain/questionnaire.h, which reads the same document.

-- What staff build.  revision grows with each change: of two clerks the second is told.
CREATE TABLE questionnaire (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  purpose     text NOT NULL CHECK (purpose IN ('survey', 'event', 'form')),
  languages   text[] NOT NULL DEFAULT '{ja}' CHECK ('ja' = ANY (languages)),
  revision    int NOT NULL DEFAULT 1,
  edition     int NOT NULL DEFAULT 0,   -- the one that is answered; 0: none yet
  questions   int NOT NULL DEFAULT 0,   -- codes given out: q1 … are never given twice
  updated     timestamptz NOT NULL DEFAULT now(),
  editor_id   bigint,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, editor_id) REFERENCES staff
);
CALL wall('questionnaire');

-- A question, in the order of place.
CREATE TABLE question (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  questionnaire_id bigint NOT NULL,
  code        text NOT NULL CHECK (code ~ '^q[1-9][0-9]{0,3}$'),
  place       int NOT NULL,
  kind        text NOT NULL CHECK (kind IN
              ('single', 'multi', 'text', 'long', 'number', 'date', 'time', 'scale', 'rank', 'matrix',
               'address', 'map', 'file', 'note', 'consent')),
  required    boolean NOT NULL DEFAULT true,
  texts       jsonb NOT NULL DEFAULT '{}',
  choices     jsonb NOT NULL DEFAULT '[]',
  settings    jsonb NOT NULL DEFAULT '{}',
  show        jsonb,                    -- a condition; NULL: always
  jumps       jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire ON DELETE CASCADE,
  UNIQUE (tenant_id, questionnaire_id, code),
  UNIQUE (tenant_id, questionnaire_id, place) DEFERRABLE INITIALLY DEFERRED
);
CALL wall('question');

-- What was published and is answered: a document that never changes.  A correction of
-- spelling makes a new edition with the same meaning, which the row says.
CREATE TABLE questionnaire_edition (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  questionnaire_id bigint NOT NULL,
  edition     int NOT NULL,
  document    jsonb NOT NULL,
  spelling    boolean NOT NULL DEFAULT false,
  reason      text NOT NULL DEFAULT '' CHECK (length(reason) <= 300),
  staff_id    bigint NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, questionnaire_id, edition),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('questionnaire_edition');

-- One complete set of answers.  The id is random, so that it tells nothing about order.
-- person is set only where the questionnaire is answered by name; right_hash is the hash
-- of the spent right to answer once, which is joined with nobody (docs/secrecy.md).
CREATE TABLE response (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  questionnaire_id bigint NOT NULL,
  edition     int NOT NULL,
  number      text NOT NULL,            -- 受付番号
  language    text NOT NULL DEFAULT 'ja',
  way         text NOT NULL DEFAULT 'web' CHECK (way IN ('web', 'paper', 'phone', 'counter', 'import', 'api')),
  answers     jsonb NOT NULL,
  seconds     int,                      -- from the first page to the last; NULL: not known
  day         date NOT NULL DEFAULT (now() AT TIME ZONE 'Asia/Tokyo')::date,
  right_hash  bytea,
  citizen_id  bigint,
  receipt_hash bytea,                   -- of the link by which it may be changed
  staff_id    bigint,                   -- who entered it for somebody
  counted     boolean NOT NULL DEFAULT false, -- is in the tallies
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, questionnaire_id, edition) REFERENCES questionnaire_edition,
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE SET NULL (citizen_id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('response');
CREATE UNIQUE INDEX response_number ON response (tenant_id, questionnaire_id, number);
CREATE UNIQUE INDEX response_once ON response (tenant_id, questionnaire_id, right_hash) WHERE right_hash IS NOT NULL;
CREATE UNIQUE INDEX response_person ON response (tenant_id, questionnaire_id, citizen_id) WHERE citizen_id IS NOT NULL;
CREATE UNIQUE INDEX response_receipt ON response (tenant_id, receipt_hash) WHERE receipt_hash IS NOT NULL;
CREATE INDEX response_uncounted ON response (tenant_id, questionnaire_id) WHERE NOT counted;

-- 途中保存: what somebody has answered so far, sealed under the key of the tenant and
-- found by the hash of the token in the link or cookie.  Gone after thirty days.
CREATE TABLE response_draft (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  questionnaire_id bigint NOT NULL,
  edition     int NOT NULL,
  sealed      bytea NOT NULL,
  reached     text NOT NULL DEFAULT '', -- the code of the question last shown: where people leave
  begun       timestamptz NOT NULL DEFAULT now(),
  ends        timestamptz NOT NULL DEFAULT now() + interval '30 days',
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, questionnaire_id, edition) REFERENCES questionnaire_edition
);
CALL wall('response_draft');
CREATE INDEX response_draft_of ON response_draft (tenant_id, questionnaire_id, reached);
CREATE INDEX response_draft_ends ON response_draft (ends);
