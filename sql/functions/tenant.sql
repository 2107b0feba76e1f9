-- Founding a tenant: for the admin command, as the owner.  The transaction is
-- inside the new tenant afterwards, which is why the wall lets it in.
CREATE OR REPLACE FUNCTION tenant_create(p_kind text, p_code char(6), p_name text, p_name_en text,
                                         p_host text, p_mail_from text, p_contact text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  t bigint := nextval(pg_get_serial_sequence('tenant', 'id'));
BEGIN
  PERFORM enter_tenant(t, 'command');
  INSERT INTO tenant (id, kind, code, name, name_en, mail_from, contact) OVERRIDING SYSTEM VALUE
  VALUES (t, p_kind, p_code, p_name, p_name_en, p_mail_from, p_contact);
  INSERT INTO tenant_host (host, tenant_id) VALUES (p_host, t);
  RETURN t;
END $$;
REVOKE ALL ON FUNCTION tenant_create FROM PUBLIC;
