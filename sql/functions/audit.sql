-- The audit record: a statement trigger on every table whose changes matter.
-- A statement that touches one row names it; one that touches many counts.

CREATE OR REPLACE FUNCTION audit_actor_kind() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(split_part(current_setting('chromo.actor', true), ':', 1), ''), 'nobody') $$;

CREATE OR REPLACE FUNCTION audit_actor_id() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(split_part(current_setting('chromo.actor', true), ':', 2), '')::bigint $$;

-- Written by hand where the act is not a change of a row: a sign-in, a look
-- at a citizen's data, an export.
CREATE OR REPLACE FUNCTION audit_write(p_act text, p_object bigint, p_detail jsonb)
RETURNS void LANGUAGE plpgsql AS $$ -- which keeps its plan; SQL would make it at each call
BEGIN
  INSERT INTO audit (actor_kind, actor_id, act, object_id, detail, remote, request)
  VALUES (audit_actor_kind(), audit_actor_id(), p_act, p_object, p_detail,
          nullif(current_setting('chromo.remote', true), ''),
          nullif(current_setting('chromo.request', true), ''));
END $$;

-- TG_ARGV[0]: the column that names the object ("id", "message_id" …); behind
-- it columns whose change alone is no news, for another record tells it.
CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  n      bigint;
  object bigint;
  names  text[];
BEGIN
  EXECUTE format('SELECT count(*), max(%I) FROM changed', TG_ARGV[0]) INTO n, object;
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  IF n = 1 AND TG_OP = 'UPDATE' THEN
    SELECT array_agg(a.key ORDER BY a.key) INTO names
      FROM jsonb_each((SELECT to_jsonb(c) FROM changed c)) a
      JOIN jsonb_each((SELECT to_jsonb(b) FROM was b)) b USING (key)
     WHERE a.value IS DISTINCT FROM b.value
       AND a.key <> ALL (TG_ARGV[1:]);
    IF names IS NULL THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM audit_write(TG_TABLE_NAME || '.' || lower(TG_OP),
                      CASE WHEN n = 1 THEN object END,
                      CASE WHEN n > 1 THEN jsonb_build_object('rows', n)
                           WHEN names IS NOT NULL THEN jsonb_build_object('columns', names) END);
  RETURN NULL;
END $$;

CREATE OR REPLACE PROCEDURE audited(relation text, object text, VARIADIC quiet text[] DEFAULT '{}')
LANGUAGE plpgsql AS $$
DECLARE
  args text := (SELECT string_agg(quote_literal(a), ', ' ORDER BY n)
                  FROM unnest(object || quiet) WITH ORDINALITY AS u (a, n));
BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON %I'
    ' REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_change(%s)', relation, args);
  EXECUTE format('CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON %I'
    ' REFERENCING OLD TABLE AS was NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_change(%s)', relation, args);
  EXECUTE format('CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON %I'
    ' REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_change(%s)', relation, args);
END $$;

CALL audited('tenant', 'id');
CALL audited('tenant_host', 'tenant_id', 'version');
CALL audited('tenant_key', 'id');
CALL audited('department', 'id');
CALL audited('district', 'id');
CALL audited('district_postcode', 'district_id');
CALL audited('topic', 'id');
CALL audited('staff', 'id', 'signed_in', 'totp_step');
CALL audited('staff_role', 'staff_id');
CALL audited('staff_department', 'staff_id');
CALL audited('staff_recovery', 'staff_id');
CALL audited('citizen', 'id');
CALL audited('contact', 'citizen_id');
CALL audited('consent', 'citizen_id');
CALL audited('message', 'id');
CALL audited('approval', 'message_id');
-- What was done to the message, not that a row came: who gave it back has not approved it.
CREATE OR REPLACE FUNCTION audit_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM audit_write('approval.' || act, message_id, NULL) FROM changed ORDER BY id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON approval
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_approval();
CALL audited('gateway', 'id');
CALL audited('survey', 'id', 'updated');
CALL audited('questionnaire', 'id', 'updated', 'questions', 'editor_id');
CALL audited('result_publication', 'survey_id');
CALL audited('right_key', 'survey_id', 'mixed');
CALL audited('paper_form', 'survey_id');
CALL audited('population_file', 'staff_id');
CALL audited('event', 'id', 'updated', 'sequence', 'import_mark');
CALL audited('door', 'event_id');
CALL audited('lottery', 'slot_id');
