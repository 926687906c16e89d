#!/usr/bin/env bash
# Measures the node against its floor in one run and prints JSON with its environment (ratios mean something, absolute
# times belong to this machine):
#
#   launch/bench.sh [--model FILE] [--video FILE] [--frames N] [--out FILE]      pipeline: node against a bare OrtRun loop
#   launch/bench.sh payloads                                                     encoders: milliseconds and bytes
#   launch/bench.sh scenes [speed|scaling|balance|seeds N|pictures FOLDER SEED...]  renderer: frames/s, cost by objects, classes, soundness
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
launch/setup.sh all --no-build >&2
dotnet build tests/RoboPerception.Benchmarks -c Release -v quiet -nologo -clp:NoSummary >&2
COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown) exec tests/RoboPerception.Benchmarks/bin/Release/net10.0/RoboPerception.Benchmarks "$@"
