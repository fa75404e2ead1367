#!/bin/sh
# Makes up the secrets that docker-compose.yml mounts, each a file in the folder named (deploy/secrets without one). One
# that is there is kept, so that it can be run again. The folder is its owner's alone; the files can be read by the
# users of the containers into which they are mounted.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

# write NAME TEXT
write() {
  [ -s "$folder/$1" ] && return
  printf '%s\n' "$2" >"$folder/$1"
  chmod 644 "$folder/$1"
}

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

for name in router_key peer_key introspection_secret user_key_secret redis_password postgres_password \
  user_database_password product_database_password order_database_password credit_database_password; do
  write "$name" "$(random)"
done
write redis_url "redis://:$(cat "$folder/redis_password")@redis:6379/0"
