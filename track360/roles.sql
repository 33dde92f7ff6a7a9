-- The database roles, once per cluster and by an administrator; running it again changes nothing:
--
--   psql -v ON_ERROR_STOP=1 -f track360/roles.sql
--   createdb --owner track360_owner track360
--
-- Give the two LOGIN roles passwords (ALTER ROLE … PASSWORD …) unless the server authenticates them otherwise.
-- DATABASE_OWNER_URL names track360_owner and is for `manage.py migrate` alone; DATABASE_URL names track360_app.

DO $$
BEGIN
  -- Owns every table and migrates them. Row security does not bind an owner, so nothing else ever runs as it.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'track360_owner') THEN
    CREATE ROLE track360_owner LOGIN;
  END IF;
  -- Runs web, worker and beat. NOINHERIT: the rights of the two roles below are its own only after SET LOCAL ROLE.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'track360_app') THEN
    CREATE ROLE track360_app LOGIN;
  END IF;
  -- Reads several brands at once, for operators who work for all of them.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'track360_operator') THEN
    CREATE ROLE track360_operator NOLOGIN;
  END IF;
  -- Erases a person and resets a sandbox: what the application may never do by mistake.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'track360_maintenance') THEN
    CREATE ROLE track360_maintenance NOLOGIN;
  END IF;
END
$$;

ALTER ROLE track360_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION NOINHERIT;
-- What a process has given up on, or died over, ends here too instead of holding a connection and its locks. Said of the
-- role, not by each connection: PgBouncer refuses such options.
ALTER ROLE track360_app SET client_connection_check_interval = '2s';
ALTER ROLE track360_operator NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
ALTER ROLE track360_maintenance NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
GRANT track360_operator, track360_maintenance TO track360_app;
