#!/usr/bin/env bash
# Installs what this machine lacks and builds the programs. Safe to run again: what is there is left alone.
#
#   launch/setup.sh [node|train|all] [--stack nuget|system] [--no-build]
#
# node   the perception node (the default)      train  the training program      all  both, and what the tests need
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

part=node stack= build=yes
while [ $# -gt 0 ]; do
  case "$1" in
    node|train|all) part=$1 ;;
    --stack) stack=${2:?--stack needs nuget or system}; shift ;;
    --no-build) build=no ;;
    -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup: unknown argument '$1' (see launch/setup.sh --help)" >&2; exit 2 ;;
  esac
  shift
done
case "$stack" in ''|nuget|system) ;; *) echo "setup: --stack is nuget or system, not '$stack'" >&2; exit 2 ;; esac

say() { printf '\033[1msetup:\033[0m %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has_part() { [ "$part" = all ] || [ "$part" = "$1" ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "needs root to run '$*': install sudo or run it as root"
  fi
}

# --- Debian packages -------------------------------------------------------------------------------------------------
apt_updated=no
apt_install() { # names: installs those that are missing, in one go
  local missing=()
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || fail "this system has no apt-get; install these yourself: ${missing[*]}"
  say "installing ${missing[*]}"
  if [ $apt_updated = no ]; then as_root apt-get update -qq; apt_updated=yes; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || fail "apt could not install: ${missing[*]}"
}

apt_install ca-certificates g++ cmake make
if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
  (apt_install dotnet-sdk-10.0) || true
  command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.' \
    || fail ".NET SDK 10 is missing and apt does not hold it here: install it as Microsoft's page 'Install .NET on Linux' says, then run this again"
fi
apt_install libdeflate0 util-linux
if has_part train && ! /sbin/ldconfig -p | grep -E 'libhdf5(_serial)?\.so\.(103|200|310)' >/dev/null; then
  # Data sets in MATLAB 7.3 files. The package's name changes with the library's version.
  for name in libhdf5-310 libhdf5-103-1t64 libhdf5-103-1 libhdf5-103; do
    if apt-cache show "$name" >/dev/null 2>&1; then apt_install "$name"; break; fi
  done
fi
has_part node && apt_install mosquitto libmosquitto1 opencv-doc
[ "$part" = all ] && apt_install mosquitto-clients ffmpeg openssl

# --- Which stack -----------------------------------------------------------------------------------------------------
mkdir -p .stack/lib
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
gpu=no
if command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q GPU; then gpu=yes; fi
variant=cpu; [ $gpu = yes ] && variant=cuda
if [ -z "$stack" ] && [ -f .stack/Stack.props ]; then
  stack=$(sed -n 's:.*<Stack>\(.*\)</Stack>.*:\1:p' .stack/Stack.props)
fi
if [ -z "$stack" ]; then
  # The packages exist for x64; where the gallery at hand does not hold them the answer comes within a second.
  stack=system
  if [ "$(uname -m)" = x86_64 ]; then
    say "asking the package gallery for the four packages (Stack=nuget)"
    if dotnet restore src/RoboPerception.Node -p:Stack=nuget -p:TorchVariant=$variant -p:OnnxRuntimeVariant=$variant >.stack/nuget-probe.log 2>&1 \
      && { [ "$part" = node ] || dotnet restore src/RoboPerception.Training -p:Stack=nuget -p:TorchVariant=$variant -p:OnnxRuntimeVariant=$variant >>.stack/nuget-probe.log 2>&1; }; then
      stack=nuget
    fi
  fi
fi
cat >.stack/Stack.props.new <<EOF
<Project>
  <!-- Written by launch/setup.sh; its option "stack" chooses otherwise. -->
  <PropertyGroup>
    <Stack>$stack</Stack>
    <TorchVariant>$variant</TorchVariant>
    <OnnxRuntimeVariant>$variant</OnnxRuntimeVariant>
  </PropertyGroup>
</Project>
EOF
if cmp -s .stack/Stack.props.new .stack/Stack.props; then rm .stack/Stack.props.new; else mv .stack/Stack.props.new .stack/Stack.props; fi
say "stack: $stack, $variant"

