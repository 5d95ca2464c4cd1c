#!/bin/bash
# bench/import.sh [ROUNDS]   (as the user of a user manager; AETHERSCALE_PROGRAMS names the folder with our programs)
#
# Imports a raw disk of 1 GiB of noise beside `qemu-img convert`, in turns. Ours hashes the result and syncs it; "checked" hashes the source
# (--checksum), too. qemu-img ("peer") does neither; "synced" is qemu-img and a sync, "by hand" that with sha256sum of both files, one after
# the other: what a user would type for the same end as "checked". "floor" is SHA-256 of the source alone, by OpenSSL, which we use, too:
# no import that hashes can take less. The ratios are the others' times by ours; 0.8 of peer/ours is the goal.
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

# timed COMMAND…: its milliseconds, and what it made is gone again.
timed() {
  local began=${EPOCHREALTIME/[.,]/}
  "$@" >/dev/null
  echo $(((${EPOCHREALTIME/[.,]/} - began) / 1000))
  rm -f "$area/peer.qcow2"
  "$programs/aetherscale-cli" delete-image disk --quiet >/dev/null 2>&1 || true
}

ratio() { printf "%d.%02d" $(($1 / $2)) $(($1 * 100 / $2 % 100)); }
ours() { "$programs/aetherscale-cli" import-image disk "$area/disk.raw" --format raw --quiet "$@" 2>/dev/null; }
checked() { ours --checksum "sha256:$sum"; }
peer() { qemu-img convert -f raw -O qcow2 "$area/disk.raw" "$area/peer.qcow2"; }
synced() { peer && sync "$area/peer.qcow2"; }
floor() { openssl dgst -sha256 "$area/disk.raw"; }
by_hand() { sha256sum "$area/disk.raw" && synced && sha256sum "$area/peer.qcow2"; }

row='%8s %11s %8s %8s %10s %11s %10s %11s %12s %16s\n'
printf "$row" ours/ms checked/ms floor/ms peer/ms synced/ms by-hand/ms peer/ours floor/ours synced/ours by-hand/checked
for ((round = 0; round < rounds; round++)); do
  o=$(timed ours) c=$(timed checked) f=$(timed floor) p=$(timed peer) s=$(timed synced) h=$(timed by_hand)
  printf "$row" "$o" "$c" "$f" "$p" "$s" "$h" "$(ratio "$p" "$o")" "$(ratio "$f" "$o")" "$(ratio "$s" "$o")" "$(ratio "$h" "$c")"
done
grep -E 'VmHWM|RssAnon|RssFile' "/proc/$daemon/status"
