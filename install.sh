#!/bin/bash
# install.sh --system [--prefix FOLDER]   installs aetherscale for the whole machine, in /usr/local or FOLDER, and starts its daemon
# install.sh --uninstall [--purge]        takes it away again; VMs stay, run on and start at boot, unless --purge removes them, too
#
# For root. It lays the same files as the Debian package, which packaging/build-deb.sh makes. To try aetherscale, or to have it for
# yourself alone, call run.sh. Calling it again is safe, and upgrades what is there: VMs run on.
set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin # where plain `su` to root does not look
repository=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$repository/eng/lib.sh"
source "$repository/eng/user-manager/machine.sh"
source "$repository/packaging/stage.sh"
source "$repository/packaging/machine.sh"
for part in run/made run/install install/surroundings install/system install/uninstall; do source "$repository/eng/$part.sh"; done
tell_where_it_failed

usage() {
  sed -n '2,/^set /{s/^# \{0,1\}//p}' "$repository/install.sh"
  exit "$1"
}

parse() {
  what='' prefix='' purge=''
  while (($# > 0)); do
    case $1 in
      --system) what+=install_system ;;
      --uninstall) what+=uninstall ;;
      --purge) purge=1 ;;
      --prefix)
        (($# > 1)) || usage 2 >&2
        prefix=$2
        shift
        ;;
      -h | --help) usage 0 ;;
      *) usage 2 >&2 ;;
    esac
    shift
  done
  case $what in
    install_system) [[ -z $purge ]] || usage 2 >&2 ;;
    uninstall) [[ -z $prefix ]] || usage 2 >&2 ;;
    *) usage 2 >&2 ;;
  esac
}

main() {
  parse "$@"
  check_machine
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  $what
}

main "$@"
