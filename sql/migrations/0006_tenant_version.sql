-- What a worker may remember of a town, and how it learns that this is out of date.

-- Changes with every name that public pages show and workers remember (domain/tenant.h):
-- the town's own, its departments', its topics'.  From a sequence, so that a host which
-- is taken away and given again never has a number that it had before.
CREATE SEQUENCE tenant_host_version;
ALTER TABLE tenant_host ADD version bigint NOT NULL DEFAULT nextval('tenant_host_version');

-- The list that everybody opens, from the index alone.
DROP INDEX message_on_site;
CREATE INDEX message_on_site ON message (tenant_id, published DESC, id DESC)
  INCLUDE (publish_until, department_id, subject, topics)
  WHERE on_site AND state IN ('sending', 'sent');
