#!/bin/bash
# system.sh [GRACE] (as root): system mode on a whole host, with the daemon in its own sandboxed unit: VMs of root's and of the group's, a
# hostile member of the group, a hostile user, a VM whose QEMU is hostile; reboot and power-off. Rows A34, A37, A39, A40 and B26 to B28 of
# docs/reliability.md in system mode. GRACE: the seconds that a guest is given to shut down, 10 as a rule.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/report.sh"
for part in host machine hostile; do source "$folder/tests/hosts/$part.sh"; done
grace=${1:-10}
guests=(polite polite-2 polite-3 deaf tiny)

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
if ! have systemd-nspawn; then
  echo "skip there is no systemd-nspawn"
  exit 0
fi

set_up() {
  install_machine "stop-grace-seconds = $grace" 'default-memory-mib = 64'
  drop_images polite deaf off tiny
  in_host useradd --create-home --groups aetherscale member
  in_host useradd --create-home stranger
}

make_guests() {
  local guest
  for guest in "${guests[@]}"; do
    cli create-vm --image "${guest%-*}" --name "$guest" --memory 128
  done
  cli create-vm --image polite --name put-down
  cli stop-vm put-down
  cli create-vm --image off --name went-down
  cli create-vm --image polite --name always-on --autostart always --no-start
  cli create-vm --image polite --name never-on --autostart never
  for guest in "${guests[@]}"; do unit[$guest]=$(unit_of "$guest"); done
}

