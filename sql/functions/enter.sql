-- enter(): the first statement of every transaction.  It finds the tenant by
-- host and the person by the hash of a token, and sets both for this
-- transaction alone.  NULL: no tenant has that host, and nothing is set.

-- What everybody may know of the tenant that has this host; one that was erased has
-- none any more.  In PL/pgSQL, which
-- keeps its plan, and with every name written out instead of a search_path of its own,
-- which would be set and reset each time: this runs for every request.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION tenant_face(p_host text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  RETURN (SELECT pg_catalog.json_build_object(
                   'id', t.id, 'name', t.name, 'name_en', t.name_en, 'kind', t.kind,
                   'state', t.state, 'contact', t.contact, 'host', p_host, 'version', h.version)
            FROM public.tenant_host h
            JOIN public.tenant t ON t.id OPERATOR(pg_catalog.=) h.tenant_id
           WHERE h.host OPERATOR(pg_catalog.=) p_host AND t.state OPERATOR(pg_catalog.<>) 'erased');
END $$;
REVOKE ALL ON FUNCTION tenant_face FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_face TO chromo_web, chromo_owner;
SET LOCAL ROLE chromo_owner;

-- For the programs that go from tenant to tenant by themselves.
CREATE OR REPLACE FUNCTION enter_tenant(p_tenant bigint, p_actor text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('chromo.tenant', p_tenant::text, true),
          set_config('chromo.actor', p_actor, true),
          set_config('chromo.remote', '', true),
          set_config('chromo.request', '', true);
END $$;

CREATE OR REPLACE FUNCTION enter(p_host text, p_staff bytea, p_citizen bytea,
                                 p_remote text, p_request text) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  face     json := tenant_face(p_host);
  the_staff json;
  the_citizen json;
  actor    text := '';
BEGIN
  IF face IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('chromo.tenant', face ->> 'id', true);

  -- Staff: 30 minutes idle, 12 hours in all (R18).
  IF p_staff IS NOT NULL THEN
    SELECT json_build_object(
             'id', s.id, 'name', s.name, 'login', s.login, 'stage', x.stage,
             'proved', coalesce(x.proved > now() - interval '10 minutes', false),   -- R20
             'roles', (SELECT coalesce(json_agg(r.role), '[]') FROM staff_role r WHERE r.staff_id = s.id),
             'departments', (SELECT coalesce(json_agg(d.name ORDER BY d.place, d.id), '[]')
                               FROM staff_department sd JOIN department d ON d.id = sd.department_id
                              WHERE sd.staff_id = s.id)),
           'staff:' || s.id
      INTO the_staff, actor
      FROM staff_session x
      JOIN staff s ON s.id = x.staff_id
     WHERE x.hash = p_staff
       AND s.state = 'active'
       AND x.seen > now() - interval '30 minutes'
       AND x.created > now() - CASE x.stage WHEN 'full' THEN interval '12 hours'
                                            ELSE interval '15 minutes' END;
    IF FOUND AND NOT current_setting('transaction_read_only')::boolean THEN
      -- One of several tabs is enough; the others do not wait for its page.
      UPDATE staff_session SET seen = now()
       WHERE hash = (SELECT x.hash FROM staff_session x
                      WHERE x.hash = p_staff AND x.seen < now() - interval '1 minute' FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
  END IF;

  -- Citizens: an hour, opened by a mailed link.  created: when they proved who they are.
  IF p_citizen IS NOT NULL THEN
    SELECT json_build_object('id', c.id, 'language', c.language, 'state', c.state,
             'proved', x.created > now() - interval '10 minutes'),
           coalesce(nullif(actor, ''), 'citizen:' || c.id)
      INTO the_citizen, actor
      FROM citizen_session x
      JOIN citizen c ON c.id = x.citizen_id
     WHERE x.hash = p_citizen
       AND c.state <> 'left'
       AND x.created > now() - interval '1 hour';
  END IF;

  PERFORM set_config('chromo.actor', coalesce(actor, ''), true),
          set_config('chromo.remote', p_remote, true),
          set_config('chromo.request', p_request, true);

  RETURN json_build_object('tenant', face, 'staff', the_staff, 'citizen', the_citizen);
END $$;
