#!/usr/bin/env bash
# Makes one archive of the perception node that runs on a bare machine without network: the program with its .NET, native libraries with what they
# need, an MQTT broker, models, unit file and launch scripts. Unpack it anywhere; launch/roboperception runs it.
#
#   launch/publish.sh [--runtime linux-x64|linux-arm64] [--gpu] [--out FOLDER] [--check]
#
# --gpu    the CUDA and TensorRT providers with it (x64; CUDA and TensorRT themselves are the machine's)
# --check  afterwards unpacks the archive in an empty root that holds the C and C++ libraries alone, and there runs 'doctor' and a replay (needs root)
#
# linux-arm64 on an x64 machine is cross-built over the OpenCV of this Debian's release. A Jetson has another release: publish there, without --runtime.
# Training is not in it: libtorch is 460 MB that a robot has no use for; launch/setup.sh train installs it where it is wanted.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

case "$(uname -m)" in x86_64) here=linux-x64 ;; aarch64) here=linux-arm64 ;; *) echo "publish: no packages exist for $(uname -m)" >&2; exit 1 ;; esac
runtime=$here onnxruntime=cpu out=$root/out check=no
while [ $# -gt 0 ]; do
  case "$1" in
    --runtime) runtime=${2:?--runtime needs linux-x64 or linux-arm64}; shift ;;
    --gpu) onnxruntime=gpu ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    --check) check=yes ;;
    -h|--help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "publish: unknown argument '$1' (see launch/publish.sh --help)" >&2; exit 2 ;;
  esac
  shift
done
case "$runtime" in linux-x64) triplet=x86_64-linux-gnu debian=amd64 ;; linux-arm64) triplet=aarch64-linux-gnu debian=arm64 ;; *) echo "publish: --runtime is linux-x64 or linux-arm64, not '$runtime'" >&2; exit 2 ;; esac
if [ $onnxruntime = gpu ] && [ "$runtime" != linux-x64 ]; then
  echo "publish: ONNX Runtime's package with CUDA exists for x64 only; on a Jetson name JetPack's library: ROBOPERCEPTION_ONNXRUNTIME=/path/libonnxruntime.so" >&2; exit 2
fi
say() { printf '\033[1mpublish:\033[0m %s\n' "$*"; }
fail() { printf 'publish: %s\n' "$*" >&2; exit 1; }

launch/setup.sh node --no-build
need() { # names of Debian packages that only publishing needs
  local missing=() name
  for name in "$@"; do dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then as_root=(); else as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || fail "apt could not install: ${missing[*]}"
}
need patchelf zstd

# --- Where the shared libraries come from: this machine, or a folder of Debian's packages for the other kind ------------------------------------
work=$root/out/publish-$runtime sysroot=
mkdir -p "$work"
if [ "$runtime" != "$here" ]; then
  [ "$runtime" = linux-arm64 ] || fail "x64 is published on an x64 machine"
  need g++-aarch64-linux-gnu
  sysroot=$work/sysroot
  if [ ! -e "$sysroot/complete" ]; then
    say "fetching Debian's packages for arm64 (nothing is installed on this machine)"
    mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial} "$sysroot"; : >"$work/apt/status"
    apt=(apt-get -qq -o APT::Architecture=$debian -o APT::Architectures=$debian -o Dir::State="$work/apt/state" -o Dir::State::status="$work/apt/status"
      -o Dir::Cache="$work/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
    "${apt[@]}" update 2>"$work/apt/log" || fail "apt cannot read the lists for arm64 here (see $work/apt/log): publish on the arm64 machine itself"
    "${apt[@]}" install -y --no-install-recommends --download-only libopencv-{core,imgproc,imgcodecs,videoio,calib3d}-dev libstdc++-12-dev libc6-dev libblas3 liblapack3 \
      mosquitto util-linux bash coreutils >"$work/apt/log" 2>&1 || fail "apt could not fetch the packages for arm64: see $work/apt/log"
    for package in "$work"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$sysroot"; done
    touch "$sysroot/complete"
  fi
  CXX=aarch64-linux-gnu-g++ src/native/OpenCvSharpExtern/build.sh src/native/OpenCvSharpExtern/bin/$runtime/libOpenCvSharpExtern.so --sysroot "$sysroot"
fi

# --- The program -------------------------------------------------------------------------------------------------------------------------------
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
name=roboperception-$version-$runtime; [ $onnxruntime = cpu ] || name=$name-gpu
say "building the node for $runtime"
rm -rf "${work:?}/$name"
if ! dotnet publish src/RoboPerception.Node -c Release -r $runtime --self-contained -p:OnnxRuntime=$onnxruntime -p:DebugType=none \
    --artifacts-path "$work/build-$onnxruntime" -o "$work/$name/program" -v quiet -nologo >"$work/build.log" 2>&1; then
  grep -E 'error' "$work/build.log" | sort -u | head -10 >&2
  fail "the build failed; the whole log is $work/build.log"
fi
program=$work/$name/program
rm -f "$program"/*.pdb "$program"/*.xml

# --- Shared libraries that a bare machine lacks --------------------------------------------------------------------------------------------------
# The C and C++ libraries are the machine's own: every Debian and Ubuntu has them, and two of a kind in one process do not work.
given='^(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s)\.so\..*)$'
places=("$sysroot/lib/$triplet" "$sysroot/usr/lib/$triplet" "$sysroot/usr/lib/$triplet"/{blas,lapack,pulseaudio} "$sysroot/usr/lib")
[ -n "$sysroot" ] || while read -r place; do places+=("$place"); done < <(/sbin/ldconfig -p | sed -n 's:.* => \(/.*\)/[^/]*$:\1:p' | sort -u)
find_library() { local place; for place in "${places[@]}"; do if [ -e "$place/$1" ]; then echo "$place/$1"; return 0; fi; done; return 1; }
mkdir -p "$program/lib"
collect() { # a library or program: copies into program/lib whatever it needs, and what that needs
  local needed file
  while read -r needed; do
    if [[ $needed =~ $given ]] || [ -e "$program/lib/$needed" ] || [ -e "$program/$needed" ]; then continue; fi
    file=$(find_library "$needed") || fail "$1 needs $needed, which is not in ${sysroot:-this machine}"
    cp -L "$file" "$program/lib/$needed"; chmod 755 "$program/lib/$needed"
    collect "$program/lib/$needed"
  done < <(patchelf --print-needed "$1")
}
# The broker, and setpriv of util-linux, by which the broker ends with the node.
for tool in usr/sbin/mosquitto usr/bin/setpriv; do
  [ -e "$sysroot/$tool" ] || fail "${sysroot:-this machine} lacks /$tool"
  cp -L "$sysroot/$tool" "$program/lib/"; chmod 755 "$program/lib/${tool##*/}"
  collect "$program/lib/${tool##*/}"
