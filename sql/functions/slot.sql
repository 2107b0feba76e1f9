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

-- What an event says in Japanese, under the names that its texts have in every language.
CREATE OR REPLACE FUNCTION event_japanese(e event) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN '{"title": "", "text": "", "target": "", "fee": "", "bring": ""}' || (e.texts -> 'ja') || jsonb_build_object('category', e.category, 'place', e.place, 'address', e.address, 'access', e.access,
    'organiser', e.organiser, 'contact', e.contact, 'picture_text', e.picture_text, 'thanks', e.thanks, 'missed', e.missed, 'sorry', e.sorry,
    'call_off', e.call_off);
END $$;

-- The languages in which it may be read; Japanese always.
CREATE OR REPLACE FUNCTION event_languages(e event) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce((SELECT n.languages FROM questionnaire n WHERE n.id = e.questionnaire_id), '{ja}');
END $$;

-- What it says in the first of these languages that it may be read in, each text else in Japanese or, where there is none, NULL.
-- "tongue": that language; "quota_names": in it, by the Japanese ones; "langs": for each text the one that it is in then (やさしい日本語 is Japanese); "language": of the title.
-- In PL/pgSQL, as agenda_row: an SQL function that is not written into its query is planned in each.
CREATE OR REPLACE FUNCTION event_said(e event, languages text[]) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(j.key, coalesce(own.said, nullif(j.value, '')))
         || jsonb_build_object('tongue', l.tag, 'quota_names', coalesce(e.texts -> l.tag -> 'quotas', '{}'), 'langs', jsonb_object_agg(j.key, CASE WHEN own.said IS NULL OR l.tag = 'ja-easy' THEN 'ja' ELSE l.tag END),
              'language', CASE WHEN coalesce(e.texts -> l.tag ->> 'title', '') = '' OR l.tag = 'ja-easy' THEN 'ja' ELSE l.tag END)
    FROM (SELECT coalesce((SELECT x.tag FROM unnest(languages) WITH ORDINALITY AS x (tag, place)
                            WHERE x.tag = 'ja' OR x.tag = ANY (event_languages(e)) ORDER BY x.place LIMIT 1), 'ja') AS tag) l
   CROSS JOIN jsonb_each_text(event_japanese(e)) AS j
   CROSS JOIN LATERAL (SELECT nullif(e.texts -> l.tag ->> j.key, '') AS said) own
   GROUP BY l.tag);
END $$;

-- The same of one date: where it alone was called off, why.
CREATE OR REPLACE FUNCTION slot_said(said jsonb, s event_slot) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT CASE WHEN coalesce(s.call_off, '{}') = '{}' THEN said ELSE said || jsonb_build_object(
           'call_off', coalesce(s.call_off -> tag, s.call_off -> 'ja'),
           'langs', said -> 'langs' || jsonb_build_object('call_off', CASE WHEN s.call_off ? tag AND tag <> 'ja-easy' THEN tag ELSE 'ja' END)) END
    FROM (SELECT said ->> 'tongue' AS tag) x);
END $$;

-- What is on the calendar, and since when a cancelled one is not any more.
CREATE OR REPLACE FUNCTION event_shown(state text, listed boolean, cancelled timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT listed AND (state IN ('open', 'ended') OR (state = 'cancelled' AND cancelled > now() - interval '30 days')) $$;

-- Whether all of these words stand in what an event says of itself under these keys, in any language,
-- or in more: however wide they are written there, in capitals or not.
CREATE OR REPLACE FUNCTION event_says(texts jsonb, keys text[], more text, words text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  said text := lower(normalize(concat_ws(' ', more, (SELECT string_agg(t.value ->> k, ' ') FROM jsonb_each(texts) t, unnest(keys) k)), NFKC));
BEGIN
  RETURN NOT EXISTS (SELECT FROM unnest(string_to_array(lower(words), ' ')) AS word WHERE strpos(said, word) = 0);
END $$;

-- What a reader of the calendar narrowed it to: 0, '' or false is all.  One for the whole town is
-- in every district; words may be of any language.
CREATE OR REPLACE FUNCTION event_asked(e event, district bigint, free boolean, childcare boolean, sign_language boolean, online boolean,
                                       words text, target text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (district = 0 OR e.district_id IS NULL OR e.district_id = district)
     AND (NOT free OR e.free) AND (NOT childcare OR e.childcare) AND (NOT sign_language OR e.sign_language) AND (NOT online OR e.online)
     AND (words = '' OR event_says(e.texts, '{title,target,text,place}', concat_ws(' ', e.category, e.place), words))
     AND (target = '' OR event_says(e.texts, '{target}', NULL, target))
$$;

-- Whether people may still sign up for a date.
CREATE OR REPLACE FUNCTION slot_comes(s event_slot) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT s.cancelled IS NULL AND s.begins > now() $$;

-- A date in a list, as everybody reads it.
CREATE OR REPLACE FUNCTION agenda_row(e event, s event_slot, district text, lang text) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT jsonb_build_object(
           'event', e.id,
           'slot', s.id,
           'title', said -> 'title', 'language', said -> 'language', 'langs', said -> 'langs',
           'datetime', rfc3339(s.begins),
           'when', slot_text(s.begins, s.ends, s.days, lang),
           'place', said -> 'place',
           'picture', (SELECT t.id FROM attachment t WHERE t.id = e.picture_small AND t.state = 'clean'),
           'address', said -> 'address',
           'latitude', e.latitude, 'longitude', e.longitude,
           'district', district,
           'target', said -> 'target',
           'free', e.free, 'childcare', e.childcare, 'sign_language', e.sign_language, 'online', e.online,
           'signs_up', e.rule <> 'none' AND e.state = 'open' AND s.cancelled IS NULL AND s.begins > now()
                       AND now() >= coalesce(e.opens, '-infinity') AND now() < coalesce(e.closes, 'infinity'),
           'full', e.rule = 'first' AND coalesce(s.taken >= s.capacity, false), 'waits', e.waiting,
           'cancelled', e.state = 'cancelled' OR s.cancelled IS NOT NULL)
    FROM event_said(e, ARRAY[lang]) AS said);
END $$;
