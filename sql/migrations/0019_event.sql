-- Events (イベント): what happens when and where, and who signed up.  The ground that
-- sign-up (seats, waiting lists, offers), lottery, check-in and calendar stand on.

CREATE TABLE event (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  department_id bigint NOT NULL,
  author_id   bigint NOT NULL,
  questionnaire_id bigint,              -- the sign-up form beyond names and contact
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'cancelled', 'ended')),
  -- By language: {"ja": {"title", "text", "target", "fee", "bring"}}; "ja" is always there.
  texts       jsonb NOT NULL DEFAULT '{"ja": {"title": ""}}' CHECK (texts ? 'ja'),
  category    text NOT NULL DEFAULT '' CHECK (length(category) <= 100), -- イベント種類
  district_id bigint,                   -- NULL: for the whole town
  place       text NOT NULL DEFAULT '' CHECK (length(place) <= 200),
  address     text NOT NULL DEFAULT '' CHECK (length(address) <= 300),
  latitude    numeric(9, 6) CHECK (latitude BETWEEN -90 AND 90),
  longitude   numeric(9, 6) CHECK (longitude BETWEEN -180 AND 180),
  access      text NOT NULL DEFAULT '' CHECK (length(access) <= 1000), -- how to get there, バリアフリー
  organiser   text NOT NULL DEFAULT '' CHECK (length(organiser) <= 200),
  contact     text NOT NULL DEFAULT '' CHECK (length(contact) <= 300),
  free        boolean NOT NULL DEFAULT true,
  childcare   boolean NOT NULL DEFAULT false, -- 託児
  sign_language boolean NOT NULL DEFAULT false, -- 手話
  online      boolean NOT NULL DEFAULT false,
  -- How seats are given: no sign-up, 先着, 抽選, 承認制.
  rule        text NOT NULL DEFAULT 'none' CHECK (rule IN ('none', 'first', 'lottery', 'approval')),
  opens       timestamptz,              -- sign-up
  closes      timestamptz CHECK (closes > opens),
  group_max   int NOT NULL DEFAULT 1 CHECK (group_max BETWEEN 1 AND 50), -- people in one application
  listed      boolean NOT NULL DEFAULT true, -- on /events; else by link only
  sequence    int NOT NULL DEFAULT 0,   -- grows with each change that calendars must learn of
  source      jsonb,                    -- what an imported file said, all of it (domain/opendata.h)
  source_key  text,                     -- which entry of which file: reading it again updates
  created     timestamptz NOT NULL DEFAULT now(),
  updated     timestamptz NOT NULL DEFAULT now(),
  published   timestamptz,
  cancelled   timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, department_id) REFERENCES department,
  FOREIGN KEY (tenant_id, author_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, district_id) REFERENCES district,
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire,
  UNIQUE (tenant_id, source_key),
  CHECK (state <> 'cancelled' OR cancelled IS NOT NULL)
);
CALL wall('event');
CREATE INDEX event_by_state ON event (tenant_id, state, updated DESC);

-- A date, with its seats.  taken never passes capacity: whoever takes seats does it by
-- UPDATE … WHERE taken + n <= capacity under the row's lock, and this CHECK is behind it.
CREATE TABLE event_slot (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  event_id    bigint NOT NULL,
  begins      timestamptz NOT NULL,
  ends        timestamptz NOT NULL,
  days        boolean NOT NULL DEFAULT false, -- whole days; ends is the midnight behind the last
  capacity    int CHECK (capacity >= 0), -- NULL: no limit
  taken       int NOT NULL DEFAULT 0 CHECK (taken >= 0),
  cancelled   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, event_id, id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES event ON DELETE CASCADE,
  CHECK (ends >= begins),
  CHECK (taken <= capacity)
);
CALL wall('event_slot');
CREATE INDEX event_slot_by_time ON event_slot (tenant_id, begins, event_id);

