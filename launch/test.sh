#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and ends with one line: N passed, N failed, N skipped.
#
#   launch/test.sh [name ...]     only the test projects whose names contain one of the words
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
launch/setup.sh all || exit 1

passed=0 failed=0 skipped=0 broken=0
for project in tests/*.Tests; do
  if [ $# -gt 0 ]; then
    wanted=no
    for word in "$@"; do case "$project" in *"$word"*) wanted=yes ;; esac; done
    [ $wanted = yes ] || continue
  fi
  log=.logs/test-$(basename "$project").log
  dotnet test "$project" -c Release --no-build -nologo >"$log" 2>&1
  status=$?
  line=$(grep -E '^(Passed|Failed)! +- ' "$log" | tail -1)
  number() { sed -n "s/.*$1: *\([0-9]*\).*/\1/p" <<<"$line"; }
  if [ -z "$line" ]; then
    # A crash of the test host is a failure that no count shows.
    echo "$(basename "$project"): no result (exit $status)"; tail -15 "$log"; broken=$((broken + 1)); continue
  fi
  printf '%-38s %4d passed %3d failed %3d skipped  %s\n' "$(basename "$project")" "$(number Passed)" "$(number Failed)" "$(number Skipped)" "$(sed -n 's/.*Duration: *\([^-]*\) -.*/\1/p' <<<"$line")"
  passed=$((passed + $(number Passed))) failed=$((failed + $(number Failed))) skipped=$((skipped + $(number Skipped)))
  if [ $status -ne 0 ]; then
    grep -A12 -E '^\s+Failed |\[FAIL\]' "$log" | head -80
    [ "$(number Failed)" -gt 0 ] || broken=$((broken + 1))
  fi
done
echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
[ $((failed + broken)) -eq 0 ] && [ $passed -gt 0 ]
