-- The link to a ticket is the number with a code under the tenant's key (domain/application.c),
-- so that every later mail can name it: nothing is stored for it.
DROP INDEX application_link;
ALTER TABLE application DROP COLUMN link_hash;
