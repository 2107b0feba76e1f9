-- One person, several channels: who is reached by which, calls that carry many people,
-- and reaching until somebody says that they saw it.

-- reach: the channels on which the person has an address that works, the one they
-- like best first.  contact_reach() keeps it, so that planning reads one table.
-- channels: the order that they chose; those that are not in it follow in the usual order.
-- quiet: from and to, by the clock of Japan; what is not 命を守る情報 waits for its end.
ALTER TABLE citizen ADD reach text[] NOT NULL DEFAULT '{}';
ALTER TABLE citizen ADD channels text[] NOT NULL DEFAULT '{}'
  CHECK (channels <@ ARRAY['line', 'webpush', 'email', 'sms']);
ALTER TABLE citizen ADD quiet_from time CHECK (extract(minute FROM quiet_from) IN (0, 30) AND extract(second FROM quiet_from) = 0);
ALTER TABLE citizen ADD quiet_to time CHECK (extract(minute FROM quiet_to) IN (0, 30) AND extract(second FROM quiet_to) = 0);
ALTER TABLE citizen ADD CHECK ((quiet_from IS NULL) = (quiet_to IS NULL));
UPDATE citizen SET reach = '{email}' WHERE by_email;
ALTER TABLE citizen DROP COLUMN by_email;
-- All that audience() asks for, without a look into the table: a million are counted
-- while somebody waits for the page.
CREATE INDEX citizen_reach ON citizen (tenant_id, id)
  INCLUDE (reach, language, quiet_from, quiet_to, vital_only, districts, topics)
  WHERE state = 'active' AND reach <> '{}';

-- Reach until seen: [{"channel": "line", "wait": 10}, {"channel": "sms", "wait": 20}], minutes
-- to wait before the next; and what SMS of it may cost at most.
ALTER TABLE message ADD ladder jsonb CHECK (jsonb_typeof(ladder) = 'array' AND jsonb_array_length(ladder) BETWEEN 1 AND 8);
ALTER TABLE message ADD ladder_yen int CHECK (ladder_yen BETWEEN 0 AND 100000000);
ALTER TABLE message ADD step smallint NOT NULL DEFAULT 1;        -- the last that was planned
ALTER TABLE message ADD next_step timestamptz;                   -- when the next one is; NULL: none
CREATE INDEX message_next_step ON message (next_step) WHERE next_step IS NOT NULL;

-- language: of all members, where they share one call; '' where each has a letter.
-- parent: the batch that these members were in before.
-- first_try, body_hash: from then on neither members nor bytes change under this key.
-- doubt: a call of it may have been carried out, and nobody knows.
-- verdict … provider_id: the last word on a call that carries all members.
ALTER TABLE batch ADD step smallint NOT NULL DEFAULT 1;
ALTER TABLE batch ADD language text NOT NULL DEFAULT '';
ALTER TABLE batch ADD parent bigint;
ALTER TABLE batch ADD first_try timestamptz;
ALTER TABLE batch ADD body_hash bytea;
ALTER TABLE batch ADD doubt boolean NOT NULL DEFAULT false;
ALTER TABLE batch ADD calls int NOT NULL DEFAULT 0;
ALTER TABLE batch ADD verdict text CHECK (verdict IN ('accepted', 'later', 'refused', 'unknown'));
ALTER TABLE batch ADD code int;
ALTER TABLE batch ADD reason text;
ALTER TABLE batch ADD detail text;
ALTER TABLE batch ADD provider_id text;
UPDATE batch x SET parent = b.id FROM batch b
 WHERE b.tenant_id = x.tenant_id AND b.message_id = x.message_id AND b.channel = x.channel
   AND b.round = x.round AND b.try = x.try - 1 AND b.key = x.key;
DROP INDEX batch_once;
CREATE UNIQUE INDEX batch_once ON batch (tenant_id, message_id, channel, language, round, step, try, first);
DROP INDEX batch_due;
CREATE INDEX batch_due ON batch (tenant_id, channel, lane, due, id) WHERE state IN ('queued', 'sending');
GRANT SELECT (channel) ON batch TO chromo_directory;

-- What the gateway calls it, for receipts that come later, and what it cost (SMS).
ALTER TABLE delivery ADD provider_id text;
ALTER TABLE delivery ADD parts smallint;
CREATE INDEX delivery_provider ON delivery (tenant_id, provider_id) WHERE provider_id IS NOT NULL;

-- Letters go by other channels, too: a code by SMS.
ALTER TABLE letter ADD channel text NOT NULL DEFAULT 'email';
GRANT SELECT (channel) ON letter TO chromo_directory;

GRANT SELECT (next_step) ON message TO chromo_directory;
DROP POLICY directory ON message;
CREATE POLICY directory ON message FOR SELECT TO chromo_directory
  USING (state = 'approved' OR (state = 'sent' AND (told IS NULL OR told < finished)) OR next_step IS NOT NULL);

-- 「見ました」: how is the channel whose link or button was pressed.
CREATE TABLE seen (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  message_id  bigint NOT NULL,
  citizen_id  bigint NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  how         text NOT NULL CHECK (how IN ('link', 'line', 'webpush', 'sms', 'my')),
  PRIMARY KEY (tenant_id, message_id, citizen_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message
);
CALL wall('seen');

DROP INDEX IF EXISTS contact_beside;

-- Their successors take and give other things.
DROP FUNCTION IF EXISTS audience_by_email, audience_reach, batch_claim, batch_start, batch_record, ledger_person, letter_claim,
  message_plan, message_resend;
SET LOCAL ROLE chromo_directory;
DROP FUNCTION IF EXISTS courier_work, planner_work;
SET LOCAL ROLE chromo_owner;
