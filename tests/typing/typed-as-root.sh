#!/bin/bash
# typed-as-root.sh: types as root, on this very machine, what run.sh and README.md tell root to type.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/tests/typing/lib.sh"

typist() { "$@"; }

logged_in() { "$@"; }

nothing_left() {
  shopt -s nullglob
  absent /usr/local/bin/aetherscale* /usr/local/share/bash-completion/completions/aetherscale-cli /etc/aetherscale /var/lib/aetherscale \
    "$HOME/.local/state/aetherscale" &&
    ! getent passwd aetherscale
}

((EUID == 0)) || { echo "this test types as root, so root must call it" >&2; exit 2; }
# Somebody's own VMs may be here: --down would take their programs away.
if [[ -e /var/lib/aetherscale || -e /usr/local/bin/aetherscale ]]; then
  echo "skip aetherscale is installed on this machine already: ./run.sh --down removes it"
  exit 0
fi
type_all root
