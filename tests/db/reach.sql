-- Who is reached by which way: a person once, by the way they like best of those taken.
SELECT no_plan();

BEGIN;
SELECT tenant_create('city', NULL, 'みなと市', 'Minato', 'minato.example', 'a@minato.example', '') AS here \gset
INSERT INTO topic (name, vital) VALUES ('命を守る情報', true), ('子育て', false);

-- A citizen with these channels, each confirmed.
CREATE FUNCTION born(p_channels text[], p_vital_only boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE c bigint;
BEGIN
  INSERT INTO citizen (state, vital_only) VALUES ('active', p_vital_only) RETURNING id INTO c;
  INSERT INTO contact (citizen_id, channel, address, hash, state)
  SELECT c, ch, 'x', convert_to(ch || c, 'UTF8'), 'active' FROM unnest(p_channels) AS ch;
  RETURN c;
END $$;
SELECT count(born('{email}', false)) FROM generate_series(1, 6);
SELECT count(born('{email,line}', false)) FROM generate_series(1, 7);
SELECT count(born('{sms}', true)) FROM generate_series(1, 5);
SELECT born('{webpush}', false) AS device \gset
INSERT INTO contact (citizen_id, channel, address, hash, state) VALUES (:device, 'webpush', 'y', 'second device', 'active');

CREATE FUNCTION split(p_ways text[], p_topics bigint[]) RETURNS jsonb LANGUAGE sql AS
$$ SELECT audience_split('everyone', '{}', p_topics, p_ways, 'ja') $$;

SELECT is(split('{email}', '{}')->>'count', '13', 'by mail all who have mail');
SELECT is(split('{email,line}', '{}')->>'count', '13', 'a person with two ways counts once');
SELECT is((SELECT string_agg(w->>'way' || ' ' || (w->>'count'), ', ' ORDER BY w->>'way') FROM jsonb_array_elements(split('{email,line}', '{}')->'ways') w),
          'email 6, line 7', 'and by the way that they like best');
SELECT is(split('{line}', '{}')->>'count', '7', 'who has only mail is not reached by LINE');
SELECT is(split('{webpush}', '{}')->>'count', '1', 'two devices are one person');
SELECT is(split('{webpush}', '{}')->>'few', 'true', 'who is not counted out');
SELECT is(split('{webpush}', '{}')->>'number', NULL, 'nor is there a number');
SELECT is(split('{sms}', '{}')->>'none', 'true', 'who wants only what saves lives gets nothing else');
SELECT is(split('{sms}', ARRAY(SELECT id FROM topic WHERE vital))->>'count', '5', 'but that');
SELECT is(split('{}', '{}')->>'count', '0', 'no way, nobody');
SELECT is(split('{}', '{}')->'able'->'line'->>'count', '7', 'what would be possible is there all the same');
SELECT is(split('{email}', '{}')->'able'->'sms'->>'none', 'true', 'for each way');
SELECT is(reach_number(n)->>'number', said, n || ' is said as ' || coalesce(said, 'nothing'))
  FROM (VALUES (4, NULL), (5, '5'), (999, '999'), (1000, '1,000'), (12345, '12,300'), (3770000, '3,770,000')) AS x (n, said);
COMMIT;

SELECT * FROM finish();
