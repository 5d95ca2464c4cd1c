#!/bin/bash
# deb.sh (as root): builds the Debian package, and installs, upgrades, removes, reinstalls and purges it on a fresh Debian 12 that systemd has
# booted, with VMs that must not notice. Then the same there by install.sh, with apt and dpkg out of the way.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/report.sh"
for part in host bookworm installed by-dpkg by-script; do source "$folder/tests/hosts/$part.sh"; done

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
declare -A id unit pid
trap 'rm -f "$checked"; host_remove; rm -rf "$debs"' EXIT
debs=$(mktemp -d /var/tmp/aetherscale-debs.XXXXXX)
host=/nonexistent host_root='' nspawn=0

build_deb() { "$folder/packaging/build-deb.sh" --version 1.0 "$debs"; }

# make_next: the same with a higher version, without minutes of packing.
make_next() {
  dpkg-deb --raw-extract "$debs"/aetherscale_1.0_*.deb "$debs/next"
  sed -i 's/^Version: .*/Version: 1.1/' "$debs/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$debs/next" "$debs/aetherscale_1.1_$(dpkg --print-architecture).deb"
}

is_there() {
  local file
  for file; do [[ -e $host_root$file ]] || { echo "$file is missing" && return 1; }; done
}

is_gone() {
  local file
  for file; do [[ ! -e $host_root$file && ! -L $host_root$file ]] || { echo "$file is still there" && return 1; }; done
}

check "the package is built" build_deb
check "lintian finds no errors and no warnings" lintian --allow-root --fail-on error,warning "$debs"/aetherscale_1.0_*.deb
check "and another with a higher version" make_next
check "a fresh Debian 12 is made" bookworm_make
check "and what the package depends on is fetched for it" bookworm_fetch "$debs"/aetherscale_1.0_*.deb
((checks_failed == 0)) || exit 1
host_make "$bookworm"
host_boot
give_images
cp "$debs"/*.deb "$host_root/root/"
check_package
check_script
exit $checks_failed
