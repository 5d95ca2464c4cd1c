#!/bin/bash
# run.sh          builds and installs aetherscale on this machine, starts its daemon, and makes a first VM in it
# run.sh --down   removes what it made
#
# As a plain user: for oneself, in one's own home. As root: programs in /usr/local/bin, and everything runs as the
# unprivileged user `aetherscale`. Calling it again is safe, and fast when nothing changed.
set -Eeuo pipefail
callers_path=$PATH
export PATH=$PATH:/usr/sbin:/sbin # where plain `su` to root does not look
repository=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$repository/eng/lib.sh"
source "$repository/eng/user-manager/machine.sh"
for part in target made install client-settings daemon demo next-steps down; do source "$repository/eng/run/$part.sh"; done

tell_where_it_failed

usage() {
  sed -n '2,/^set /{s/^# \{0,1\}//p}' "$repository/run.sh"
  exit "$1"
}

up() {
  check_target
  "$repository/eng/install-packages.sh" run build guest
  # Told before the minutes of compiling, where it depends on somebody else.
  ((EUID == 0)) || start_manager
  "$repository/eng/publish.sh"
  make_target
  install_programs
  install_units
  write_client_settings
  ((EUID != 0)) || start_manager
  start_daemon
  install_image
  start_demo
  wait_for_demo
  show_demo
  print_next_steps
}

main() {
  local what=up
  while (($# > 0)); do
    case $1 in
      --down) what=down ;;
      -h | --help) usage 0 ;;
      *) usage 2 >&2 ;;
    esac
    shift
  done
  choose_target
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  $what
}

main "$@"
