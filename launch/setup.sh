#!/usr/bin/env bash
# Installs what this machine lacks and builds the programs. Safe to run again: what is there is left alone.
#
#   launch/setup.sh [node|train|all] [--torch cpu|cuda|none] [--onnxruntime cpu|gpu] [--no-build]
#
# node   the perception node (the default)      train  the training program      all  both, and what the tests need
#
# Without --torch and --onnxruntime the machine decides: the CUDA variants where nvidia-smi finds a GPU, those for the CPU elsewhere.
# --torch none builds the trainer for a libtorch of your own, named by ROBOPERCEPTION_LIBTORCH (the folder of libtorch.so).
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
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup: unknown argument '$1' (see launch/setup.sh --help)" >&2; exit 2 ;;
  esac
  shift
done
case "$torch" in ""|cpu|cuda|none) ;; *) echo "setup: --torch is cpu, cuda or none, not '$torch'" >&2; exit 2 ;; esac
case "$onnxruntime" in ""|cpu|gpu) ;; *) echo "setup: --onnxruntime is cpu or gpu, not '$onnxruntime'" >&2; exit 2 ;; esac

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

apt_install_any() { # names of one package in different distributions: installs the first that exists
  local name
  for name in "$@"; do dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed && return 0; done
  if [ $apt_updated = no ] && command -v apt-get >/dev/null; then as_root apt-get update -qq; apt_updated=yes; fi
  for name in "$@"; do
    # A virtual package has a page too, but no version.
    if apt-cache policy "$name" 2>/dev/null | grep 'Candidate: [0-9]' >/dev/null; then apt_install "$name"; return 0; fi
  done
  fail "none of these packages is to be had here: $*"
}

apt_install ca-certificates
if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
  (apt_install dotnet-sdk-10.0) || true
  command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.' \
    || fail ".NET SDK 10 is missing and apt does not hold it here: install it as Microsoft's page 'Install .NET on Linux' says, then run this again"
fi
# OpenCvSharp's library opens GTK 3 when it is loaded, though nothing here shows a window. Ubuntu 24.04 gave the package another name.
apt_install_any libgtk-3-0 libgtk-3-0t64
apt_install util-linux
if has_part node; then apt_install mosquitto opencv-doc; fi
if [ "$part" = all ]; then apt_install mosquitto-clients ffmpeg openssl; fi
# Sources csi:// and gst:// run GStreamer's own programs; the tests bring a network camera of GStreamer's, too. A node without such a source needs none.
if [ "$part" = all ]; then
  apt_install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gir1.2-gst-rtsp-server-1.0 python3-gi
fi

# --- Which variants --------------------------------------------------------------------------------------------------
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
chosen() { sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" Directory.Local.props 2>/dev/null || true; }
gpu=no
if command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q GPU; then gpu=yes; fi
# What was chosen once stays, until the option says otherwise.
[ -n "$torch" ] || torch=$(chosen Torch)
[ -n "$onnxruntime" ] || onnxruntime=$(chosen OnnxRuntime)
if [ -z "$torch" ]; then if [ $gpu = yes ]; then torch=cuda; else torch=cpu; fi; fi
if [ -z "$onnxruntime" ]; then if [ $gpu = yes ]; then onnxruntime=gpu; else onnxruntime=cpu; fi; fi
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
  for project in "${projects[@]}"; do
    say "fetching packages and building $project"
    dotnet build "$project" -c Release -v quiet -nologo -clp:NoSummary >.logs/build.log 2>&1 && continue
    grep -E 'error|Error' .logs/build.log | sort -u | head -20 >&2
    lacking=$(sed -n "s/.*error NU110[0-9]: Unable to find.* package \([^ ]*\)[. ].*/\1/p" .logs/build.log | sort -u | tr '\n' ' ')
    [ -z "$lacking" ] || fail "the package gallery at hand does not hold $lacking(see 'dotnet nuget list source'); the variants for the CPU are chosen with --torch cpu --onnxruntime cpu"
    if grep -q 'error NU1301' .logs/build.log; then fail "the package gallery cannot be reached: check the network and 'dotnet nuget list source', then run this again"; fi
    fail "the build failed; the whole log is .logs/build.log"
  done
fi
say "ready ($part)"
