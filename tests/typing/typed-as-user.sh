#!/bin/bash
# typed-as-user.sh USER FOLDER: types as USER, who has a user manager, what run.sh and README.md tell plain users to type. FOLDER
# is a copy of the repository that USER owns. Root calls it, and goes over to USER as `su` would, without XDG_RUNTIME_DIR, or as a
# login would, where logind has set it.
set -euo pipefail
(($# == 2)) || { echo "usage: ${0##*/} USER FOLDER" >&2; exit 2; }
((EUID == 0)) || { echo "only root can type as somebody else" >&2; exit 2; }
user=$1 folder=$2
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/lib.sh"
home=$(getent passwd "$user" | cut -d: -f6)

typist() {
  runuser -u "$user" -- env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/bash LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games "$@"
}

logged_in() { typist env XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" "$@"; }

no_guest_left() {
  local running
  running=$(ps -o pid=,args= -u "$user" | grep -E 'qemu-system|vde_switch|slirp4netns|dnsmasq|aetherscale( |$)') || return 0
  echo "still running: $running"
  return 1
}

nothing_left() {
  shopt -s nullglob
  absent "$home"/.local/bin/aetherscale* "$home"/.config/systemd/user/*aetherscale* "$home/.local/share/aetherscale" \
    "$home/.local/share/bash-completion/completions/aetherscale-cli" "$home/.local/state/aetherscale" && no_guest_left
}

type_all user
