#!/usr/bin/env bash
# Run once by the postgres image on an empty data directory: a database and a role for each service, closed to the others.
set -euo pipefail

for service in registration checkin certificates; do
	password="${service^^}_DATABASE_PASSWORD"
	psql --no-psqlrc -v ON_ERROR_STOP=1 -v name="$service" -v password="${!password}" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql --no-psqlrc -v ON_ERROR_STOP=1 --dbname postgres -c 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC'
