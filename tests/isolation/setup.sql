-- What every spec begins with: a town, an author and two approvers, four citizens
-- with an address, and two messages: 1 is being written, 2 was submitted.
-- Sessions of the specs are inside the town and take a role.
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS tenant \gset
SELECT set_config('chromo.tenant', :'tenant', false);
INSERT INTO department (name) VALUES ('広報課');
INSERT INTO staff (login, name, email, email_hash, state)
SELECT l, l, 'x', l::bytea, 'active' FROM unnest(ARRAY['author', 'first', 'second']) AS l;
INSERT INTO citizen (state, reach) SELECT 'active', '{email}' FROM generate_series(1, 4);
INSERT INTO contact (citizen_id, channel, address, hash, state)
SELECT id, 'email', 'x', id::text::bytea, 'active' FROM citizen;
INSERT INTO message (department_id, author_id, editor_id, subject, body, contact, audience, scheduled, valid_until, publish_until)
SELECT 1, 1, 1, '件名', '本文', '電話', 'everyone', true, now() + interval '1 day', now() + interval '30 days'
  FROM generate_series(1, 2);
INSERT INTO message_rendering (message_id, revision, channel, language, content)
SELECT id, revision, 'email', 'ja', '{}' FROM message;
UPDATE message SET state = 'pending', submitter_id = 1, hash = 'bytes' WHERE id = 2;
GRANT SELECT ON batch, delivery, message, approval TO PUBLIC;
