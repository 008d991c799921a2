# Shared by the scripts of this folder: sourced, never run.
# shellcheck shell=bash
set -euo pipefail

called_from=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/bin
cd "$root"
mkdir -p "$bin"

# Every go command below sees the search engine; a window needs three tags more.
export GOFLAGS="${GOFLAGS:-} -tags=sqlite_fts5 -buildvcs=false"
window_tags=desktop,production,webkit2_41,sqlite_fts5

for_window=(gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev xdg-utils ca-certificates)
for_tests=(xvfb xauth xdotool chromium dovecot-imapd postfix postgresql openssl
  poppler-utils strace imagemagick util-linux python3)
for_windows=(gcc-mingw-w64-x86-64)

say() { printf '%s\n' "$*" >&2; }
stop() {
  say "$*"
  exit 1
}

# need go VERSION: stops with a sentence when a tool that Debian 12 does not have in
# this version is missing or too old.
need() {
  local found
  command -v "$1" >/dev/null || stop "$1 $2 or later is needed and was not found."
  case $1 in
    go) found=$(go env GOVERSION) && found=${found#go} ;;
    *) found=$("$1" --version) && found=${found#v} ;;
  esac
  [[ $(printf '%s\n%s\n' "$2" "$found" | sort -V | head -n 1) == "$2" ]] ||
    stop "$1 $2 or later is needed; this is $found."
}

installed() { [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }

# packages NAME…: installs the Debian packages that are missing, or names them and
# stops where there is no apt-get or no right to use it.
packages() {
  local name missing=() sudo=()
  if ! command -v dpkg-query >/dev/null; then
    without_dpkg "$@"
    return
  fi
  for name; do installed "$name" || missing+=("$name"); done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || stop "Missing packages: ${missing[*]}"
  if ((EUID)); then
    command -v sudo >/dev/null || stop "Missing packages (run this as root, or install sudo): ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing: ${missing[*]}"
  "${sudo[@]}" bash "$root/build/install" "${missing[@]}" >&2
}

# Another system: its packages have other names, so ask for what they bring.
without_dpkg() {
  local lack=() name
  command -v cc >/dev/null || lack+=("a C compiler")
  command -v pkg-config >/dev/null || lack+=(pkg-config)
  for name in gtk+-3.0 webkit2gtk-4.1; do
    pkg-config --exists "$name" 2>/dev/null || lack+=("development files of $name")
  done
  for name in "$@"; do
    case $name in
      xvfb) name=Xvfb ;; xauth | xdotool | chromium | strace) ;;
      dovecot-imapd) name=dovecot ;; postfix) name=master ;; postgresql) name=initdb ;;
      poppler-utils) name=pdftotext ;; imagemagick) name=convert ;;
      gcc-mingw-w64-x86-64) name=x86_64-w64-mingw32-gcc ;;
      *) continue ;;
    esac
    PATH=$PATH:/usr/sbin:/usr/lib/dovecot:/usr/lib/postfix/sbin command -v "$name" >/dev/null || lack+=("$name")
  done
  ((${#lack[@]})) || return 0
  say "This is not Debian or Ubuntu: nothing is installed here. Missing:"
  printf '  %s\n' "${lack[@]}" >&2
  exit 1
}

# hash_of FOLDER…: one hash over names and contents of what is built from.
hash_of() {
  find "$@" \( -name node_modules -o -path frontend/dist -o -name .vite \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

front_modules() {
  need node 20
  need npm 9
  [[ frontend/node_modules/.package-lock.json -nt frontend/package-lock.json ]] && return
  say "Fetching the front end's modules"
  (cd frontend && npm ci --no-audit --no-fund --loglevel=error) >&2
}

# front builds the interface when what it is made from changed since the last time.
front() {
  front_modules
  local now stamp=$bin/front.stamp
  now=$(hash_of frontend internal/words)
  [[ -f $stamp && -f frontend/dist/index.html && $(<"$stamp") == "$now" ]] && return
  say "Building the interface"
  (cd frontend && npm run --silent build -- --logLevel warn) >&2
  touch frontend/dist/.keep # keeps the folder, and so the Go build, in a fresh clone
  printf '%s\n' "$now" >"$stamp"
}

# stamp prints the linker flags that carry version, commit and date. The date is the
# commit's, so that the same commit gives the same binary.
stamp() {
  local version=0.0.0-dev commit=unknown date=unknown
  if git rev-parse --verify -q HEAD >/dev/null 2>&1; then
    version=$(git describe --tags --always --dirty --match 'v*' 2>/dev/null | sed 's/^v//')
    [[ $version == *.* ]] || version=0.0.0-dev
    commit=$(git rev-parse --short=12 HEAD)
    date=$(TZ=UTC git log -1 --date=iso-strict-local --format=%cd)
  fi
  printf '%s' "-s -w -X guichet/app.version=$version -X guichet/app.commit=$commit -X guichet/app.date=$date"
}

# program [FLAG…] builds the desktop program for this machine.
program() {
  need go 1.26
  go build "$@" -tags "$window_tags" -ldflags "$(stamp)" -o "$bin/guichet" .
}
