#!/usr/bin/env bash
# Checks an archive of launch/publish.sh where nothing else can help it: in an empty root with the C and C++ libraries alone, without network.
# Ends with: N passed, N failed.
#
#   launch/publish-check.sh ARCHIVE [--sysroot FOLDER]
#
# --sysroot takes those libraries from a root for another kind of machine (arm64; needs qemu-user with binfmt).
set -uo pipefail
archive=$(readlink -f "${1:?usage: publish-check.sh ARCHIVE [--sysroot FOLDER]}") sysroot=
[ "${2:-}" != --sysroot ] || sysroot=$(cd "${3:?--sysroot needs a folder}" && pwd)
[ "$(id -u)" = 0 ] || { echo "publish-check: needs root, for an empty root without network" >&2; exit 1; }
case "$archive" in *linux-arm64*) triplet=aarch64-linux-gnu loader=lib/ld-linux-aarch64.so.1 ;; *) triplet=x86_64-linux-gnu loader=lib64/ld-linux-x86-64.so.2 ;; esac
if [ -n "$sysroot" ] && [ "$(uname -m)" = x86_64 ]; then
  # Programs for arm64 run here once the kernel knows qemu; where no service tells it at every start, this does.
  formats=/proc/sys/fs/binfmt_misc
  mountpoint -q $formats || mount -t binfmt_misc binfmt_misc $formats
  [ -e $formats/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$formats/register 2>/dev/null
  [ -e $formats/qemu-aarch64 ] || { echo "publish-check: programs for arm64 cannot run on this machine: sudo apt install qemu-user-static" >&2; exit 1; }
fi
bare=$(mktemp -d) passed=0 failed=0
trap 'umount "$bare"/{proc,sys,dev} 2>/dev/null; rm -rf --one-file-system "$bare"' EXIT

mkdir -p "$bare"/{proc,sys,dev,tmp,etc,bin,"lib/$triplet","$(dirname $loader)",root}
cp -L "$sysroot/$loader" "$bare/$loader"
for library in libc.so.6 libm.so.6 libdl.so.2 librt.so.1 libpthread.so.0 libutil.so.1 libresolv.so.2 libnss_files.so.2 libstdc++.so.6 libgcc_s.so.1 libtinfo.so.6; do
  for place in "$sysroot/lib/$triplet" "$sysroot/usr/lib/$triplet"; do [ ! -e "$place/$library" ] || { cp -L "$place/$library" "$bare/lib/$triplet/"; break; }; done
done
# The launcher is a shell script: a shell, and the two programs it calls.
for tool in bash env dirname; do
  for place in "$sysroot/bin" "$sysroot/usr/bin"; do [ ! -e "$place/$tool" ] || { cp -L "$place/$tool" "$bare/bin/"; break; }; done
done
ln -s bash "$bare/bin/sh"; mkdir -p "$bare/usr"; ln -s ../bin "$bare/usr/bin"
echo 'root:x:0:0::/root:/bin/sh' >"$bare/etc/passwd"; echo 'root:x:0:' >"$bare/etc/group"
tar -C "$bare/root" --zstd -xf "$archive" || exit 1
folder=/root/$(basename "$archive" .tar.zst)
mount -t proc proc "$bare/proc" && mount -t sysfs -o ro sysfs "$bare/sys" && mount --bind /dev "$bare/dev" || exit 1

# A new network namespace holds a loopback alone, on which the node's own broker listens, and that is down.
PATH=$PATH:/usr/sbin:/sbin
inside() { unshare --net sh -c 'ip link set lo up && exec chroot "$0" /bin/env -i HOME=/root PATH=/bin TERM=dumb "$@"' "$bare" "$folder/launch/roboperception" "$@"; }
step() { # a name, and what has to succeed
  local name=$1; shift
  if "$@" >"$bare/tmp/log" 2>&1; then echo "ok      $name"; passed=$((passed + 1))
  else echo "failed  $name (exit $?)"; tail -30 "$bare/tmp/log"; failed=$((failed + 1)); fi
}
picture() { [ "$(head -c 8 "$bare/tmp/sheet.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] && [ "$(stat -c %s "$bare/tmp/sheet.png")" -gt 20000 ]; }

step "version" inside --version
step "doctor finds every library and model" inside doctor
cp "$bare/tmp/log" "$bare/tmp/doctor"
step "the broker of the archive starts" grep -q 'mosquitto starts' <(tr -s ' \n' ' ' <"$bare/tmp/doctor")
step "replay of a test pattern leaves a contact sheet" inside replay "test://?size=320x240&frames=4" --frames 4 --contact-sheet /tmp/sheet.png
step "the contact sheet is a picture" picture
if [ -n "${PUBLISH_CHECK_VIDEO:-}" ]; then
  cp "$PUBLISH_CHECK_VIDEO" "$bare/tmp/video.avi"; rm -f "$bare/tmp/sheet.png"
  step "replay of a video leaves a contact sheet" inside replay /tmp/video.avi --frames 4 --contact-sheet /tmp/sheet.png
  step "its contact sheet is a picture" picture
fi
[ -z "${PUBLISH_CHECK_KEEP:-}" ] || cp "$bare/tmp/sheet.png" "$PUBLISH_CHECK_KEEP" 2>/dev/null || true
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
