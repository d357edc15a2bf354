#!/bin/sh
# Writes the passwords that deploy/docker-compose.yml requires to .env in the project, once; git ignores that file.
set -eu
umask 077
env="$(dirname "$0")/../.env"
if [ -e "$env" ]; then
  echo "$env exists and is kept: the servers were set up with its passwords." >&2
  exit 1
fi

secret() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

for name in POSTGRES_PASSWORD ELASTIC_PASSWORD KIBANA_PASSWORD KIBANA_ENCRYPTION_KEY PIPELINE_PASSWORD; do
  echo "$name=$(secret)"
done > "$env"
echo "Wrote $env. In Kibana, log in as elastic with the ELASTIC_PASSWORD in it."
