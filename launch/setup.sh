#!/usr/bin/env bash
# Installs what this machine lacks and builds the programs. Safe to run again: what is there is left alone.
#
#   launch/setup.sh [node|train|all] [--torch cpu|cuda|none] [--onnxruntime cpu|gpu] [--no-build]
#
# node   the perception node (the default)      train  the training program      all  both, and what the tests need
#
# Without --torch and --onnxruntime the machine decides: the CUDA variants where nvidia-smi finds a GPU, those for the CPU elsewhere.
# --torch none builds the trainer for a libtorch of your own, named by ROBOPERCEPTION_LIBTORCH (the folder of libtorch.so).
# On arm64 (a Jetson) OpenCvSharp's native library is built here over the OpenCV of the distribution; training is for x64 only.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

part=node torch= onnxruntime= build=yes
while [ $# -gt 0 ]; do
  case "$1" in
    node|train|all) part=$1 ;;
    --torch) torch=${2:?--torch needs cpu, cuda or none}; shift ;;
    --onnxruntime) onnxruntime=${2:?--onnxruntime needs cpu or gpu}; shift ;;
    --no-build) build=no ;;
    -h|--help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup: unknown argument '$1' (see launch/setup.sh --help)" >&2; exit 2 ;;
  esac
  shift
done
case "$torch" in ""|cpu|cuda|none) ;; *) echo "setup: --torch is cpu, cuda or none, not '$torch'" >&2; exit 2 ;; esac
case "$onnxruntime" in ""|cpu|gpu) ;; *) echo "setup: --onnxruntime is cpu or gpu, not '$onnxruntime'" >&2; exit 2 ;; esac

say() { printf '\033[1msetup:\033[0m %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has_part() { [ "$part" = all ] || [ "$part" = "$1" ]; }

case "$(uname -m)" in
  x86_64) runtime=linux-x64 ;;
  aarch64)
    runtime=linux-arm64
    [ "$part" = node ] || fail "training needs libtorch, which has a package for x64 only: run 'launch/setup.sh node' here, and train on an x64 machine"
    [ "$onnxruntime" != gpu ] || fail "ONNX Runtime's package with CUDA is for x64 only: leave --onnxruntime out, and name JetPack's library in ROBOPERCEPTION_ONNXRUNTIME or model.onnxruntime" ;;
  *) fail "the packages have native libraries for x64 and arm64, not for $(uname -m)" ;;
esac

# What is fetched or compiled while the programs are built: each says itself what went wrong.
beside=()
beside() { "$@" & beside+=($!); }
wait_for_those_beside() {
  local job
  for job in ${beside[@]+"${beside[@]}"}; do wait "$job" || exit 1; done
  beside=()
}

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

apt_install ca-certificates
# No 'grep -q' behind a pipe here: it leaves at the first hit, and with pipefail the program before it then counts as failed.
has_sdk() { command -v dotnet >/dev/null && [[ $'\n'$(dotnet --list-sdks) == *$'\n10.'* ]]; }
if ! has_sdk; then
  # Ubuntu 22.04 (JetPack 6) has the SDK in Ubuntu's own backports of .NET.
  if [ $apt_updated = no ] && command -v apt-get >/dev/null; then as_root apt-get update -qq; apt_updated=yes; fi
  if grep -qx 'ID=ubuntu' /etc/os-release && [[ ! $(apt-cache policy dotnet-sdk-10.0 2>/dev/null) =~ Candidate:\ [0-9] ]]; then
    (apt_install software-properties-common) && as_root add-apt-repository -y ppa:dotnet/backports >/dev/null 2>&1 && as_root apt-get update -qq || true
  fi
  (apt_install dotnet-sdk-10.0) || true
  has_sdk || fail ".NET SDK 10 is missing and apt does not hold it here: install it as Microsoft's page 'Install .NET on Linux' says, then run this again"
fi
apt_install util-linux
# Where no package holds OpenCvSharp's native library, ours is built; the tests run it beside the package's.
if [ $runtime = linux-arm64 ] || [ "$part" = all ]; then
  apt_install g++
  if [ ! -e /usr/include/opencv4/opencv2/videoio.hpp ]; then
    # JetPack's OpenCV comes as one package, the distributions' in parts (the whole would bring 400 MB more).
    if [ -e /etc/nv_tegra_release ] && [[ $(apt-cache depends libopencv-dev 2>/dev/null) != *libopencv-videoio-dev* ]]; then apt_install libopencv-dev
    else apt_install libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libopencv-calib3d-dev
    fi
  fi
fi
if has_part node; then apt_install mosquitto opencv-doc; fi
if [ "$part" = all ]; then apt_install mosquitto-clients ffmpeg openssl iproute2 poppler-utils; fi
# The clients in other languages (src/clients), for the tests alone.
if [ "$part" = all ]; then apt_install python3-numpy python3-paho-mqtt python3-pip python3-setuptools python3-wheel libbrotli1 libmosquitto-dev; fi
if [ "$part" = all ] && [ ! -e tests/RoboPerception.Messaging.Tests/Clients/paho-2 ]; then
  say "fetching paho-mqtt 2 for the Python client's tests"
  fetch_paho() {
    # Not a reason to stop: its tests say what is missing.
    tests/RoboPerception.Messaging.Tests/Clients/fetch-paho-2.sh tests/RoboPerception.Messaging.Tests/Clients/paho-2 || true
  }
  beside fetch_paho
