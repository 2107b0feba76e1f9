-- Results: what was answered, counted up as it comes in; who lives in the town; what was
-- given back.  Counting is done by sql/functions/tally.sql.

-- By which questions people are told apart: the codes of those that ask age and district.
-- '' : none does.  The row is also what whoever counts holds, one at a time.
CREATE TABLE tally_design (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  questionnaire_id bigint NOT NULL,
  age_code    text NOT NULL DEFAULT '',
  district_code text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, questionnaire_id),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire ON DELETE CASCADE
);
CALL wall('tally_design');

-- A set of answers that are counted together: 'all' of them, those of a 'day', and of a
-- 'group' that is alike in district, age, language and way.  Every answer is in one of each.
CREATE TABLE tally_cell (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  questionnaire_id bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('all', 'day', 'group')),
  day         date NOT NULL DEFAULT '-infinity',
  district    text NOT NULL DEFAULT '', -- a choice, or the id of a district; '': not known
  age         text NOT NULL DEFAULT '', -- a choice, or the first year of ten
  language    text NOT NULL DEFAULT '',
  way         text NOT NULL DEFAULT '',
  n           bigint NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES tally_design ON DELETE CASCADE,
  UNIQUE (tenant_id, questionnaire_id, kind, day, district, age, language, way)
);
CALL wall('tally_cell');

-- How many of a cell gave an answer.  item, by kind of question (tally_items()): a choice;
-- row:choice; place:choice; a number; ''  where only that there was an answer counts.
CREATE TABLE tally (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  cell_id     bigint NOT NULL,
  code        text NOT NULL,            -- of the question; '#': seconds that it took, by five
  item        text NOT NULL,
  n           bigint NOT NULL,
  total       numeric NOT NULL DEFAULT 0, -- sum of numbers
  PRIMARY KEY (tenant_id, cell_id, code, item),
  FOREIGN KEY (tenant_id, cell_id) REFERENCES tally_cell ON DELETE CASCADE
);
CALL wall('tally');

-- 住民基本台帳人口: how many live where, by age; both ends are in it, to_age 150 is "and over".
CREATE TABLE population (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  district_id bigint NOT NULL,
  from_age    int NOT NULL CHECK (from_age BETWEEN 0 AND 150),
  to_age      int NOT NULL CHECK (to_age BETWEEN from_age AND 150),
  people      int NOT NULL CHECK (people >= 0),
  PRIMARY KEY (tenant_id, district_id, from_age),
  FOREIGN KEY (tenant_id, district_id) REFERENCES district
);
CALL wall('population');

CREATE TABLE population_file (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  as_of       date NOT NULL,
  people      bigint NOT NULL,
  loaded      timestamptz NOT NULL DEFAULT now(),
  staff_id    bigint NOT NULL,
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('population_file');

-- What staff make of free texts.
CREATE TABLE response_tag (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  response_id uuid NOT NULL,
  questionnaire_id bigint NOT NULL,
  code        text NOT NULL,
  tag         text NOT NULL CHECK (tag <> '' AND length(tag) <= 40),
  PRIMARY KEY (tenant_id, response_id, code, tag),
  FOREIGN KEY (tenant_id, response_id) REFERENCES response ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, questionnaire_id) REFERENCES questionnaire
);
CALL wall('response_tag');
CREATE INDEX response_tag_of ON response_tag (tenant_id, questionnaire_id, code, tag);

-- Results as they were published: page, CSV and JSON are made of this and nothing else.
CREATE TABLE result_publication (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id   bigint NOT NULL,
  document    jsonb NOT NULL,
  at          timestamptz NOT NULL DEFAULT now(),
  staff_id    bigint NOT NULL,
  PRIMARY KEY (tenant_id, survey_id),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('result_publication');

-- Files that are made of all answers, in the background; gone after a day.
CREATE TABLE export (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  survey_id   bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('csv', 'xlsx')),
  labels      boolean NOT NULL DEFAULT false, -- choices in words instead of codes
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'done', 'failed', 'gone')),
  written     bigint NOT NULL DEFAULT 0,      -- answers so far
  answers     bigint NOT NULL DEFAULT 0,      -- in all, as far as is known
  bytes       bigint NOT NULL DEFAULT 0,
  lease       timestamptz,
  created     timestamptz NOT NULL DEFAULT now(),
  finished    timestamptz,
  staff_id    bigint NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES staff
);
CALL wall('export');
CREATE INDEX export_due ON export (tenant_id, created) WHERE state IN ('waiting', 'working');
