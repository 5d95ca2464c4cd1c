#!/bin/bash
# typed.sh (as root): what the typing tests type on this machine, typed on a whole host that systemd has booted, with logind and lingering.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/report.sh"
source "$folder/tests/hosts/host.sh"
person=someone

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
if ! have systemd-nspawn; then
  echo "skip there is no systemd-nspawn"
  exit 0
fi

make_person() {
  in_host useradd --create-home --shell /bin/bash $person
  in_host loginctl enable-linger $person
  in_host mkdir /home/$person/aetherscale
  tar -cf - -C "$folder" --exclude=./.git --exclude=./artifacts/hosts --exclude=./artifacts/obj --exclude=./artifacts/publish --exclude=./artifacts/bin . |
    tar -xf - -C "$host_root/home/$person/aetherscale"
  in_host chown -R $person: /home/$person/aetherscale
}

# all_of COMMAND…: typing in the host. There is nothing there for which a line could be left out.
all_of() { in_host "$@" | awk 'sub(/^skip /, "FAIL left out: ") { bad = 1 } { print; fflush() } END { exit bad }'; }

trap 'rm -f "$checked"; host_remove' EXIT
host_make
host_boot
check "root makes $person, who lingers" make_person
all_of "$folder/tests/typing/typed-as-root.sh" || checks_failed=1
all_of "$folder/tests/typing/typed-as-user.sh" $person /home/$person/aetherscale || checks_failed=1
exit $checks_failed
