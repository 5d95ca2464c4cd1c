# The life of an installation by the Debian package. Source it after installed.sh.

# What it only recommends is left out, for it must do without; logins are the host's own matter.
apt() { in_host env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes "$@"; }

install_deb() { apt --no-install-recommends install "/root/$(cd "$debs" && echo aetherscale_"$1"_*.deb)" $logins; }

version_is() { [[ $(in_host dpkg-query -W -f '${Version}' aetherscale) == "$1" ]]; }

# removing WORD…: what apt says meanwhile is kept to be read.
removing() { apt "$@" aetherscale | tee "$host/said"; }

said() { grep -F -- "$1" "$host/said" || { cat "$host/said" && return 1; }; }

check_package() {
  check "apt installs the package with all it depends on" install_deb 1.0
  check "the socket and the daemon are there, and come back at boot" in_host systemctl is-enabled aetherscale.socket aetherscale.service
  check "they run" in_host systemctl is-active aetherscale.socket aetherscale.service
  check "manual pages and completion are where they are looked for" is_there /usr/share/man/man8/aetherscale.8.gz \
    /usr/share/man/man1/aetherscale-cli.1.gz /usr/share/bash-completion/completions/aetherscale-cli
  check "every program that the daemon and its units start is there" has_all_programs
  check "doctor finds no failure" doctor_is_content
  check_vms
  check_loner
  check_upgrade
  check_removal
  check_purge
}

doctor_is_content() { cli doctor | tee "$host/doctor" && ! grep '^fail' "$host/doctor"; }

socket_since() { in_host systemctl show --property ActiveEnterTimestampMonotonic aetherscale.socket; }

check_upgrade() {
  local before socket
  before=$(daemon_pid) socket=$(socket_since)
  check "apt upgrades it" install_deb 1.1
  check "it is the new one" version_is 1.1
  check "the daemon is another process" daemon_is_new "$before"
  check "the socket has been open all the time" test "$(socket_since)" == "$socket"
  check "the VMs are what they were" same_pid of-root of-person
  check "the daemon knows them" is_running of-root
  check "a plain user's VM runs on, too" loner_runs
}

check_removal() {
  check "apt removes it" removing remove
  check "and says which VMs stay" said "$(printf '%s (of-root)' "${id[of-root]}")"
  check "the VMs have not noticed" same_pid of-root of-person
  check "the daemon is gone" is_gone /usr/bin/aetherscale /run/aetherscale/api.sock
  check "their stop helper is not" is_there /usr/libexec/aetherscale/aetherscale-stop
  check "the host reboots" power_cycle
  check "the VMs run again, without aetherscale" wait_until 60 unit_is active of-root
  check "all of them" unit_is active of-person
  check "a plain user's, too" wait_until 60 loner_vm_runs
  check "systemctl stop still shuts a guest down" shuts_down_politely of-root
  check "and systemctl start starts it" in_host systemctl start "${unit[of-root]}"
  check "they are remembered anew" remember_again
  check "the package comes back" install_deb 1.1
  check "its daemon knows the VMs" wait_until 20 is_running of-root
  check "which have not noticed" same_pid of-root of-person
  check "a stop by the daemon shuts down, too" cli stop-vm of-root
  check "and it is started for what follows" cli start-vm of-root
}

remember_again() {
  local vm
  for vm in of-root of-person; do pid[$vm]=$(pid_of "$vm"); done
}

check_purge() {
  check "apt purges it" removing purge
  check "and says what it removes: the VMs" said "removing the VM ${id[of-root]} (of-root) with its disk"
  check "the state" said "removing /var/lib/aetherscale"
  check "the users" said "removing the users and groups aetherscale and aetherscale-net"
  check_nothing_left
  check "a plain user's VM is theirs, and runs on" loner_vm_runs
  in_host runuser -u $loner -- env XDG_RUNTIME_DIR="/run/user/$(in_host id -u $loner)" systemctl --user stop 'aetherscale-*' || true
}

check_nothing_left() {
  check "no unit is left" no_units_left
  check "nor a file" is_gone /var/lib/aetherscale /etc/aetherscale /run/aetherscale /usr/libexec/aetherscale /usr/local/libexec/aetherscale
  check "nor a user" no_user_left
  check "nor a process of the machine's VMs" no_process_left
}

no_units_left() { ! compgen -G "$host_root/etc/systemd/system/aetherscale*" && ! compgen -G "$host_root/etc/systemd/system/*.wants/aetherscale*"; }

no_user_left() { ! in_host grep aetherscale /etc/passwd /etc/group && ! compgen -G "$host_root/etc/userdb/*"; }

no_process_left() { ! in_host pgrep -a "^vm-(${id[of-root]}|${id[of-person]})"; }
