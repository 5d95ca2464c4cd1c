#!/bin/bash
# reboot.sh [GRACE] (as root): a whole host, with systemd as its PID 1, gets VMs, is rebooted and is switched off, and its user logs out.
# Rows A34, B26, B27 and B28 of docs/reliability.md. GRACE: the seconds that a guest is given to shut down, 10 as a rule; the daemon's own default is 90.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/report.sh"
source "$folder/tests/hosts/host.sh"
grace=${1:-10}
home=/home/aetherscale # of the user that run.sh makes for root
guests=(polite polite-2 polite-3 deaf)

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
if ! have systemd-nspawn; then
  echo "skip there is no systemd-nspawn"
  exit 0
fi

cli() { in_host aetherscale-cli "$@"; }

# is STATUS VM…
is() {
  local vm
  for vm in "${@:2}"; do
    [[ $(cli list-vms | awk -v vm="$vm" '$2 == vm { print $3 }') == "$1" ]] || { echo "$vm is not $1:" && cli list-vms && return 1; }
  done
}

become() { wait_until 60 is "$@" >/dev/null || is "$@"; }

unit_of() { cli show-vm "$1" | sed -n 's/.*\(aetherscale-vm-[a-z]*\.service\).*/\1/p' | head -n 1; }

# was_told BOOT VM WORDS: whether systemd said so of the VM's unit in that boot.
was_told() { in_host journalctl --quiet --boot "$1" --no-pager "USER_UNIT=${unit[$2]}" | grep -E "$3"; }

was_not_told() { ! was_told "$@"; }

set_up() {
  in_host "$folder/run.sh"
  in_host bash -c "mkdir -p $home/.config/aetherscale && echo 'stop-grace-seconds = $grace' >$home/.config/aetherscale/config.toml"
  in_host runuser -u aetherscale -- env XDG_RUNTIME_DIR="/run/user/$(in_host id -u aetherscale)" systemctl --user restart aetherscale.service
  local image
  for image in polite deaf off; do
    in_host install -o aetherscale -g aetherscale -m 644 "$folder/artifacts/images/$image.qcow2" "$home/.local/share/aetherscale/images"
  done
}

make_guests() {
  local guest
  for guest in "${guests[@]}"; do
    cli create-vm --image "${guest%-*}" --name "$guest" --memory 64
  done
  cli create-vm --image polite --name put-down --memory 64
  cli stop-vm put-down
  cli create-vm --image off --name went-down --memory 64
  cli create-vm --image polite --name always-on --memory 64 --autostart always --no-start
  cli create-vm --image polite --name never-on --memory 64 --autostart never
  for guest in "${guests[@]}"; do
    unit[$guest]=$(unit_of "$guest")
  done
  unit[demo]=$(unit_of demo)
}

power_off() { in_host systemctl --no-block poweroff && host_ends; }

reboot() {
  local code=0
  in_host systemctl --no-block reboot
  host_ends || code=$?
  ((code == 133)) || { echo "the host ended with $code, not to be booted again" && return 1; }
  host_boot
}

# check_shutdown: what the boot before this one ended with.
check_shutdown() {
  local guest
  check "B26 the host was down within 120 s ($took s)" test "$took" -lt 120
  for guest in polite polite-2 polite-3 demo; do
    check "B26 $guest shut down by itself" was_told -1 "$guest" 'Deactivated successfully|Stopped '
    check "B26 $guest was not killed" was_not_told -1 "$guest" 'SIGKILL|status=9/KILL|Failed with result'
  done
  check "B26 all had the grace side by side, the deaf one used it up" test "$took" -ge "$((grace - 2))" -a "$took" -lt "$((grace + 25))"
}

# log_in: a person's session, as login(1) opens one. It lasts until log_out.
log_in() { in_host systemd-run --quiet --unit=a-session --property=User=aetherscale --property=PAMName=login sleep infinity; }

log_out() { in_host systemctl stop a-session.service; }