-- One sign-up of one or several people.  person is sealed ("application.person"):
-- {"name", "kana", "people": ["…"]}.
CREATE TABLE application (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  event_id    bigint NOT NULL,
  slot_id     bigint NOT NULL,
  number      text NOT NULL CHECK (number ~ '^[A-Z0-9-]{4,24}$'), -- 受付番号, random
  people      int NOT NULL CHECK (people BETWEEN 1 AND 50),
  state       text NOT NULL CHECK (state IN ('applied', 'confirmed', 'waiting', 'offered', 'lost', 'cancelled')),
  priority    int NOT NULL DEFAULT 0 CHECK (priority >= 0), -- lottery: 0 goes before 1
  wins        int NOT NULL DEFAULT 0 CHECK (wins >= 0), -- 当選歴 when the list was closed
  waiting     int CHECK (waiting > 0),  -- order among those who wait
  person      bytea NOT NULL,
  citizen_id  bigint,
  channel     text NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'phone', 'counter', 'import')),
  staff_id    bigint,                   -- who entered it for somebody (代理申込)
  created     timestamptz NOT NULL DEFAULT now(),
  cancelled   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, event_id, slot_id) REFERENCES event_slot (tenant_id, event_id, id),
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE SET NULL (citizen_id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('application');
CREATE INDEX application_by_slot ON application (tenant_id, event_id, slot_id, state);

-- A lottery of one slot (docs/lottery.md).  The seed is sealed ("lottery.seed") until it
-- is drawn; then it stands in the record.
CREATE TABLE lottery (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  slot_id     bigint NOT NULL,
  rule        jsonb NOT NULL,           -- {"history", "lots", "strict"}
  source      text NOT NULL CHECK (length(source) BETWEEN 1 AND 300), -- which public value
  value_day   date NOT NULL,            -- of which day
  commitment  text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
  seed        bytea NOT NULL,
  committed   timestamptz NOT NULL DEFAULT now(),
  list        jsonb,                    -- as domain/lottery.h has it, once it is closed
  list_hash   text,
  closed      timestamptz,
  record      jsonb,
  drawn       timestamptz,
  staff_id    bigint,
  PRIMARY KEY (tenant_id, slot_id),
  FOREIGN KEY (tenant_id, slot_id) REFERENCES event_slot ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff,
  CHECK ((list IS NULL) = (closed IS NULL)),
  CHECK (record IS NULL OR list IS NOT NULL)
);
CALL wall('lottery');

-- What happened at the doors (受付).  id is made by the device, so that what is sent
-- twice is there once; at is the device's time, taken its own when it was without network.
CREATE TABLE checkin (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          uuid NOT NULL,
  event_id    bigint NOT NULL,
  slot_id     bigint NOT NULL,
  application_id bigint,                -- NULL: somebody without application (当日参加)
  people      int NOT NULL CHECK (people BETWEEN 1 AND 50),
  door        text NOT NULL DEFAULT '' CHECK (length(door) <= 40), -- 北口
  device      text NOT NULL DEFAULT '' CHECK (length(device) <= 40),
  at          timestamptz NOT NULL DEFAULT now(),
  received    timestamptz NOT NULL DEFAULT now(),
  staff_id    bigint,                   -- NULL: by a link for the door
  again       boolean NOT NULL DEFAULT false, -- they were in already: a double entry, counted once
  undone      timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, event_id, slot_id) REFERENCES event_slot (tenant_id, event_id, id),
  FOREIGN KEY (tenant_id, application_id) REFERENCES application,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('checkin');
-- In once: whoever comes second at two doors gets the conflict.
CREATE UNIQUE INDEX checkin_once ON checkin (tenant_id, application_id)
  WHERE application_id IS NOT NULL AND undone IS NULL AND NOT again;
CREATE INDEX checkin_by_event ON checkin (tenant_id, event_id, at);

-- A link for one door of one event, for people without the portal.
CREATE TABLE door (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,           -- SHA-256 of the token
  event_id    bigint NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
  staff_id    bigint NOT NULL,
  created     timestamptz NOT NULL DEFAULT now(),
  ends        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, event_id) REFERENCES event ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('door');
