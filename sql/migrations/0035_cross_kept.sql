-- Cross-tables of two questions over very many answers: counted by the courier's clerk when
-- somebody asks, and kept until there are more answers.
CREATE TABLE cross_kept (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  questionnaire_id bigint NOT NULL,
  first       text NOT NULL,            -- keys of its sides (domain/cross.h)
  second      text NOT NULL,
  sides       text[] NOT NULL CHECK (cardinality(sides) = 6), -- kind, row, code of both (cross_items())
  waiting     boolean NOT NULL DEFAULT true,
  asked       timestamptz NOT NULL DEFAULT now(),
  made        timestamptz,              -- NULL: never yet
  people      bigint NOT NULL DEFAULT 0, -- counted answers when it was made
  cells       jsonb NOT NULL DEFAULT '[]', -- [{"a": item, "b": item, "n": how many}]
  PRIMARY KEY (tenant_id, questionnaire_id, first, second),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire ON DELETE CASCADE
);
CALL wall('cross_kept');
CREATE INDEX cross_kept_due ON cross_kept (tenant_id, asked) WHERE waiting;