has_session() { in_host loginctl list-sessions --no-legend | grep -q aetherscale; }

# hints COMMAND…: whether it says how lingering is turned on.
hints() { cli "$@" 2>&1 | grep -F 'loginctl enable-linger aetherscale'; }

# doctor_fails: as it must when something is to be done.
doctor_fails() {
  local code=0
  cli doctor >"$host/doctor" || code=$?
  ((code == 1)) && grep -E '^fail +linger ' "$host/doctor" || { echo "doctor ended with $code:" && cat "$host/doctor" && return 1; }
}

# ask_as USER: what the daemon answers them; socat's last words where it does not. The request's sender stays, because one who hangs up is
# not answered.
ask_as() {
  in_host runuser -u "$1" -- bash -c "printf 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n' | socat -t 10 -,ignoreeof UNIX-CONNECT:$(api_socket) 2>&1" ||
    true
}

api_socket() { echo "/run/user/$(in_host id -u aetherscale)/aetherscale/api.sock"; }

owner_is_answered() { ask_as aetherscale | grep '^HTTP/1.1'; }

# is_shut_out USER: not even as far as the socket.
is_shut_out() { ask_as "$1" | grep 'api.sock.*Permission denied'; }

# open_doors: everybody gets as far as the socket. Its own modes come back by close_doors.
open_doors() {
  doors=("$(api_socket)" "$(dirname "$(api_socket)")" "/run/user/$(in_host id -u aetherscale)")
  modes=$(in_host stat --format '%a %n' "${doors[@]}")
  in_host chmod a+rwx "${doors[@]}"
}

close_doors() {
  local mode door
  while read -r mode door; do in_host chmod "$mode" "$door"; done <<<"$modes"
  [[ $(in_host stat --format '%a %n' "${doors[@]}") == "$modes" ]]
}

# is_hung_up_on USER: connected, and without a byte of reply.
is_hung_up_on() {
  ! ask_as "$1" | grep '^HTTP' || return 1
  in_host journalctl --quiet --no-pager _SYSTEMD_USER_UNIT=aetherscale.service | grep "Refused user $(in_host id -u "$1") "
}

manager_is_gone() { [[ $(in_host systemctl is-active "user@$(in_host id -u aetherscale).service") == inactive ]]; }

declare -A unit
trap 'rm -f "$checked"; host_remove' EXIT
host_make
host_boot
check "run.sh has set the host up" set_up
check "VMs run there" make_guests
check "and are known to run" become running "${guests[@]}" demo
check "one was stopped, one powered itself off" become stopped put-down went-down

check "A34 the owner is answered" owner_is_answered
check "A34 another user is refused" is_shut_out nobody
check "A34 with folder and socket opened wide" open_doors
check "A34 another user is refused all the same" is_hung_up_on nobody
check "A34 and the owner is not" owner_is_answered
check "A34 folder and socket are as they were" close_doors

check "the host reboots" reboot
check_shutdown
check "B27 what ran runs again" become running "${guests[@]}" demo
check "B27 what was stopped, or had powered itself off, stays down" is stopped put-down went-down
check "B27 what starts always runs, what starts never does not" become running always-on
check "and the other one is stopped" is stopped never-on

check "the host is switched off" power_off
check "and booted" host_boot
check_shutdown
check "B27 after power-off, too, what ran runs again" become running "${guests[@]}" demo
check "B27 and what was stopped stays down" is stopped put-down went-down

check "a person logs in" log_in
check "and has a session" wait_until 10 has_session
check "lingering is turned off" in_host loginctl disable-linger aetherscale
check "B28 create-vm says so, and the one command" hints create-vm --image polite --name without --memory 64
check "B28 doctor fails" doctor_fails
check "the person logs out" log_out
check "B28 then systemd ends the VMs, as it was said" wait_until 60 manager_is_gone
check "lingering is turned on by that command" in_host loginctl enable-linger aetherscale
check "B28 and they are back" become running "${guests[@]}" demo without
exit $checks_failed
