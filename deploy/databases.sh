#!/bin/sh
# Run by the Postgres image when its data folder is new: a database for each service, with a user of its own, whose
# password is in /run/secrets. Nobody else may connect to it: not the other services' users, only the administrator.
set -eu
secrets=${SECRETS:-/run/secrets}

for service in user product order credit; do
  # Through psql's variables, which it quotes itself.
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="shop_$service" --set password="$(cat "$secrets/${service}_database_password")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done

# The databases that every Postgres has are no meeting place either.
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
SQL
