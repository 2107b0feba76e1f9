-- Surveys (アンケート): a questionnaire with a purpose, a period, a rule who may answer,
-- and results.

CREATE TABLE survey (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  questionnaire_id bigint NOT NULL,
  department_id bigint NOT NULL,
  author_id   bigint NOT NULL,
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'closed', 'published')),
  -- By language: {"ja": {"title", "purpose", "readers", "thanks"}}; "ja" is always there.
  texts       jsonb NOT NULL DEFAULT '{"ja": {"title": ""}}',
  contact     text NOT NULL DEFAULT '' CHECK (length(contact) <= 300),
  minutes     int CHECK (minutes BETWEEN 1 AND 120), -- 所要時間
  mode        text NOT NULL DEFAULT 'anyone' CHECK (mode IN ('anyone', 'once', 'named')),
  opens       timestamptz,              -- NULL: as soon as it is published
  closes      timestamptz,
  answers_max int CHECK (answers_max > 0), -- closes when so many have answered
  -- Quotas on any combination: [{"label", "when": condition, "max"}].
  quotas      jsonb NOT NULL DEFAULT '[]',
  changeable  boolean NOT NULL DEFAULT false, -- one's answer, by the link of the receipt
  listed      boolean NOT NULL DEFAULT true,  -- on /surveys; else by link only
  revision    int NOT NULL DEFAULT 1,
  actions     text NOT NULL DEFAULT '' CHECK (octet_length(actions) <= 20000), -- 市がすること
  created     timestamptz NOT NULL DEFAULT now(),
  updated     timestamptz NOT NULL DEFAULT now(),
  opened      timestamptz,
  closed      timestamptz,
  published   timestamptz,              -- the results
  copied_from bigint,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire,
  FOREIGN KEY (tenant_id, department_id) REFERENCES department,
  FOREIGN KEY (tenant_id, author_id) REFERENCES staff,
  FOREIGN KEY (tenant_id, copied_from) REFERENCES survey,
  UNIQUE (tenant_id, questionnaire_id)
);
CALL wall('survey');
CREATE INDEX survey_by_state ON survey (tenant_id, state, updated DESC);
