-- Whose answer it is, by each clerk who typed it (where one answers by name).

ALTER TABLE paper_entry
  ADD COLUMN citizen_id bigint,
  ADD COLUMN second_citizen bigint,
  ADD FOREIGN KEY (tenant_id, citizen_id) REFERENCES citizen ON DELETE SET NULL (citizen_id),
  ADD FOREIGN KEY (tenant_id, second_citizen) REFERENCES citizen ON DELETE SET NULL (second_citizen);
