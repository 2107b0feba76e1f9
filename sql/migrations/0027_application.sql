-- Signing up: what is asked for, what was typed on the way, and what is told when.

ALTER TABLE event
  ADD COLUMN names text NOT NULL DEFAULT 'all' CHECK (names IN ('one', 'all')), -- of one who signs up, or of each who comes
  ADD COLUMN each text[] NOT NULL DEFAULT '{}',     -- codes of questions that each person answers for themselves
  ADD COLUMN reminder_hours int DEFAULT 24 CHECK (reminder_hours BETWEEN 1 AND 336), -- before the date; NULL: none
  ADD COLUMN thanks text NOT NULL DEFAULT '' CHECK (octet_length(thanks) <= 6000), -- after it, to those who came; '': none
  ADD COLUMN survey_id bigint,                      -- … and what they are asked then
  ADD COLUMN memo text NOT NULL DEFAULT '' CHECK (octet_length(memo) <= 6000), -- of staff, for staff
  ADD COLUMN call_off text NOT NULL DEFAULT '' CHECK (octet_length(call_off) <= 3000), -- why it does not take place
  ADD COLUMN copied_from bigint,
  ADD FOREIGN KEY (tenant_id, survey_id) REFERENCES survey,
  ADD FOREIGN KEY (tenant_id, copied_from) REFERENCES event;

-- person: {"name", "kana", "people": [{"name", "kana", "quotas": [ids], "answers"}]}.
-- contact: {"email", "phone"}.
-- due: when something is to be done about it next (application_due): somebody to be told
-- of their state, an offer to pass on, a reminder, thanks.  The planner looks at it alone.
ALTER TABLE application
  ADD COLUMN due timestamptz,
  ADD COLUMN why text CHECK (why IN ('person', 'staff', 'event')), -- who ended it
  ADD COLUMN reminded timestamptz,
  ADD COLUMN thanked timestamptz,
  ADD COLUMN changed timestamptz,
  ADD COLUMN memo text NOT NULL DEFAULT '' CHECK (octet_length(memo) <= 2000);
CREATE INDEX application_of_citizen ON application (tenant_id, citizen_id) WHERE citizen_id IS NOT NULL;
CREATE INDEX application_due ON application (due) WHERE due IS NOT NULL;
DROP INDEX application_untold;

-- What somebody has typed so far, sealed, found by the hash of the token in their cookie.
CREATE TABLE application_draft (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  event_id    bigint NOT NULL,
  sealed      bytea NOT NULL,
  ends        timestamptz NOT NULL DEFAULT now() + interval '1 day',
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, event_id) REFERENCES event ON DELETE CASCADE
);
CALL wall('application_draft');
CREATE INDEX application_draft_ends ON application_draft (tenant_id, ends);

-- What staff write to those who signed up: one letter each, by the state they are in.
CREATE TABLE event_notice (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  event_id    bigint NOT NULL,
  slot_id     bigint,                   -- NULL: of all dates
  states      text[] NOT NULL,
  subject     text NOT NULL CHECK (length(subject) BETWEEN 1 AND 100),
  body        text NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 20000),
  staff_id    bigint NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  sent        timestamptz,              -- all letters are written
  people      int NOT NULL DEFAULT 0,   -- applications it went to
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES event,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('event_notice');

-- Which application a letter is about: the ledger of an event is its letters.
ALTER TABLE letter
  ADD COLUMN application_id bigint,
  ADD COLUMN notice_id bigint,
  ADD FOREIGN KEY (tenant_id, application_id) REFERENCES application,
  ADD FOREIGN KEY (tenant_id, notice_id) REFERENCES event_notice;
CREATE INDEX letter_of_application ON letter (tenant_id, application_id, id) WHERE application_id IS NOT NULL;
CREATE UNIQUE INDEX letter_of_notice ON letter (tenant_id, notice_id, application_id) WHERE notice_id IS NOT NULL;

-- Which tenants have something due: found across the wall, which shows no more of an
-- application than that.
DROP POLICY directory ON application;
REVOKE SELECT (tenant_id, state, told, offer_until) ON application FROM chromo_directory;
CREATE POLICY directory ON application FOR SELECT TO chromo_directory USING (due IS NOT NULL);
GRANT SELECT (tenant_id, due) ON application TO chromo_directory;
CREATE POLICY directory ON event_notice FOR SELECT TO chromo_directory USING (sent IS NULL);
GRANT SELECT (tenant_id, sent) ON event_notice TO chromo_directory;
CREATE INDEX event_notice_unsent ON event_notice (tenant_id) WHERE sent IS NULL;
