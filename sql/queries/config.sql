-- What `chromo config check` asks the database (cli/config.c).
-- role: owner

-- name: config_settings :many
-- Those settings as they are in force, and whatever role or database has its own; whose: that
-- role, or "".  synchronous_commit is that of this connection, as every program of ours asks for it
-- (db/db.c).  How soon a standby asks for the log again matters where there is a second copy.
SELECT s.name, s.setting, '' AS whose
  FROM pg_settings s
 WHERE s.name = ANY (:names::text[])
   AND (s.name <> 'wal_retrieve_retry_interval' OR pg_is_in_recovery() OR current_setting('synchronous_standby_names') <> '')
UNION ALL
SELECT split_part(own, '=', 1), substr(own, strpos(own, '=') + 1), coalesce(r.rolname, current_database())
  FROM pg_db_role_setting x
  LEFT JOIN pg_roles r ON r.oid = x.setrole, unnest(x.setconfig) AS own
 WHERE x.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
   AND split_part(own, '=', 1) = ANY (:names) AND split_part(own, '=', 1) <> 'synchronous_commit'
 ORDER BY 1, 3;
