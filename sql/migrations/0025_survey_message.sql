-- A message that announces a survey, reminds of it, or tells of its results.  Never
-- changed: what an approver signed is what goes out.
CREATE TABLE survey_message (
  tenant_id   bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  message_id  bigint NOT NULL,
  survey_id   bigint NOT NULL,
  -- all of the message's audience; of them those who have not drawn a right or answered by
  -- name; those who have
  people      text NOT NULL CHECK (people IN ('all', 'rest', 'done')),
  personal    boolean NOT NULL,         -- the link in it is the person's own
  PRIMARY KEY (tenant_id, message_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, survey_id) REFERENCES survey ON DELETE CASCADE
);
CALL wall('survey_message');
