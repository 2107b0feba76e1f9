-- What 0008 was to carry over and did not: behind forced row level security its owner sees no
-- town's citizens either, so that nobody of an earlier database had a way to be reached.
-- Town by town, as everything is done.
DO $$
DECLARE
  t bigint;
BEGIN
  ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
  FOR t IN SELECT id FROM tenant ORDER BY id LOOP
    PERFORM enter_tenant(t, 'command');
    UPDATE citizen c SET reach = k.ways
      FROM (SELECT citizen_id,
                   array_agg(DISTINCT channel ORDER BY channel) AS ways
              FROM contact WHERE state = 'active' GROUP BY citizen_id) k
     WHERE c.id = k.citizen_id AND c.reach = '{}';
    UPDATE batch x SET parent = b.id FROM batch b
     WHERE b.message_id = x.message_id AND b.channel = x.channel AND b.round = x.round
       AND b.try = x.try - 1 AND b.key = x.key AND x.parent IS NULL;
  END LOOP;
  ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
END $$;
