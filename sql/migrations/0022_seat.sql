-- Seats of events: sub-quotas, applications that wait, offers, and the links in mails.

ALTER TABLE event
  ADD COLUMN once boolean NOT NULL DEFAULT false,   -- one application a person, by the address they confirmed
  ADD COLUMN waiting boolean NOT NULL DEFAULT true, -- キャンセル待ち
  ADD COLUMN in_order boolean NOT NULL DEFAULT false, -- a group that waits keeps smaller ones behind it waiting too
  ADD COLUMN offer_hours int CHECK (offer_hours BETWEEN 1 AND 336); -- NULL: a seat that comes free is theirs at once

-- A part of the seats of a date: 市内, 初めて, 車いす.  Changed under the lock of its date only.
CREATE TABLE event_quota (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  slot_id     bigint NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  capacity    int NOT NULL CHECK (capacity >= 0),
  taken       int NOT NULL DEFAULT 0 CHECK (taken >= 0),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slot_id, name),
  FOREIGN KEY (tenant_id, slot_id) REFERENCES event_slot ON DELETE CASCADE,
  CHECK (taken <= capacity)
);
CALL wall('event_quota');

-- quotas and claims belong together: of each quota so many seats.  contact is sealed
-- ("application.contact"), found by contact_hash; link_hash is that of the link in mails.
ALTER TABLE application
  DROP CONSTRAINT application_state_check,
  ADD CHECK (state IN ('applied', 'confirmed', 'waiting', 'offered', 'lost', 'cancelled', 'rejected', 'expired')),
  ADD COLUMN quotas bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN claims int[] NOT NULL DEFAULT '{}',
  ADD COLUMN contact bytea,
  ADD COLUMN contact_hash bytea,
  ADD COLUMN once_hash bytea,           -- contact_hash where the event is once a person
  ADD COLUMN link_hash bytea,
  ADD COLUMN language text NOT NULL DEFAULT 'ja',
  ADD COLUMN answers jsonb,             -- to the questions of the sign-up form
  ADD COLUMN edition int,
  ADD COLUMN offer_until timestamptz,
  ADD COLUMN told text,                 -- the state that the person was written last
  ADD CHECK ((state = 'offered') = (offer_until IS NOT NULL)),
  ADD CHECK ((state = 'waiting') = (waiting IS NOT NULL)),
  ADD CHECK (cardinality(quotas) = cardinality(claims));
CREATE UNIQUE INDEX application_link ON application (tenant_id, link_hash) WHERE link_hash IS NOT NULL;
CREATE UNIQUE INDEX application_once ON application (tenant_id, event_id, once_hash)
  WHERE once_hash IS NOT NULL AND state IN ('applied', 'confirmed', 'waiting', 'offered');
CREATE INDEX application_queue ON application (tenant_id, slot_id, waiting) WHERE state = 'waiting';
CREATE INDEX application_offer ON application (offer_until) WHERE state = 'offered';
CREATE INDEX application_untold ON application (tenant_id, id) WHERE told IS DISTINCT FROM state;
