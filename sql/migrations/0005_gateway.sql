-- Channels beside e-mail and the site: the town's accounts at gateways, what comes
-- back from them, and the addresses that citizens have there.

-- An account of the tenant at a gateway.  Of SMS there may be two: place 2 is where
-- the first one's messages go when it fails.
CREATE TABLE gateway (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  channel     text NOT NULL CHECK (channel IN ('line', 'sms', 'x', 'webpush')),
  kind        text NOT NULL CHECK ((channel, kind) IN
              (('line', 'line'), ('sms', 'karaden'), ('sms', 'twilio'), ('x', 'x'), ('webpush', 'vapid'))),
  place       smallint NOT NULL DEFAULT 1 CHECK (place = 1 OR (place = 2 AND channel = 'sms')),
  active      boolean NOT NULL DEFAULT false,
  url         text NOT NULL DEFAULT '' CHECK (length(url) <= 300), -- '': the provider's own
  settings    jsonb NOT NULL DEFAULT '{}',  -- what is no secret: numbers, rates, prices, caps
  secrets     bytea,                        -- JSON, sealed as "gateway.secrets"
  version     int NOT NULL DEFAULT 1,       -- grows with every change: programs keep what they read
  updated     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, channel, place)
);
CALL wall('gateway');

-- How it fares, as the couriers see it: for staff, and so that two couriers and a
-- restarted one know the same.  A breaker that is open lets nothing through.
CREATE TABLE gateway_health (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  gateway_id  bigint NOT NULL,
  breaker     text NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half_open')),
  reason      text,                         -- of the last failure: a key of the words
  failures    int NOT NULL DEFAULT 0,       -- in a row
  until       timestamptz,                  -- open: when it is tried again
  changed     timestamptz NOT NULL DEFAULT now(),
  delay_ms    int,                          -- how long answers take, smoothed
  accepted    bigint NOT NULL DEFAULT 0,    -- calls, ever
  failed      bigint NOT NULL DEFAULT 0,
  quota       bigint,                       -- what the provider allows this month; NULL: not told
  used        bigint,                       -- … and what is gone
  quota_at    timestamptz,
  PRIMARY KEY (tenant_id, gateway_id),
  FOREIGN KEY (tenant_id, gateway_id) REFERENCES gateway ON DELETE CASCADE
);
CALL wall('gateway_health');

-- What gateways call in: stored once by its own name, answered, and worked off later
-- (integrations.md 1.6, 18.1).  Sealed, because it holds people's numbers and words.
CREATE TABLE gateway_event (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  gateway_id  bigint NOT NULL,
  event_key   text NOT NULL CHECK (length(event_key) BETWEEN 1 AND 200),
  occurred    timestamptz,                  -- as the provider says
  received    timestamptz NOT NULL DEFAULT now(),
  sealed      bytea,                        -- JSON, sealed as "gateway_event.sealed"; NULL once done
  done        timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, gateway_id, event_key),
  FOREIGN KEY (tenant_id, gateway_id) REFERENCES gateway ON DELETE CASCADE
);
CALL wall('gateway_event');
CREATE INDEX gateway_event_open ON gateway_event (tenant_id, id) WHERE done IS NULL;

-- A citizen has one address a channel, but any number of devices for Web Push.  The
-- address of a device is {endpoint, p256dh, auth}; its hash is that of the endpoint.
ALTER TABLE contact DROP CONSTRAINT contact_channel_check;
ALTER TABLE contact ADD CONSTRAINT contact_channel_check CHECK (channel IN ('email', 'line', 'sms', 'webpush'));
ALTER TABLE contact DROP CONSTRAINT contact_tenant_id_citizen_id_channel_key;
CREATE UNIQUE INDEX contact_one ON contact (tenant_id, citizen_id, channel) WHERE channel <> 'webpush';
CREATE INDEX contact_of ON contact (tenant_id, citizen_id);
ALTER TABLE contact ADD label text NOT NULL DEFAULT '' CHECK (length(label) <= 100);  -- 「iPhone」

-- Which ways a message goes out.
ALTER TABLE message ADD by_line boolean NOT NULL DEFAULT false;
ALTER TABLE message ADD by_sms boolean NOT NULL DEFAULT false;
ALTER TABLE message ADD by_webpush boolean NOT NULL DEFAULT false;
ALTER TABLE message ADD by_x boolean NOT NULL DEFAULT false;
