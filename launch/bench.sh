#!/usr/bin/env bash
# Measures the node against its floor in one run and prints JSON with its environment (ratios mean something, absolute
# times belong to this machine):
#
#   launch/bench.sh [--model FILE] [--video FILE] [--frames N] [--rounds N] [--out FILE]   pipeline: node against a bare OrtRun loop
#   launch/bench.sh peers [options as above]                                     the node beside the same job in Node.js (onnxruntime-node, mqtt.js, sharp)
#   launch/bench.sh recording [options as above]                                 frames/s of a replay with a recording and without
#   launch/bench.sh payloads                                                     encoders: milliseconds and bytes
#   launch/bench.sh scan [--model FILE]                                          laser scan and nearest obstacles: ms a frame, ratio to inference
#   launch/bench.sh models [FOLDER]                                              every model: ms per frame, as a ratio to the first
#   launch/bench.sh scenes [speed|scaling|balance|seeds N|images FOLDER SEED...]  renderer: frames/s, cost by objects, classes, soundness
#   launch/bench.sh temporal FILM [--frames N] [--model FILE]                    flicker of labels, jitter of depth and normals over a film
#   launch/bench.sh fuzz [N] [--seed S] [--only NAME] [--seconds N] [--out FILE]  N damaged inputs (a million) for each format that is read from outside;
#                                                                                --clients: for the readers in C++, JavaScript and Python
#   launch/bench.sh faults [--quick] [--only KIND] [--minutes N] [--times N] [--out FILE]   killed brokers and cameras, full disks, cut networks (root), hours at 30 Hz
#   launch/bench.sh mqtt [--rounds N] [--frames N] [--seconds N] [--out FILE]    publishing beside libmosquitto; a subscriber three times too slow
#   launch/bench.sh cameras DATA [--ids FILE] [--model FILE]                     depth through other cameras, corrected by focal length or not;
#                                                                                --fit: images of other shapes, stretched, cropped, letterboxed;
#                                                                                 --model A B... of one network exported at several sizes, --shape 16:9
#   launch/bench.sh training [--rounds N] [--steps N] [--threads N]              trainer: a step beside the same network in Python
#   launch/bench.sh training --overhead [--rounds N] [--threads N]               trainer: what a step costs the host beside its passes, before and after
#   launch/bench.sh convolutions [--seconds N] [--seed S]                        libtorch's convolutions here against float64: how many are wrong
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
launch/setup.sh all --no-build >&2
if [ "${1:-}" = peers ]; then
  peers=tests/RoboPerception.Benchmarks/Peers
  if ! command -v npm >/dev/null; then
    echo "bench: the peer needs Node.js 20 or newer with npm: sudo apt install nodejs npm" >&2; exit 2
  fi
  # Their install scripts would fetch a GPU's libraries from elsewhere; what a CPU needs is in the packages.
  (cd "$peers" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error >&2)
fi
if [ "$(id -u)" = 0 ]; then as_root=(); else as_root=(sudo); fi
if [ "${1:-}" = mqtt ]; then
  if ! command -v gcc >/dev/null || [ ! -e /usr/include/mosquitto.h ]; then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev libmosquitto-dev >&2
  fi
  mkdir -p tests/RoboPerception.Benchmarks/bin
  gcc -O2 -Wall -o tests/RoboPerception.Benchmarks/bin/mosquitto_publish tests/RoboPerception.Benchmarks/Mqtt/mosquitto_publish.c -lmosquitto
  export LIBMOSQUITTO_CLIENT=$PWD/tests/RoboPerception.Benchmarks/bin/mosquitto_publish
fi
if [ "${1:-}" = training ]; then
  if [ "${2:-}" != --overhead ] && ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch >&2
  fi
  # As launch/roboperception-train has it; both sides of the comparison inherit it.
  export MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-4000000000} MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-33554432}
fi
dotnet build tests/RoboPerception.Benchmarks -c Release -v quiet -nologo -clp:NoSummary >&2
COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown) exec tests/RoboPerception.Benchmarks/bin/Release/net10.0/RoboPerception.Benchmarks "$@"
