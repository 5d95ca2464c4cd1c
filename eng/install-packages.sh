#!/bin/bash
# install-packages.sh [run|build|guest|test|long|deb|fuzz|bench]…   (without a group: run, build, guest and test)
#
# Installs with apt what is missing on this Debian, and nothing else. As a plain user it goes through sudo; where there is none, it
# prints the command for the administrator and ends with 1.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=lib.sh
source "$here/lib.sh"

# To run VMs. ipxe-qemu has the boot code of the network cards that QEMU loads even for a virtio card; it comes with
# qemu-system-x86 as a dependency; ovmf is UEFI. libpam-systemd and dbus make logind and lingering work on a booted machine.
run=(systemd libpam-systemd dbus dbus-user-session libsystemd0 libssl3
  qemu-system-x86 qemu-utils ovmf xz-utils
  vde-switch vdens vdeplug dnsmasq-base slirp4netns nftables iproute2
  socat openssh-client bash-completion util-linux mount procps)
# To compile: NativeAOT links with gcc; the boot-sector guests are assembled with binutils.
build=(gcc libc6-dev binutils)
# To build the image `tiny`. What goes into the image is fetched by its own script, and is not installed.
guest=(syslinux mtools fdisk cpio gzip binutils qemu-utils)
# To test. The tests start a broker of their own, so the package's service is kept from running; systemd-container boots whole hosts;
# faketime sets the clocks of single daemons.
test=(strace faketime binutils qemu-utils rabbitmq-server python3-pika systemd-container)
# To build the images of real Debians for the long tests, and to reach those by rsync and Ansible. What goes into the images is fetched by
# their own script, and is not installed.
long=(mmdebstrap fakeroot e2fsprogs syslinux mtools fdisk qemu-utils rsync ansible-core)
# To build the Debian package, look it over, and install it on a fresh Debian.
deb=(dpkg-dev debhelper lintian mmdebstrap systemd-container)
# To fuzz, guided by coverage (fuzz.sh).
fuzz=(afl++)
# To measure beside libvirt; only when asked for by name. Its services are not needed: the bench starts its own.
bench=(libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients python3 git)

missing() {
  local package
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done | sort -u
}

# as_root COMMAND…
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

policy=/usr/sbin/policy-rc.d # asked by maintainer scripts before they start a service

# keep_broker_down: its package would start it. A policy of the administrator's own is left alone.
keep_broker_down() {
  [[ ! -e $policy ]] || return 0
  made_policy=1
  printf '#!/bin/sh\ncase $1 in rabbitmq-server | epmd*) exit 101 ;; esac\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

# leave_broker_disabled: it does not come with the next boot either.
leave_broker_disabled() {
  remove_policy
  as_root systemctl --root=/ --quiet disable rabbitmq-server epmd.socket 2>/dev/null || note "rabbitmq-server could not be disabled"
}

remove_policy() {
  [[ -z ${made_policy:-} ]] || as_root rm -f "$policy"
  made_policy=''
}

install_packages() {
  step "installing ${#wanted[@]} packages: ${wanted[*]}"
  log=$(mktemp) # not local: the trap reads it when the script ends
  trap 'rm -f "$log"; remove_policy' EXIT
  as_root apt-get -q update >"$log" 2>&1 || fail_with_log "$log" "apt-get update failed"
  [[ " ${wanted[*]} " != *" rabbitmq-server "* ]] || keep_broker_down
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${wanted[@]}" >"$log" 2>&1 ||
    fail_with_log "$log" "apt-get install failed"
  [[ " ${wanted[*]} " != *" rabbitmq-server "* ]] || leave_broker_disabled
}

main() {
  local group packages=()
  (($# > 0)) || set -- run build guest test
  for group; do
    [[ $group == @(run|build|guest|test|long|deb|fuzz|bench) ]] || fail "unknown group $group: there are run, build, guest, test, long, deb, fuzz and bench"
    local -n of_group=$group
    packages+=("${of_group[@]}")
  done
  mapfile -t wanted < <(missing "${packages[@]}")
  if ((${#wanted[@]} == 0)); then
    note "the packages for $* are there"
    return
  fi
  if ((EUID != 0)) && ! have sudo; then
    echo "these packages are missing, and only an administrator can install them:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${wanted[*]}" >&2
    exit 1
  fi
  install_packages
}

main "$@"
