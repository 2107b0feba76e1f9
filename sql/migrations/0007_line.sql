-- LINE: what links a citizen to their account there.

-- A code that is typed into the chat, or a nonce that LINE brings back; by its keyed
-- hash.  Of somebody who is no citizen yet, choice is what they chose in 登録, sealed as
-- "line_link.choice".
CREATE TABLE line_link (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  hash        bytea NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('code', 'nonce')),
  citizen_id  bigint,
  choice      bytea,
  ends        timestamptz NOT NULL,
  used        timestamptz,
  opened      timestamptz,               -- マイページ was opened by it
  PRIMARY KEY (tenant_id, hash),
  CHECK (citizen_id IS NOT NULL OR choice IS NOT NULL),
  FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE CASCADE
);
CALL wall('line_link');
CREATE INDEX line_link_old ON line_link (tenant_id, ends);
CREATE INDEX line_link_of ON line_link (tenant_id, citizen_id);

-- When the far side last said whether the person can be reached there: what it says
-- comes out of order.
ALTER TABLE contact ADD reached timestamptz;
