-- By which addresses a right was drawn, so that leaving and registering anew gives no second one.
-- No person, and no time; forgotten a month after the survey ended (right_mix()).
CREATE TABLE right_address (
  tenant_id    bigint NOT NULL DEFAULT current_tenant() REFERENCES tenant,
  survey_id    bigint NOT NULL,
  contact_hash bytea NOT NULL,          -- as contact.hash
  PRIMARY KEY (tenant_id, survey_id, contact_hash),
  FOREIGN KEY (tenant_id, survey_id) REFERENCES right_key ON DELETE CASCADE
);
CALL wall('right_address');
INSERT INTO right_address (tenant_id, survey_id, contact_hash)
SELECT d.tenant_id, d.survey_id, k.hash
  FROM right_drawn d JOIN contact k ON k.tenant_id = d.tenant_id AND k.citizen_id = d.citizen_id AND k.channel <> 'webpush'
    ON CONFLICT DO NOTHING;
