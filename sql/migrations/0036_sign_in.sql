-- An account at X by sign-in (OAuth 2.0) beside one of four keys.
ALTER TABLE gateway DROP CONSTRAINT gateway_check;
ALTER TABLE gateway ADD CONSTRAINT gateway_kinds CHECK ((channel, kind) IN
  (('line', 'line'), ('sms', 'karaden'), ('sms', 'twilio'), ('x', 'x'), ('x', 'x2'), ('webpush', 'vapid')));

-- Somebody was sent to the provider to sign in, and comes back with the state: one at a
-- time for an account, for ten minutes, once.
CREATE TABLE gateway_sign_in (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  gateway_id  bigint NOT NULL,
  version     int NOT NULL,                 -- of the account that it is for
  state       bytea NOT NULL,               -- SHA-256
  session     bytea NOT NULL,               -- SHA-256 of the cookie of whoever went
  sealed      bytea NOT NULL,               -- the verifier (RFC 7636), sealed as "gateway_sign_in.sealed"
  ends        timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, gateway_id),
  FOREIGN KEY (tenant_id, gateway_id) REFERENCES gateway ON DELETE CASCADE
);
CALL wall('gateway_sign_in');
