-- When something is, as people read it: 令和8年12月5日（土）10時00分から11時30分, or of whole
-- days 令和8年12月5日（土）から令和8年12月7日（月）.  ends is the midnight behind the last day.
CREATE OR REPLACE FUNCTION slot_text(begins timestamptz, ends timestamptz, days boolean, lang text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN lang = 'ja'
    THEN CASE WHEN days AND ends - begins <= interval '1 day' THEN wareki(begins)
              WHEN days THEN wareki(begins) || 'から' || wareki(ends - interval '1 day')
              WHEN ends = begins THEN wareki_time(begins)
              WHEN (begins AT TIME ZONE 'Asia/Tokyo')::date = (ends AT TIME ZONE 'Asia/Tokyo')::date
              THEN wareki_time(begins) || 'から' || to_char(ends AT TIME ZONE 'Asia/Tokyo', 'FMHH24"時"MI"分"')
              ELSE wareki_time(begins) || 'から' || wareki_time(ends) END
    ELSE CASE WHEN days AND ends - begins <= interval '1 day' THEN western(begins)
              WHEN days THEN western(begins) || ' to ' || western(ends - interval '1 day')
              WHEN ends = begins THEN western_time(begins)
              WHEN (begins AT TIME ZONE 'Asia/Tokyo')::date = (ends AT TIME ZONE 'Asia/Tokyo')::date
              THEN western_time(begins) || ' to ' || to_char(ends AT TIME ZONE 'Asia/Tokyo', 'HH24:MI')
              ELSE western_time(begins) || ' to ' || western_time(ends) END
  END
$$;

-- A text of an event in this language, or in Japanese.
CREATE OR REPLACE FUNCTION event_text(texts jsonb, lang text, key text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(texts -> lang ->> key, ''), nullif(texts -> 'ja' ->> key, '')) $$;

-- What is on the calendar, and since when a cancelled one is not any more.
CREATE OR REPLACE FUNCTION event_shown(state text, listed boolean, cancelled timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT listed AND (state IN ('open', 'ended') OR (state = 'cancelled' AND cancelled > now() - interval '30 days')) $$;

-- What a reader of the calendar narrowed it to: 0, '' or false is all.  One for the whole town is
-- in every district.
CREATE OR REPLACE FUNCTION event_asked(e event, district bigint, free boolean, childcare boolean, sign_language boolean, online boolean,
                                       words text, target text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (district = 0 OR e.district_id IS NULL OR e.district_id = district)
     AND (NOT free OR e.free) AND (NOT childcare OR e.childcare) AND (NOT sign_language OR e.sign_language) AND (NOT online OR e.online)
     AND (words = '' OR position(lower(words) IN lower(concat_ws(' ', e.texts -> 'ja' ->> 'title', e.texts -> 'ja' ->> 'target',
                                                                e.texts -> 'ja' ->> 'text', e.category, e.place))) > 0)
     AND (target = '' OR position(lower(target) IN lower(e.texts -> 'ja' ->> 'target')) > 0)
$$;

-- A date in a list, as everybody reads it.
CREATE OR REPLACE FUNCTION agenda_row(e event, s event_slot, district text, lang text) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT jsonb_build_object(
           'event', e.id,
           'slot', s.id,
           'title', event_text(e.texts, lang, 'title'),
           'language', CASE WHEN coalesce(e.texts -> lang ->> 'title', '') = '' THEN 'ja' ELSE lang END,
           'datetime', rfc3339(s.begins),
           'when', slot_text(s.begins, s.ends, s.days, lang),
           'place', nullif(e.place, ''),
           'picture', (SELECT t.id FROM attachment t WHERE t.id = e.picture_small AND t.state = 'clean'),
           'address', nullif(e.address, ''),
           'latitude', e.latitude, 'longitude', e.longitude,
           'district', district,
           'target', event_text(e.texts, lang, 'target'),
           'free', e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online,
           'signs_up', e.rule <> 'none' AND e.state = 'open' AND now() >= coalesce(e.opens, '-infinity') AND now() < coalesce(e.closes, 'infinity'),
           'cancelled', e.state = 'cancelled' OR s.cancelled IS NOT NULL)
$$;
