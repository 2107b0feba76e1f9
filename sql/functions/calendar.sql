-- Dates as people read them, in Japan's time.  令和 began on 2019-05-01 (元号を改
-- める政令, 平成31年政令第143号); earlier dates keep the western year alone.
--
-- Lists call these for each row.  Every one is a single expression and STABLE (to_char
-- is), so that the planner writes it into the query: as calls they take a hundred times
-- as long.  tests/db/calendar.sql looks that it stays so.

-- 令和8年11月25日（水）
CREATE OR REPLACE FUNCTION wareki(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN t < timestamptz '2019-05-01 00:00+09'
              THEN date_part('year', t AT TIME ZONE 'Asia/Tokyo')::int::text
              WHEN t < timestamptz '2020-01-01 00:00+09' THEN '令和元'
              ELSE '令和' || (date_part('year', t AT TIME ZONE 'Asia/Tokyo')::int - 2018) END
         || to_char(t AT TIME ZONE 'Asia/Tokyo', '"年"FMMM"月"FMDD"日（"')
         || substr('日月火水木金土', date_part('dow', t AT TIME ZONE 'Asia/Tokyo')::int + 1, 1) || '）'
$$;

-- 令和8年11月25日（水）10時05分
CREATE OR REPLACE FUNCTION wareki_time(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT wareki(t) || to_char(t AT TIME ZONE 'Asia/Tokyo', 'FMHH24"時"MI"分"') $$;

-- Wednesday, 25 November 2026
CREATE OR REPLACE FUNCTION western(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(t AT TIME ZONE 'Asia/Tokyo', 'FMDay, FMDD FMMonth YYYY') $$;

CREATE OR REPLACE FUNCTION western_time(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(t AT TIME ZONE 'Asia/Tokyo', 'FMDay, FMDD FMMonth YYYY, HH24:MI') $$;

-- For <time datetime>: 2026-11-25T10:05:00+09:00 (RFC 3339).
CREATE OR REPLACE FUNCTION rfc3339(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(t AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"') $$;

-- A moment as every page takes it: {"datetime", "text", "date"}.
CREATE OR REPLACE FUNCTION moment(t timestamptz, lang text) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN t IS NOT NULL THEN jsonb_build_object(
           'datetime', rfc3339(t),
           'text', CASE lang WHEN 'ja' THEN wareki_time(t) ELSE western_time(t) END,
           'date', CASE lang WHEN 'ja' THEN wareki(t) ELSE western(t) END) END
$$;
