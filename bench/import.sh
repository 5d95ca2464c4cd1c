#!/bin/bash
# bench/import.sh [ROUNDS]   (as the user of a user manager; AETHERSCALE_PROGRAMS names the folder with our programs)
#
# Imports a raw disk of 1 GiB of noise beside `qemu-img convert`, in turns, and prints the ratio of their times: qemu-img's by ours, so 0.8
# is the goal. Ours hashes the source (--checksum) and the result, and syncs it; qemu-img does neither. "synced" is qemu-img and a sync,
# "by hand" that with sha256sum of both files, one after the other: what a user would type for the same end.
set -euo pipefail
rounds=${1:-5}
programs=${AETHERSCALE_PROGRAMS:?}
area=$(mktemp -d "$HOME/import-bench.XXXXXX")
export AETHERSCALE_DATA_FOLDER=$area/data AETHERSCALE_SOCKET=$XDG_RUNTIME_DIR/import-bench/api.sock AETHERSCALE_NETWORK=importbench
"$programs/aetherscale" 2>"$area/log" &
daemon=$!
trap 'kill "$daemon"; wait "$daemon" || true; rm -rf "$area"' EXIT
until [[ -S $AETHERSCALE_SOCKET ]]; do kill -0 "$daemon"; sleep 0.1; done

head -c 1G /dev/urandom >"$area/disk.raw"
sum=$(sha256sum "$area/disk.raw" | cut -d' ' -f1)

# timed COMMAND…: its milliseconds.
timed() {
  local began=${EPOCHREALTIME/[.,]/}
  "$@" >/dev/null 2>&1
  echo $(((${EPOCHREALTIME/[.,]/} - began) / 1000))
}

ratio() { printf "%d.%02d" $(($1 / $2)) $(($1 * 100 / $2 % 100)); }
ours() { "$programs/aetherscale-cli" import-image disk "$area/disk.raw" --format raw --checksum "sha256:$sum" --quiet; }
peer() { qemu-img convert -f raw -O qcow2 "$area/disk.raw" "$area/peer.qcow2"; }
synced() { peer && sync "$area/peer.qcow2"; }
by_hand() { sha256sum "$area/disk.raw" && peer && sync "$area/peer.qcow2" && sha256sum "$area/peer.qcow2"; }

printf '%8s %8s %10s %11s %10s %12s %13s\n' ours/ms peer/ms synced/ms by-hand/ms peer/ours synced/ours by-hand/ours
for ((round = 0; round < rounds; round++)); do
  a=$(timed ours)
  "$programs/aetherscale-cli" delete-image disk --quiet
  rm -f "$area/peer.qcow2"
  b=$(timed peer)
  rm -f "$area/peer.qcow2"
  d=$(timed synced)
  rm -f "$area/peer.qcow2"
  c=$(timed by_hand)
  rm -f "$area/peer.qcow2"
  printf '%8d %8d %10d %11d %10s %12s %13s\n' "$a" "$b" "$d" "$c" "$(ratio "$b" "$a")" "$(ratio "$d" "$a")" "$(ratio "$c" "$a")"
done
grep -E 'VmHWM|RssAnon|RssFile' "/proc/$daemon/status"
