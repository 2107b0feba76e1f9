-- Two mail servers, the second for when the first fails: a row of each.
ALTER TABLE mail_server DROP COLUMN one;
ALTER TABLE mail_server ADD COLUMN place smallint NOT NULL DEFAULT 1 PRIMARY KEY CHECK (place IN (1, 2));
GRANT SELECT (place) ON mail_server TO chromo_directory;

-- A town whose mails are refused for what they come from (5.7.x), while others' are taken: by
-- one of the servers (1, 2: courier/bar.c), or behind it, so that they came back (0: bounce_take).
CREATE TABLE mail_bar (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  place       smallint NOT NULL CHECK (place BETWEEN 0 AND 2),
  breaker     text NOT NULL CHECK (breaker IN ('closed', 'open', 'half_open')),
  until       timestamptz,
  changed     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, place)
);
CALL wall('mail_bar');
CREATE POLICY directory ON mail_bar FOR SELECT TO chromo_directory USING (true);
GRANT SELECT (tenant_id, place, breaker, until) ON mail_bar TO chromo_directory;

-- Letters to one person come back, too: as what (kinds of mail_return), whose address it was
-- (as contact.hash), and which link was in it, for one that nobody got is none (bounce_letter).
ALTER TABLE letter
  ADD back    text[] NOT NULL DEFAULT '{}',
  ADD back_at timestamptz,
  ADD hash    bytea,
  ADD link    bytea;