# --- Native side of Stack=system -------------------------------------------------------------------------------------
native() { # name: builds src/Stack/native/<name> into .stack/lib
  local log=.stack/build-$1.log
  mkdir -p .stack/build
  # CMake refuses a cache that was made elsewhere: the folder was moved.
  grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root/src/Stack/native/$1" ".stack/build/$1/CMakeCache.txt" || rm -rf ".stack/build/$1"
  { cmake -S "src/Stack/native/$1" -B ".stack/build/$1" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$root/.stack" ${CMAKE_PREFIX_PATH:+-DCMAKE_PREFIX_PATH="$CMAKE_PREFIX_PATH"} \
    && cmake --build ".stack/build/$1" -j "$(nproc)" && cmake --install ".stack/build/$1"; } >"$log" 2>&1 \
    || { tail -20 "$log" >&2; fail "the native part '$1' did not build; the whole log is $log"; }
}
npm_packages() { # name@version ...: unpacks npm packages without running their scripts
  command -v npm >/dev/null || apt_install nodejs npm
  local wanted=()
  for p in "$@"; do
    local name=${p%@*} version=${p##*@}
    grep -qs "\"version\": *\"$version\"" ".stack/npm/node_modules/$name/package.json" || wanted+=("$p")
  done
  [ ${#wanted[@]} -eq 0 ] && return 0
  say "fetching ${wanted[*]}"
  mkdir -p .stack/npm
  [ -f .stack/npm/package.json ] || echo '{"private":true}' >.stack/npm/package.json
  npm install --prefix .stack/npm --ignore-scripts --no-audit --no-fund --loglevel=error "${wanted[@]}" >/dev/null \
    || fail "npm could not fetch: ${wanted[*]}"
}
place() { # from to: copies when different, beside and renamed, so that a running program keeps its file
  cmp -s "$1" "$2" || { cp "$1" "$2.new" && mv -f "$2.new" "$2"; }
}
if [ "$stack" = system ]; then
  case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) fail "no ONNX Runtime library for $(uname -m)" ;; esac
  # ONNX Runtime serves both programs: the node runs models, the trainer checks what it exported.
  npm_packages onnxruntime-node@1.29.0 com.github.asus4.onnxruntime@0.4.9
  modules=.stack/npm/node_modules
  place "$modules/onnxruntime-node/bin/napi-v6/linux/$arch/libonnxruntime.so.1" .stack/lib/libonnxruntime.so
  if [ $arch = x64 ]; then
    place "$modules/com.github.asus4.onnxruntime/Plugins/Linux/x64/libonnxruntime_providers_shared.so" .stack/lib/libonnxruntime_providers_shared.so
    if [ $gpu = yes ]; then
      # The same 1.29: CUDA 13 and TensorRT 10 providers beside the library above.
      npm_packages com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9
      for provider in shared cuda tensorrt; do
        place "$modules/com.github.asus4.onnxruntime.linux-x64-gpu/Plugins/Linux/x64/libonnxruntime_providers_$provider.so" ".stack/lib/libonnxruntime_providers_$provider.so"
      done
    fi
  fi
  # The trainer reads its images through OpenCV, so every part needs that shim.
  apt_install libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libopencv-calib3d-dev
  say "building the OpenCV shim"
  native opencv
  if has_part train; then
    # A libtorch of your own (CUDA, or inside a Python torch) comes in through CMAKE_PREFIX_PATH.
    [ -n "${CMAKE_PREFIX_PATH:-}" ] || apt_install libtorch-dev
    say "building the libtorch shim (about a minute the first time)"
    native torch
  fi
fi

# --- The programs ----------------------------------------------------------------------------------------------------
if [ $build = yes ]; then
  projects=()
  has_part node && projects+=(src/RoboPerception.Node)
  has_part train && projects+=(src/RoboPerception.Training)
  [ "$part" = all ] && projects=(RoboPerception.sln)
  for project in "${projects[@]}"; do
    say "building $project"
    dotnet build "$project" -c Release -v quiet -nologo -clp:NoSummary >.stack/build.log 2>&1 \
      || { grep -E 'error|Error' .stack/build.log | sort -u | head -20 >&2; fail "the build failed; the whole log is .stack/build.log"; }
  done
fi
say "ready ($part, stack $stack)"
