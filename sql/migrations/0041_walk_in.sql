-- People at the door without application take seats (functions/walk_in.sql).  Of people:
-- seats of the date that they have, and over, how many have none (人数超過).  quotas, claims
-- and held belong together: of each quota so many are claimed, and so many are had.  Whoever
-- came in before this has neither.
ALTER TABLE checkin
  ADD COLUMN seats int NOT NULL DEFAULT 0 CHECK (seats >= 0),
  ADD COLUMN over int NOT NULL DEFAULT 0 CHECK (over >= 0),
  ADD COLUMN quotas bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN claims int[] NOT NULL DEFAULT '{}',
  ADD COLUMN held int[] NOT NULL DEFAULT '{}',
  ADD CHECK (seats + over <= people),
  ADD CHECK (application_id IS NULL OR seats + over = 0 AND quotas = '{}'),
  ADD CHECK (cardinality(quotas) = cardinality(claims) AND cardinality(quotas) = cardinality(held));
-- Who is in without a seat.
CREATE INDEX checkin_over ON checkin (tenant_id, slot_id) WHERE over > 0 OR held <> claims;
