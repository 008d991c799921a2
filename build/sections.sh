# shellcheck shell=bash
# Named steps with their time; one that fails does not hide the next.
results=()
failures=0
go_lines=$(mktemp)
section_out=$(mktemp)

sections_end() { rm -f "$go_lines" "$section_out"; }
trap sections_end EXIT

# section NAME COMMAND…: runs it, shows its output, notes time and outcome.
section() {
  local name=$1 from=$SECONDS outcome=ok
  shift
  printf '\n== %s\n' "$name"
  # Not inside an "if": bash would ignore set -e in the section's functions.
  set +e
  (set -e; "$@") 2>&1 | tee "$section_out"
  if ((PIPESTATUS[0])); then
    outcome=FAILED
    failures=$((failures + 1))
  fi
  set -e
  grep -E '^(ok|FAIL|---|panic:)' "$section_out" >>"$go_lines" || true
  results+=("$(printf '%-7s %4d s  %s' "$outcome" $((SECONDS - from)) "$name")")
}

summary() {
  printf '\n== summary\n'
  printf '%s\n' "${results[@]}"
  cat "$go_lines"
  if ((failures)); then
    printf 'FAIL: %d of %d sections, %d s\n' "$failures" "${#results[@]}" "$SECONDS"
    exit 1
  fi
  printf 'PASS: %d sections, %d s\n' "${#results[@]}" "$SECONDS"
}
