#!/usr/bin/env bash
# Builds libOpenCvSharpExtern.so over the OpenCV of this distribution (README.md beside this file says what for):
#
#   src/native/OpenCvSharpExtern/build.sh OUT_FILE [--sysroot DIR]
#
# CXX names another compiler, for a cross-build; --sysroot the root of the machine that it builds for.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: build.sh OUT_FILE [--sysroot DIR]} sysroot=
[ "${2:-}" != --sysroot ] || sysroot=$(cd "${3:?--sysroot needs a folder}" && pwd)
headers=$sysroot/usr/include/opencv4
[ -e "$headers/opencv2/videoio.hpp" ] || { echo "build: OpenCV's headers are not in $headers; launch/setup.sh installs them" >&2; exit 1; }
mkdir -p "$(dirname "$out")"
# Nothing to do when no source is newer.
if [ -e "$out" ] && [ -z "$(find "$here" "$headers/opencv2/core/version.hpp" -newer "$out" -type f -print -quit)" ]; then exit 0; fi
${CXX:-g++} ${sysroot:+--sysroot="$sysroot"} -shared -fPIC -O2 -std=c++17 -fvisibility=hidden -Wall -Wextra -Wl,--no-undefined,--as-needed \
  -isystem "$headers" "$here"/*.cpp -o "$out.new" -lopencv_calib3d -lopencv_videoio -lopencv_imgcodecs -lopencv_imgproc -lopencv_core \
  ${sysroot:+-Wl,--unresolved-symbols=ignore-in-shared-libs}
mv "$out.new" "$out"
