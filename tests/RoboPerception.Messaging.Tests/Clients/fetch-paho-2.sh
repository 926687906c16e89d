#!/usr/bin/env bash
# Puts paho-mqtt 2 into a folder, so that the Python client is tried with it where the distribution has paho-mqtt 1 (tests alone).
#
#   fetch-paho-2.sh FOLDER
#
# From Debian's next release where this machine is a Debian, by apt itself, with lists of their own: nothing of the machine's changes. Elsewhere by pip.
set -euo pipefail
folder=${1:?fetch-paho-2.sh needs a folder}
[ ! -e "$folder/paho" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

from_debian() {
  local mirror options
  # The mirror that this machine's apt uses.
  mirror=$(apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | awk -F'|' '$1 == "Debian" && $2 == "main" && $3 !~ /security/ { print $3; exit }')
  [ -n "$mirror" ] || return 1
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/unpacked"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
  options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache::archives=$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    -o Acquire::Languages=none -o APT::Sandbox::User= -o APT::Default-Release=)
  (cd "$work" && apt-get "${options[@]}" update && apt-get "${options[@]}" download python3-paho-mqtt) >"$work/log" 2>&1 || return 1
  dpkg -x "$work"/python3-paho-mqtt_2*.deb "$work/unpacked" || return 1
  cp -r "$work/unpacked/usr/lib/python3/dist-packages" "$folder.new"
}

rm -rf "$folder.new"
from_debian || python3 -m pip install --quiet --no-deps --retries 1 --timeout 10 --disable-pip-version-check --root-user-action ignore --target "$folder.new" 'paho-mqtt>=2,<3' >"$work/log" 2>&1 || {
  echo "paho-mqtt 2 could not be had ($(tail -1 "$work/log"))" >&2
  rm -rf "$folder.new"
  exit 1
}
rm -rf "$folder" && mv "$folder.new" "$folder"