done
for library in libssl.so.3 libcrypto.so.3; do # opened by name: by us, and by .NET for hashes and TLS
  [ -e "$program/lib/$library" ] || cp -L "$(find_library $library)" "$program/lib/$library"
  chmod 755 "$program/lib/$library"; collect "$program/lib/$library"
done
collect "$program/libOpenCvSharpExtern.so"
chmod 755 "$program/libOpenCvSharpExtern.so"
for file in "$program"/lib/*; do patchelf --set-rpath '$ORIGIN:$ORIGIN/..' "$file"; done
# What dlopens or needs those by name looks beside itself and there: nobody has to set LD_LIBRARY_PATH.
for file in libSystem.Security.Cryptography.Native.OpenSsl.so libOpenCvSharpExtern.so; do patchelf --set-rpath '$ORIGIN:$ORIGIN/lib' "$program/$file"; done

# --- What else belongs to it -------------------------------------------------------------------------------------------------------------------
mkdir -p "$work/$name"/{launch,models,calibration}
cp launch/roboperception launch/gpu-check.sh launch/roboperception.service launch/node.yaml launch/mosquitto.conf "$work/$name/launch/"
cp models/*.onnx models/*.md "$work/$name/models/"
cp -r calibration/. "$work/$name/calibration/"
glibc=$(for file in "$program"/*.so* "$program"/roboperception "$program"/lib/*; do readelf -VW "$file" 2>/dev/null || true; done | grep -o 'Name: GLIBC_2[0-9.]*' | sed 's/.*GLIBC_//' | sort -Vu | tail -1)
cat >"$work/$name/README" <<EOF
RoboPerception $version for $runtime (ONNX Runtime: $onnxruntime). Needs: Linux with glibc $glibc or newer and libstdc++; nothing else, and no network.

  launch/roboperception doctor                                   what this machine has and lacks
  launch/roboperception replay FILE --contact-sheet sheet.png    a recording through the whole pipeline
  launch/roboperception run v4l2:///dev/video0 --broker mqtt://broker.local
  launch/gpu-check.sh --out gpu.json                             on a machine with an NVIDIA GPU: is every model right there, and how fast

As a service: launch/roboperception.service (the paths in it name /opt/roboperception).
EOF

mkdir -p "$out"
tar -C "$work" --owner=0 --group=0 --sort=name -cf - "$name" | zstd -q -T0 -10 -f -o "$out/$name.tar.zst"
say "$out/$name.tar.zst: $(du -m --apparent-size "$out/$name.tar.zst" | cut -f1) MB, unpacked $(du -sm --apparent-size "$work/$name" | cut -f1) MB ($(ls "$program/lib" | wc -l) shared libraries with it); needs glibc $glibc"

[ $check = yes ] || exit 0
exec launch/publish-check.sh "$out/$name.tar.zst"
