-- Dates as people read them (sql/functions/calendar.sql).
SELECT no_plan();

SELECT is(wareki('2026-11-25 10:05+09'), '令和8年11月25日（水）', 'a day');
SELECT is(wareki('2026-11-25 15:00+00'), '令和8年11月26日（木）', 'in Japan it is tomorrow already');
SELECT is(wareki('2020-02-29 00:00+09'), '令和2年2月29日（土）', 'a leap day');
SELECT is(wareki('2019-12-31 23:59:59+09'), '令和元年12月31日（火）', 'the first year has no number');
SELECT is(wareki('2019-05-01 00:00+09'), '令和元年5月1日（水）', 'its first moment');
SELECT is(wareki('2019-04-30 23:59:59+09'), '2019年4月30日（火）', 'and the one before, without an era');
SELECT is(wareki_time('2026-11-25 00:05+09'), '令和8年11月25日（水）0時05分', 'a moment');
SELECT is(wareki_time('2026-11-25 13:30+09'), '令和8年11月25日（水）13時30分', 'one after noon');
SELECT is(western('2026-11-25 10:05+09'), 'Wednesday, 25 November 2026', 'a day in English');
SELECT is(western_time('2026-11-25 00:05+09'), 'Wednesday, 25 November 2026, 00:05', 'a moment in English');
SELECT is(rfc3339('2026-11-25 15:00:07.6+00'), '2026-11-26T00:00:07+09:00', 'for machines');
SELECT is(moment('2026-11-25 10:05+09', 'ja'), '{"datetime": "2026-11-25T10:05:00+09:00",
  "text": "令和8年11月25日（水）10時05分", "date": "令和8年11月25日（水）"}'::jsonb, 'all of it');
SELECT is(moment('2026-11-25 10:05+09', 'en') ->> 'date', 'Wednesday, 25 November 2026', 'all of it in English');
SELECT is(moment(NULL, 'ja'), NULL, 'no moment');

-- Calls would show with their names.
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
    plan := plan || line || E'\n';
  END LOOP;
  RETURN plan;
END $$;
SELECT unalike(pg_temp.plan(format('SELECT %s FROM message', f)), '%' || split_part(f, '(', 1) || '(%',
               f || ' is written into the query')
  FROM unnest(ARRAY['wareki(published)', 'wareki_time(published)', 'western(published)', 'western_time(published)',
                    'rfc3339(published)', 'moment(published, ''ja'')', 'message_time(published, ''en'')']) AS f;

SELECT * FROM finish();