# each_has_its_own: QEMU is nobody's but the VM's own user, and its files are that user's alone.
each_has_its_own() {
  local guest user users=()
  for guest in "${guests[@]}"; do
    user=$(user_of "$guest")
    users+=("$user")
    [[ ${user// /} == "aetherscale-vm-$(id_of "$guest")" ]] || { echo "$guest runs as $user" && return 1; }
    in_host stat --format '%U %a' "/var/lib/aetherscale/vms/$(id_of "$guest")"/{disk.qcow2,console.log} | sort -u
    [[ $(in_host stat --format '%U %a' "/var/lib/aetherscale/vms/$(id_of "$guest")"/{disk.qcow2,console.log} | sort -u) == "${user// /} 600" ]] || return 1
    [[ $(in_host stat --format '%U %a' "/var/lib/aetherscale/vms/$(id_of "$guest")") == "root 700" ]] || return 1
  done
  [[ $(printf '%s\n' "${users[@]}" | sort -u | wc -l) == "${#guests[@]}" ]]
}

nothing_of_ours_is_root() {
  ! in_host ps -eo user:32,args | grep -E 'qemu|vde_switch|vdens|dnsmasq|slirp4netns' | grep -v grep | grep '^root '
}

doctor_is_content() { cli doctor | tee /dev/stderr | grep -E '^ok +vm-users ' && ! cli doctor | grep ^fail; }

# session COMMAND…: what a person does with a VM, by the CLI that COMMAND starts.
session() {
  "$@" wait-vm tiny --for ssh --timeout 120
  "$@" exec tiny -- true
  [[ $("$@" exec tiny -- hostname) == tiny ]]
  "$@" logs-vm tiny --console | grep -q .
  "$@" logs-vm tiny | grep -q systemd
  "$@" why-vm tiny | grep -q .
  "$@" list-images | grep -q tiny
  "$@" pause-vm polite-2
  "$@" resume-vm polite-2
  "$@" stop-vm polite-3
  "$@" start-vm polite-3
}

ssh_works() { [[ $(cli ssh tiny echo "from the guest" 2>/dev/null) == "from the guest" ]]; }

console_works() { in_host bash -c 'echo | timeout 5 aetherscale-cli console tiny' | grep -q .; }

# requester_is_named USER: why-vm tells who asked.
requester_is_named() {
  as "$1" aetherscale-cli stop-vm polite-2
  as "$1" aetherscale-cli start-vm polite-2
  cli --output json why-vm polite-2 | grep -q "\"uid\":$(in_host id -u "$1")\b"
}

outlives_the_daemon() {
  local before=() after=() guest
  for guest in "${guests[@]}"; do before+=("$(pid_of "$guest")"); done
  in_host systemctl kill --signal=KILL aetherscale.service
  in_host systemctl stop aetherscale.service
  in_host systemctl start aetherscale.service
  for guest in "${guests[@]}"; do after+=("$(pid_of "$guest")"); done
  [[ ${before[*]} == "${after[*]}" ]]
}

# refused WORDS COMMAND…: within 32 s, for a call to systemd may take 25.
refused() { { in_host timeout 32 aetherscale-cli "${@:2}" 2>&1 || true; } | tee /dev/stderr | grep -F "$1"; }

# frozen_systemd_is_told: B38. From outside the host its PID 1 can be frozen, like any process.
frozen_systemd_is_told() {
  local init before told=''
  init=$(host_init)
  before=$(pid_of tiny)
  kill -STOP "$init"
  refused systemd-unavailable list-vms && refused systemd-unavailable start-vm put-down && refused vm-not-found start-vm nobody && told=1
  kill -CONT "$init"
  [[ -n $told ]] && wait_until 30 is running tiny && [[ $(pid_of tiny) == "$before" ]]
}

# was_told BOOT VM WORDS: whether systemd said so of the VM's unit in that boot.
was_told() { in_host journalctl --quiet --boot "$1" --no-pager "UNIT=${unit[$2]}" | grep -E "$3"; }

was_not_told() { ! was_told "$@"; }

reboot() {
  local code=0
  in_host systemctl --no-block reboot
  host_ends || code=$?
  ((code == 133)) || { echo "the host ended with $code, not to be booted again" && return 1; }
  host_boot
}

power_off() { in_host systemctl --no-block poweroff && host_ends; }

check_shutdown() {
  local guest
  check "B26 the host was down within 120 s ($took s)" test "$took" -lt 120
  for guest in polite polite-2 polite-3 tiny; do
    check "B26 $guest shut down by itself" was_told -1 "$guest" 'Deactivated successfully|Stopped '
    check "B26 $guest was not killed" was_not_told -1 "$guest" 'SIGKILL|status=9/KILL|Failed with result'
  done
  check "B26 all had the grace side by side, the deaf one used it up" test "$took" -ge "$((grace - 2))" -a "$took" -lt "$((grace + 25))"
}

without_the_daemon() { in_host systemctl disable aetherscale.socket && in_host systemctl disable aetherscale.service; }

doctor_says_how_it_is_started() {
  local code=0
  cli --system doctor >"$host/doctor" 2>&1 || code=$?
  cat "$host/doctor"
  ((code == 3)) && grep -F 'systemctl start aetherscale.socket' "$host/doctor" && grep -E '^ok +service +/usr/lib/systemd/system/aetherscale.service' "$host/doctor"
}

runs_without_the_daemon() {
  [[ $(in_host systemctl is-active aetherscale.socket aetherscale.service) == $'inactive\ninactive' ]] &&
    wait_until 30 in_host systemctl is-active "${unit[polite]}" "${unit[tiny]}"
}

declare -A unit
trap 'rm -f "$checked"; host_remove' EXIT
host_make
host_boot
check "the machine's daemon is installed" set_up
check "VMs run there" make_guests
check "and are known to run" become running "${guests[@]}"
check "one was stopped, one powered itself off" become stopped put-down went-down
check "each QEMU has a user of its own, and files of its own" each_has_its_own
check "nothing of a VM or a network is root's" nothing_of_ours_is_root
check "doctor is content" doctor_is_content
check "root works with them" session cli
check "ssh goes through the router" ssh_works
check "the console is shown" console_works
check "a member of the group works with them, and names no socket" session as member aetherscale-cli
check "why-vm names the member" requester_is_named member
check "VMs outlive the daemon" outlives_the_daemon
check "B38 a frozen PID 1 is told of in bounded time, and after it all is as before" frozen_systemd_is_told
check_hostile

check "the host reboots" reboot
check_shutdown
check "B27 what ran runs again" become running "${guests[@]}"
check "B27 what was stopped, or had powered itself off, stays down" is stopped put-down went-down
check "B27 what starts always runs, what starts never does not" become running always-on
check "and the other one is stopped" is stopped never-on
check "B28 nothing lingers in system mode, and nothing is said of it" bash -c '! grep -i linger <<<"$1"' - "$(cli doctor)"
check "each QEMU has its user still" each_has_its_own

check "the daemon is taken out of the boot" without_the_daemon
check "the host is switched off" power_off
check "and booted" host_boot
check_shutdown
check "B27 VMs are back without the daemon" runs_without_the_daemon
check "doctor says how it is started" doctor_says_how_it_is_started
check "the daemon comes again" in_host systemctl enable --now aetherscale.socket
check "B27 after power-off, too, what ran runs again" become running "${guests[@]}"
check "B27 and what was stopped stays down" is stopped put-down went-down
exit $checks_failed
