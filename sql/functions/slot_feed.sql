-- One event as programs get it (domain/agenda_give.c), with what it says in this language.
CREATE OR REPLACE FUNCTION agenda_entry(e event, lang text) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN event_said(e, ARRAY[lang]) || jsonb_build_object(
           'id', e.id, 'latitude', e.latitude::text, 'longitude', e.longitude::text, 'code', (SELECT code::text FROM tenant),
           'name_en', CASE WHEN 'en' = ANY (event_languages(e)) THEN e.texts -> 'en' ->> 'title' END,
           'department', (SELECT name FROM department d WHERE d.id = e.department_id),
           'free', e.free, 'cancelled', e.state = 'cancelled', 'sequence', e.sequence, 'source', e.source,
           'edited', e.import_mark IS DISTINCT FROM CASE WHEN e.import_mark IS NOT NULL THEN event_import_mark(e) END,
           'modified', floor(extract(epoch FROM e.updated))::bigint * 1000, 'published', rfc3339(coalesce(e.published, e.created)),
           'updated', rfc3339(e.updated), 'closes', e.closes AT TIME ZONE 'Asia/Tokyo',
           'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', s.id, 'when', slot_text(s.begins, s.ends, s.days, lang), 'days', s.days, 'cancelled', s.cancelled IS NOT NULL,
                       'capacity', s.capacity,
                       'first_day', to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
                       'last_day', to_char((CASE WHEN s.days THEN s.ends - interval '1 day' ELSE s.ends END) AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD'),
                       'from_time', CASE WHEN NOT s.days THEN to_char(s.begins AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') END,
                       'to_time', CASE WHEN NOT s.days AND s.ends > s.begins THEN to_char(s.ends AT TIME ZONE 'Asia/Tokyo', 'HH24:MI') END,
                       'begins', floor(extract(epoch FROM s.begins))::bigint * 1000, 'ends', floor(extract(epoch FROM s.ends))::bigint * 1000)
                     ORDER BY s.begins, s.id), '[]') FROM event_slot s WHERE s.event_id = e.id));
END $$;
