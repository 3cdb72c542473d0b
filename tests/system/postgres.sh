#!/usr/bin/env bash
# Runs a command with DATABASE_URL set to a fresh, durable PostgreSQL of its own, and takes it away afterwards.
#   tests/system/postgres.sh COMMAND [ARGUMENT …]
# Its files lie in /tmp, or in PLACE.
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "PostgreSQL is not installed: run tests/system/packages.sh"; exit 1; }
home=$(mktemp -d "${PLACE:-/tmp}/exam-postgres.XXXXXX")
as_owner=()
if [ "$(id -u)" -eq 0 ]; then  # PostgreSQL refuses to run as root
  id postgres > /dev/null
  chown postgres "$home"
  as_owner=(runuser -u postgres --)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$home"
"${as_owner[@]}" "$bin/initdb" -D "$home/data" -U exam -A trust -E UTF8 --locale=C.UTF-8 > "$home/initdb.log"
stop() {
  "${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate stop > /dev/null 2>&1 || true
  rm -rf "$home"
}
trap stop EXIT
"${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -w -l "$home/server.log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c max_connections=200 -c jit=off" start > /dev/null
"${as_owner[@]}" "$bin/createdb" -h 127.0.0.1 -p "$port" -U exam exam
cd "$OLDPWD"
DATABASE_URL="postgres://exam@127.0.0.1:$port/exam" "$@"