fi
# Other people's readers of what we write (MCAP, ROS 2, TensorBoard, the dashboard): packages for Node.js, for the tests alone.
if [ "$part" = all ]; then
  command -v npm >/dev/null || apt_install nodejs npm
  # The dashboard is looked at in a real browser.
  # Ubuntu has Chromium as a snap alone, which needs a running snapd.
  if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null && [ -z "${CHROMIUM:-}" ]; then
    if grep -qx 'ID=ubuntu' /etc/os-release; then
      command -v snap >/dev/null && as_root snap install chromium >/dev/null \
        || say "no browser: the tests that look at pages will fail. 'sudo snap install chromium', install Google Chrome, or name a Chromium in CHROMIUM"
    else apt_install chromium
    fi
  fi
  if [ ! tests/Independent/node_modules/.package-lock.json -nt tests/Independent/package.json ]; then
    say "fetching the independent readers of tests/Independent"
    fetch_readers() {
      (cd tests/Independent && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error >/dev/null) \
        || fail "npm could not fetch the packages of tests/Independent/package.json"
      touch tests/Independent/node_modules/.package-lock.json
    }
    beside fetch_readers
  fi
fi
# Sources csi:// and gst:// run GStreamer's own programs; the tests bring a network camera of GStreamer's, too. A node without such a source needs none.
if [ "$part" = all ]; then
  apt_install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gir1.2-gst-rtsp-server-1.0 python3-gi
fi

# --- Which variants --------------------------------------------------------------------------------------------------
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
chosen() { sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" Directory.Local.props 2>/dev/null || true; }
gpu=no
if command -v nvidia-smi >/dev/null && [[ $(nvidia-smi -L 2>/dev/null) == *GPU* ]]; then gpu=yes; fi
# What was chosen once stays, until the option says otherwise.
[ -n "$torch" ] || torch=$(chosen Torch)
[ -n "$onnxruntime" ] || onnxruntime=$(chosen OnnxRuntime)
if [ -z "$torch" ]; then if [ $gpu = yes ]; then torch=cuda; else torch=cpu; fi; fi
if [ -z "$onnxruntime" ]; then if [ $gpu = yes ] && [ $runtime = linux-x64 ]; then onnxruntime=gpu; else onnxruntime=cpu; fi; fi
cat >Directory.Local.props.new <<EOF
<Project>
  <!-- Written by launch/setup.sh; its options choose otherwise. -->
  <PropertyGroup>
    <Torch>$torch</Torch>
    <OnnxRuntime>$onnxruntime</OnnxRuntime>
  </PropertyGroup>
</Project>
EOF
if cmp -s Directory.Local.props.new Directory.Local.props; then rm Directory.Local.props.new; else mv Directory.Local.props.new Directory.Local.props; fi
say "libtorch: $torch, ONNX Runtime: $onnxruntime"

# --- The programs ----------------------------------------------------------------------------------------------------
if [ $build = yes ]; then
  projects=()
  has_part node && projects+=(src/RoboPerception.Node)
  has_part train && projects+=(src/RoboPerception.Training)
  [ "$part" = all ] && projects=(RoboPerception.sln)
  mkdir -p .logs
  if [ $runtime = linux-arm64 ] || [ "$part" = all ]; then
    say "building OpenCvSharp's native library over OpenCV $(sed -n 's/#define CV_VERSION_M[AI][JN]OR *\([0-9]*\)/\1/p' /usr/include/opencv4/opencv2/core/version.hpp | paste -sd.)"
    build_extern() { src/native/OpenCvSharpExtern/build.sh src/native/OpenCvSharpExtern/bin/$runtime/libOpenCvSharpExtern.so || fail "OpenCvSharp's native library could not be built; the compiler says why above"; }
    # On arm64 it goes beside the programs; elsewhere the tests alone need it.
    if [ $runtime = linux-arm64 ]; then build_extern; else beside build_extern; fi
  fi
  for project in "${projects[@]}"; do
    say "fetching packages and building $project"
    # One compiler for all projects rather than one for each, also where the environment says otherwise. MSBuild and the compiler are machine
    # code already: compiling their busy methods once more, for a build of a minute, would cost it a third of its processor time.
    DOTNET_TieredCompilation=0 dotnet build "$project" -c Release -v quiet -nologo -clp:NoSummary -p:UseSharedCompilation=true >.logs/build.log 2>&1 && continue
    { grep -E 'error|Error' .logs/build.log || true; } | sort -u | head -20 >&2
    # NU1101: no such package; NU1102: not this version; NU1103: pre-releases alone.
    lacking=$(sed -n "s/.*error NU110[123]: Unable to find[^']* package '\{0,1\}\([A-Za-z0-9._-]*[A-Za-z0-9]\).*/\1/p" .logs/build.log | sort -u | paste -sd, | sed 's/,/, /g')
    sources=$(dotnet nuget list source 2>/dev/null | sed -n 's/^ \{3,\}\([^ ].*\)/\1/p' | paste -sd' ')
    if grep -q 'error NU1301' .logs/build.log; then fail "a package source cannot be reached (${sources:-none is configured}): check the network and 'dotnet nuget list source', then run this again"; fi
    if [ -n "$lacking" ]; then
      cpu=; if [ $torch = cuda ] || [ $onnxruntime = gpu ]; then cpu=" or choose the variants for the CPU: --torch cpu --onnxruntime cpu"; fi
      fail "the package source (${sources:-none is configured}) does not hold $lacking: name one that does with 'dotnet nuget add source URL' and run this again$cpu"
    fi
    fail "the build failed; the whole log is .logs/build.log"
  done
fi
wait_for_those_beside
# Where the environment forbids a compiler that stays (a CI job waits for every process), it goes.
if [ $build = yes ] && [ "${UseSharedCompilation:-}" = false ]; then dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true; fi
say "ready ($part)"
