-- Numbers for whoever watches the installation.
-- role: web

-- name: metrics_show :one
SELECT metrics() AS text;
