#!/bin/bash
# Run once by the database container when it makes its cluster: the roles of web and of worker and beat. Their rights come from the migrate job.
set -euo pipefail
create_role() {
  psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set=role="$1" --set=password="$2" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
SQL
}
create_role "$APP_DB_USER" "$APP_DB_PASSWORD"
create_role "$JOBS_DB_USER" "$JOBS_DB_PASSWORD"
