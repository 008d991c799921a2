# shellcheck shell=bash
# A private PostgreSQL in a temporary folder, reached by its socket only: no port, no
# password, no file of the system's own clusters.

# postgres_start sets GUICHET_TEST_PG. The server refuses to run as root, so root
# hands it to the user that the package made for it.
postgres_start() {
  pg_bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  pg_bin=${pg_bin:-$(dirname "$(command -v initdb || stop "PostgreSQL was not found.")")}
  pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/guichet-pg.XXXXXX")
  pg_as=()
  if ((EUID == 0)); then
    chown postgres: "$pg_dir"
    pg_as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  fi
  # Tests, not data: no fsync. Schemas come and go in parallel, hence the connections.
  local options="-k $pg_dir -c listen_addresses= -c fsync=off -c max_connections=200 -c max_locks_per_transaction=256"
  (
    cd "$pg_dir"
    "${pg_as[@]}" "$pg_bin/initdb" -D "$pg_dir/data" -U guichet -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    "${pg_as[@]}" "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -o "$options" -w start
    "${pg_as[@]}" "$pg_bin/createdb" -h "$pg_dir" -U guichet guichet
  ) >"$pg_dir.out" 2>&1 || { cat "$pg_dir.out" >&2; return 1; }
  export GUICHET_TEST_PG="host=$pg_dir user=guichet dbname=guichet"
}

postgres_stop() {
  [[ -n ${pg_dir:-} ]] || return 0
  (cd "$pg_dir" && "${pg_as[@]}" "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate stop) >/dev/null 2>&1 ||
    say "PostgreSQL in $pg_dir was not running any more."
  rm -rf "$pg_dir" "$pg_dir.out"
}
