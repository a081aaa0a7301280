-- Once, on the writer, as postgres. The first login owns the tables and is given to commands, migrations and background work, by the direct
-- address. The second owns nothing, inherits nothing and takes the application's role by itself: it is the one PgBouncer knows.
CREATE ROLE carnet_owner LOGIN CREATEROLE PASSWORD '${owner_password}';
CREATE DATABASE carnet OWNER carnet_owner;
-- The application's role, which `carnet init` would make otherwise.
CREATE ROLE carnet_app NOLOGIN;
GRANT carnet_app TO carnet_owner WITH ADMIN OPTION;
CREATE ROLE carnet_site LOGIN NOINHERIT PASSWORD '${site_password}';
GRANT carnet_app TO carnet_site;
ALTER ROLE carnet_site SET role = 'carnet_app';
-- What a served process otherwise gives while connecting, and PgBouncer does not pass on.
ALTER ROLE carnet_site SET jit = off;
ALTER ROLE carnet_site SET statement_timeout = '60s';
ALTER ROLE carnet_site SET lock_timeout = '8s';
ALTER ROLE carnet_site SET idle_in_transaction_session_timeout = '60s';
