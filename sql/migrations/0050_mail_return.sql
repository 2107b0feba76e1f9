-- Mails that came back after the server had taken them (app/domain/bounce.h): one of a kind
-- for each try.  Not what the far side wrote, which has addresses in it.
CREATE TABLE mail_return (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  message_id  bigint NOT NULL,
  citizen_id  bigint NOT NULL,
  round       smallint NOT NULL,            -- of the delivery
  kind        text NOT NULL CHECK (kind IN ('hard', 'suspended', 'full', 'soft', 'policy', 'complaint')),
  status      text NOT NULL DEFAULT '' CHECK (length(status) <= 11),  -- RFC 3463; '': it had none
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, citizen_id, message_id, round, kind),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('mail_return');
CREATE INDEX mail_return_at ON mail_return (tenant_id, at);

-- How the mail server fares that the installation has, as gateway_health is of the towns'
-- own accounts: one row, written by whoever has something to say.
CREATE TABLE mail_server (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  breaker     text NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half_open')),
  reason      text,
  failures    int NOT NULL DEFAULT 0,
  until       timestamptz,
  changed     timestamptz NOT NULL DEFAULT now(),
  delay_ms    int,
  accepted    bigint NOT NULL DEFAULT 0,
  failed      bigint NOT NULL DEFAULT 0
);
GRANT SELECT (breaker, delay_ms, accepted, failed) ON mail_server TO chromo_directory;
