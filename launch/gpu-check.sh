#!/usr/bin/env bash
# What this machine's GPU does with our models, as one JSON with its environment, in less than four minutes and without network: providers that load, every model
# against the CPU, half precision, the node beside bare OrtRun (efficiency, p50, p99), and training beside the same network in Python where a torch is there.
# Runs from an archive of launch/publish.sh or from a checkout that launch/setup.sh has built.
#
#   launch/gpu-check.sh [--provider cuda|tensorrt|cpu] [--rehearse] [--model FILE...] [--video FILE] [--seconds N] [--out FILE]
#
# --rehearse does the same on the CPU (--provider cpu). The JSON goes to standard output, or to FILE. Exit code 0: every model predicts as on the CPU.
# Training needs a checkout with the bench built (dotnet build -c Release tests/RoboPerception.Benchmarks); PYTHON names another python3 with a torch.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
provider=cuda seconds=5 out= arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --rehearse) provider=cpu ;;
    --provider) provider=${2:?--provider needs cuda, tensorrt or cpu}; shift ;;
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --out) out=${2:?--out needs a file}; shift ;;
    -h|--help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Two minutes and a half for the node's part, a minute for training's: together with the start they stay below four.
timeout 150 "$root/launch/roboperception" gpu-check --provider "$provider" --seconds "$seconds" ${arguments[@]+"${arguments[@]}"} --out "$work/node.json"
status=$?
if [ ! -s "$work/node.json" ]; then
  [ $status -ne 124 ] || echo "gpu-check: the node's part took longer than 150 s; try --seconds 1, or one model: --model FILE" >&2
  [ $status -ne 0 ] || status=1
  exit $status
fi

bench=$root/tests/RoboPerception.Benchmarks/bin/Release/net10.0/RoboPerception.Benchmarks
device=cpu; [ "$provider" = cpu ] || device=cuda
if [ -x "$bench" ]; then
  echo "gpu-check: training" >&2
  # A rehearsal shows that it runs; its figures are nobody's.
  amount=(--rounds 3 --steps 20); [ "$provider" != cpu ] || amount=(--rounds 1 --steps 1 --widths 4,4,8,8,8)
  (cd "$root" && timeout 60 "$bench" training --device $device "${amount[@]}" --python "${PYTHON:-/usr/bin/python3}" --alone >"$work/training.json" 2>"$work/training.err")
  code=$?
  if [ $code -ne 0 ]; then
    reason=$(tail -1 "$work/training.err" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')
    [ $code -ne 124 ] || reason='training took longer than a minute'
    printf '{ "reason": "%s" }\n' "${reason:-the bench ended with exit code $code}" >"$work/training.json"
  fi
else
  echo '{ "reason": "no bench here: it is part of a checkout (dotnet build -c Release tests/RoboPerception.Benchmarks)" }' >"$work/training.json"
fi

# One JSON: the node's, with training before its closing brace.
{ sed '$d' "$work/node.json" | sed '$s/$/,/'; printf '  "training": '; sed '2,$s/^/  /' "$work/training.json"; echo '}'; } >"$work/all.json"
if [ -n "$out" ]; then cp "$work/all.json" "$out"; else cat "$work/all.json"; fi
exit $status
