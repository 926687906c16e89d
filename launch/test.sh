#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and ends with one line: N passed, N failed, N skipped.
#
#   launch/test.sh [name ...]     only the test projects whose names contain one of the words
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
launch/setup.sh all || exit 1

# Hundreds of short programs are started: the second mapping of compiled code costs each of them a fifth of its time, and none lives long
# enough to gain from a profile of itself.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0

passed=0 failed=0 skipped=0 broken=0
wanted() { # NAME word...: whether a run of this name was asked for
  local name=$1 word; shift
  [ $# -gt 0 ] || return 0
  for word in "$@"; do case "$name" in *"$word"*) return 0 ;; esac; done
  return 1
}
run() { # NAME arguments of 'dotnet test'...
  local name=$1; shift
  dotnet test "$@" >".logs/test-$name.log" 2>&1
  echo $? >".logs/test-$name.status.new"
  mv ".logs/test-$name.status.new" ".logs/test-$name.status"
}
count() { # NAME: what a run came to
  local name=$1 log=.logs/test-$1.log status line
  status=$(cat ".logs/test-$name.status")
  line=$(grep -E '^(Passed|Failed)! +- ' "$log" | tail -1)
  number() { sed -n "s/.*$1: *\([0-9]*\).*/\1/p" <<<"$line"; }
  if [ -z "$line" ]; then
    # A crash of the test host is a failure that no count shows.
    echo "$name: no result (exit $status)"; tail -15 "$log"; broken=$((broken + 1)); return
  fi
  printf '%-38s %4d passed %3d failed %3d skipped  %s\n' "$name" "$(number Passed)" "$(number Failed)" "$(number Skipped)" "$(sed -n 's/.*Duration: *\([^-]*\) -.*/\1/p' <<<"$line")"
  passed=$((passed + $(number Passed))) failed=$((failed + $(number Failed))) skipped=$((skipped + $(number Skipped)))
  if [ $status -ne 0 ]; then
    grep -A12 -E '^\s+Failed |\[FAIL\]' "$log" | head -80
    [ "$(number Failed)" -gt 0 ] || broken=$((broken + 1))
  fi
}

# The Capture tests once more, on our library over the distribution's OpenCV (what arm64 runs on) in place of the package's.
again=RoboPerception.Capture.Tests-system-OpenCV
test_suite() { # NAME
  local copy=.logs/capture-system-opencv
  if [ "$1" != $again ]; then run "$1" "tests/$1" -c Release --no-build; return; fi
  rm -rf "$copy" && cp -al tests/RoboPerception.Capture.Tests/bin/Release/net10.0 "$copy" && rm "$copy/libOpenCvSharpExtern.so"
  cp "src/native/OpenCvSharpExtern/bin/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/libOpenCvSharpExtern.so" "$copy/"
  run "$1" "$copy/RoboPerception.Capture.Tests.dll"
}
# Two at a time, the longest first: one computes while another waits for a broker or a camera.
suites=()
for name in RoboPerception.{Training,EndToEnd,Messaging,Capture,Node}.Tests $again $(cd tests && ls -d -- *.Tests); do
  if [[ " ${suites[*]-} " != *" $name "* ]] && wanted "tests/$name" "$@"; then suites+=("$name"); fi
done
rm -f .logs/test-*.status
counted=' '
count_ended() {
  local name
  for name in ${suites[@]+"${suites[@]}"}; do
    if [ -e ".logs/test-$name.status" ] && [[ $counted != *" $name "* ]]; then count "$name"; counted+="$name "; fi
  done
}
running=0
for name in ${suites[@]+"${suites[@]}"}; do
  if [ $running = 2 ]; then wait -n; running=1; count_ended; fi
  test_suite "$name" & running=$((running + 1))
done
wait
count_ended
echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
[ $((failed + broken)) -eq 0 ] && [ $passed -gt 0 ]
