-- Dates as people read them, in Japan's time.  令和 began on 2019-05-01 (元号を改
-- める政令, 平成31年政令第143号); earlier dates keep the western year alone.

-- 令和8年11月25日（水）
CREATE OR REPLACE FUNCTION wareki(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN d >= date '2019-05-01'
              THEN '令和' || CASE y - 2018 WHEN 1 THEN '元' ELSE (y - 2018)::text END
              ELSE y::text END
         || '年' || extract(month FROM d)::int || '月' || extract(day FROM d)::int || '日（'
         || substr('日月火水木金土', extract(dow FROM d)::int + 1, 1) || '）'
    FROM (SELECT (t AT TIME ZONE 'Asia/Tokyo')::date AS d) a,
         LATERAL (SELECT extract(year FROM d)::int AS y) b
$$;

-- 令和8年11月25日（水）10時05分
CREATE OR REPLACE FUNCTION wareki_time(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT wareki(t) || extract(hour FROM j)::int || '時' || to_char(j, 'MI') || '分'
    FROM (SELECT t AT TIME ZONE 'Asia/Tokyo' AS j) a
$$;

-- Wednesday, 25 November 2026
CREATE OR REPLACE FUNCTION western(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(t AT TIME ZONE 'Asia/Tokyo', 'FMDay, FMDD FMMonth YYYY') $$;

CREATE OR REPLACE FUNCTION western_time(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT western(t) || to_char(t AT TIME ZONE 'Asia/Tokyo', ', HH24:MI') $$;

-- For <time datetime>: 2026-11-25T10:05:00+09:00 (RFC 3339).
CREATE OR REPLACE FUNCTION rfc3339(t timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT to_char(t AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS') || '+09:00' $$;

-- A moment as every page takes it: {"datetime", "text", "date"}.
CREATE OR REPLACE FUNCTION moment(t timestamptz, lang text) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN t IS NOT NULL THEN jsonb_build_object(
           'datetime', rfc3339(t),
           'text', CASE lang WHEN 'ja' THEN wareki_time(t) ELSE western_time(t) END,
           'date', CASE lang WHEN 'ja' THEN wareki(t) ELSE western(t) END) END
$$;
