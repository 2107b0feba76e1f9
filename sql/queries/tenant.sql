-- The tenants as a whole: for the administrator's command and the operator.
-- role: owner

-- name: tenant_create :one
SELECT tenant_create(:kind::text, nullif(:code::text, '')::char(6), :name::text, :name_en::text, :host::text,
                     :mail_from::text, :contact::text) AS id;

-- name: tenant_list :json
SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM tenant_directory() d;

-- name: tenant_enter_host :one
-- The transaction is inside the tenant of this host afterwards.
SELECT t AS id, kind, enter_tenant(t, 'command')
  FROM (SELECT (tenant_face(:host::text) ->> 'id')::bigint AS t, tenant_face(:host) ->> 'kind' AS kind) f
 WHERE t IS NOT NULL;

-- name: tenant_holds :one
-- What tenant_erase makes unreadable, for whoever has to say yes.
SELECT name, (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM staff) AS staff FROM tenant;

-- name: tenant_erase :exec
SELECT tenant_erase();

-- name: tenant_list_for_operator :json
-- role: web
SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM tenant_directory_for_operator() d;

-- name: tenant_vital_topic :exec
-- Each municipality has this one from the first day (0001_tenant.sql).
INSERT INTO topic (name, hint, vital) VALUES ('命を守る情報', '避難、災害、断水など', true);
