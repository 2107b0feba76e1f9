-- Founding a tenant: for the admin command, as the owner.  The transaction is
-- inside the new tenant afterwards, which is why the wall lets it in.  A host of one that was
-- erased leads nowhere, and is given out again.
CREATE OR REPLACE FUNCTION tenant_create(p_kind text, p_code char(6), p_name text, p_name_en text,
                                         p_host text, p_mail_from text, p_contact text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  t bigint := nextval(pg_get_serial_sequence('tenant', 'id'));
  gone bigint := (SELECT d.id FROM tenant_directory() d WHERE d.host = p_host AND d.state = 'erased');
BEGIN
  IF gone IS NOT NULL THEN
    PERFORM enter_tenant(gone, 'command');
    DELETE FROM tenant_host WHERE host = p_host;
  END IF;
  PERFORM enter_tenant(t, 'command');
  INSERT INTO tenant (id, kind, code, name, name_en, mail_from, contact) OVERRIDING SYSTEM VALUE
  VALUES (t, p_kind, p_code, p_name, p_name_en, p_mail_from, p_contact);
  INSERT INTO tenant_host (host, tenant_id) VALUES (p_host, t);
  RETURN t;
END $$;
REVOKE ALL ON FUNCTION tenant_create FROM PUBLIC;

-- Ends the present tenant for good.  With its data key every address, second factor and
-- letter is gone, sealed or hashed as they are; what could still be sent is stopped, and
-- no host finds the tenant any more (tenant_face).  Files that people sent and exports lie open
-- on the disk: couriers take them away (scan_work, export_work), one that is being written a day
-- later.  The rest of its rows stay.
CREATE OR REPLACE FUNCTION tenant_erase() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- In the order in which couriers go through their gates (message_gates).
  PERFORM message_stop(m.id) FROM (SELECT id FROM message WHERE state IN ('approved', 'sending') ORDER BY id OFFSET 0) m;
  UPDATE batch SET state = 'cancelled', finished = now() WHERE state IN ('queued', 'sending', 'held');
  UPDATE post SET state = CASE WHEN state = 'accepted' THEN state ELSE 'cancelled' END, withdraw = false, finished = now()
   WHERE state IN ('queued', 'sending', 'held') OR withdraw;
  UPDATE message SET told = finished WHERE state = 'sent';
  DELETE FROM letter;
  DELETE FROM link;
  DELETE FROM subscribe_draft;
  DELETE FROM address_code;
  DELETE FROM citizen_session;
  DELETE FROM staff_session;
  UPDATE attachment SET kept = false, due = NULL, day = (now() AT TIME ZONE 'Asia/Tokyo')::date - 32;
  UPDATE export SET state = CASE WHEN state = 'done' THEN state ELSE 'failed' END,
         finished = CASE WHEN state = 'working' THEN now() ELSE now() - interval '2 days' END
   WHERE state <> 'gone';
  DELETE FROM tenant_key;
  UPDATE tenant SET state = 'erased';
  PERFORM audit_write('tenant.erased', current_tenant(), NULL);
END $$;
REVOKE ALL ON FUNCTION tenant_erase FROM PUBLIC;

-- What a worker remembers of the present tenant is out of date.  One host at a time: a
-- statement that changes one row's version only is no news to the audit record.
CREATE OR REPLACE FUNCTION tenant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_host text;
BEGIN
  FOR the_host IN SELECT host FROM tenant_host ORDER BY host LOOP
    UPDATE tenant_host SET version = nextval('tenant_host_version') WHERE host = the_host;
  END LOOP;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tenant_changed AFTER UPDATE ON tenant EXECUTE FUNCTION tenant_changed();
CREATE OR REPLACE TRIGGER tenant_changed AFTER INSERT OR UPDATE OR DELETE ON department EXECUTE FUNCTION tenant_changed();
CREATE OR REPLACE TRIGGER tenant_changed AFTER INSERT OR UPDATE OR DELETE ON topic EXECUTE FUNCTION tenant_changed();
-- Also where a restore or a replica has the other triggers off.
ALTER TABLE tenant ENABLE ALWAYS TRIGGER tenant_changed;
ALTER TABLE department ENABLE ALWAYS TRIGGER tenant_changed;
ALTER TABLE topic ENABLE ALWAYS TRIGGER tenant_changed;

-- All tenants by name and host, and nothing else of them: for the owner, and for
-- the operator's portal.  chromo_directory sees what stands behind the wall here.
SET LOCAL ROLE chromo_directory;
CREATE OR REPLACE FUNCTION tenant_directory() RETURNS TABLE (id bigint, kind text, state text, name text, host text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT t.id, t.kind, t.state, t.name, h.host
    FROM tenant t LEFT JOIN tenant_host h ON h.tenant_id = t.id
   ORDER BY t.kind = 'operator', t.id, h.host
$$;
REVOKE ALL ON FUNCTION tenant_directory FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_directory TO chromo_owner;

-- The same, empty unless this transaction is the operator's.
CREATE OR REPLACE FUNCTION tenant_directory_for_operator()
RETURNS TABLE (id bigint, kind text, state text, name text, host text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT d.* FROM tenant_directory() d
   WHERE EXISTS (SELECT FROM tenant o WHERE o.id = current_tenant() AND o.kind = 'operator')
$$;
REVOKE ALL ON FUNCTION tenant_directory_for_operator FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_directory_for_operator TO chromo_web;

-- Whether another town sends mail from the domain of this address.
CREATE OR REPLACE FUNCTION mail_domain_taken(p_address text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
  RETURN EXISTS (SELECT FROM tenant t
                  WHERE t.id <> current_tenant() AND t.state <> 'erased' AND lower(split_part(t.mail_from, '@', 2)) = lower(split_part(p_address, '@', 2)));
END $$;
REVOKE ALL ON FUNCTION mail_domain_taken FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail_domain_taken TO chromo_web;
SET LOCAL ROLE chromo_owner;
