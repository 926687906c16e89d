#!/usr/bin/env bash
# Sets this machine up and shows the main job: a real video goes through the whole pipeline, the live table runs, and a
# contact sheet of input, segmentation, depth and normals is left behind.
#
#   launch/demo.sh [--source URI] [--frames N] [--out FILE] [other options of 'roboperception run', e.g. --broker, --model]
#
# Without --source it replays vtest.avi of Debian's package opencv-doc. Cameras run until N frames (default 60) were seen.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

source= frames=60 out=$PWD/contact-sheet.png rest=()
while [ $# -gt 0 ]; do
  case "$1" in
    --source) source=${2:?--source needs a URI}; shift ;;
    --frames) frames=${2:?--frames needs a number}; shift ;;
    --out) out=${2:?--out needs a file}; shift ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) rest+=("$1") ;;
  esac
  shift
done

"$root/launch/setup.sh" node

if [ -z "$source" ]; then
  # opencv-doc is installed by setup; some minimal images leave documentation out of packages.
  video=/usr/share/doc/opencv-doc/examples/data/vtest.avi
  if [ -f "$video.gz" ] && [ ! -f "$video" ]; then mkdir -p "$root/.logs" && gunzip -c "$video.gz" >"$root/.logs/vtest.avi"; video=$root/.logs/vtest.avi; fi
  if [ -f "$video" ]; then
    source=$video
  else
    echo "demo: vtest.avi is not on this machine (images without documentation); showing the moving test pattern instead. Give --source FILE for a real video." >&2
    source="test://?size=640x480&fps=10"
  fi
fi

# A file is replayed at its own pace; a camera runs live. Both show the table of 'watch' meanwhile.
command=run
case "$source" in *://*) ;; *) command=replay; rest+=(--pace realtime) ;; esac
"$root/launch/roboperception" "$command" "$source" --frames "$frames" --watch --contact-sheet "$out" ${rest[@]+"${rest[@]}"}

echo
echo "Contact sheet: $out"
