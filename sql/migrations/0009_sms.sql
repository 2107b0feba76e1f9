-- SMS: what became of it at the far end, what a month costs, and numbers proved by a code.

-- A yes of the gateway is not the end: hours later it tells whether the phone got it.
ALTER TABLE delivery ADD receipt text CHECK (receipt IN ('delivered', 'undelivered'));
ALTER TABLE delivery ADD receipt_at timestamptz;
CREATE INDEX delivery_undelivered ON delivery (tenant_id, message_id) WHERE receipt = 'undelivered';

-- A receipt that comes in before the courier has written down what it is of.
CREATE TABLE sms_early (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  provider_id text NOT NULL CHECK (length(provider_id) BETWEEN 1 AND 80),
  receipt     text NOT NULL CHECK (receipt IN ('delivered', 'undelivered')),
  reason      text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider_id)
);
CALL wall('sms_early');
CREATE INDEX sms_early_old ON sms_early (tenant_id, at);

-- Parts of SMS in a month of Japan: those that are paid for, and those under way.
CREATE TABLE sms_month (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  month       date NOT NULL CHECK (extract(day FROM month) = 1),
  parts       bigint NOT NULL DEFAULT 0 CHECK (parts >= 0),
  PRIMARY KEY (tenant_id, month)
);
CALL wall('sms_month');

-- A code on its way to the phone of somebody who typed its number: one for a browser,
-- five tries, ten minutes (safety.md R15).
CREATE TABLE phone_code (
  tenant_id    bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  browser      bytea NOT NULL,              -- SHA-256 of a random cookie
  purpose      text NOT NULL CHECK (purpose IN ('add', 'confirm', 'my')),
  contact_hash bytea NOT NULL,              -- of the number, as in contact.hash
  code         bytea NOT NULL,              -- keyed hash of browser and code
  sealed       bytea NOT NULL,              -- JSON {phone, choice}: what a right code leads to
  tries        smallint NOT NULL DEFAULT 0,
  ends         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, browser)
);
CALL wall('phone_code');
CREATE INDEX phone_code_old ON phone_code (tenant_id, ends);
