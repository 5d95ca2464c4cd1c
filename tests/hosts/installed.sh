# What is asked of an installation for the whole machine, however it came there. Source it after tests/report.sh and tests/hosts/host.sh.

person=someone outsider=nobody loner=loner

cli() { in_host aetherscale-cli "$@"; }

as_person() { in_host runuser -u "$person" -- "$@"; }

make_people() {
  in_host useradd --create-home --groups aetherscale $person
  in_host useradd --create-home $loner
  in_host loginctl enable-linger $loner
}

give_images() {
  mkdir -p "$host_root/root/images"
  cp "$folder"/artifacts/images/{polite,tiny}.qcow2 "$host_root/root/images/"
  chmod a+rX "$host_root/root" "$host_root/root/images"
  chmod a+r "$host_root"/root/images/*
}

is_running() { cli list-vms | awk -v vm="$1" '$2 == vm { print $3 }' | grep -x running; }

# remember_vm NAME: sets id and pid of the VM, and the unit it lives in.
remember_vm() {
  id[$1]=$(cli --quiet show-vm "$1")
  unit[$1]=aetherscale-vm-${id[$1]}.service
  pid[$1]=$(pid_of "$1")
  [[ ${pid[$1]} -gt 1 ]]
}

pid_of() { in_host systemctl show --property MainPID --value "${unit[$1]}"; }

same_pid() {
  local vm
  for vm; do [[ ${pid[$vm]:-0} -gt 1 && $(pid_of "$vm") == "${pid[$vm]}" ]] || { echo "$vm was process ${pid[$vm]:-}, and is $(pid_of "$vm")" && return 1; }; done
}

runs_as_somebody() { [[ $(in_host ps -o uid= -p "${pid[$1]}") -gt 0 ]]; }

unit_is() { [[ $(in_host systemctl is-active "${unit[$2]}") == "$1" ]] || { in_host systemctl status --no-pager "${unit[$2]}" && return 1; }; }

daemon_pid() { in_host systemctl show --property MainPID --value aetherscale.service; }

daemon_is_new() { [[ $(daemon_pid) != "$1" && $(daemon_pid) -gt 1 ]]; }

is_refused() {
  in_host runuser -u $outsider -- aetherscale-cli --socket /run/aetherscale/api.sock list-vms >"$host/refused" 2>&1 || grep -i 'permission denied' "$host/refused"
}

# shuts_down_politely VM: by plain systemd; a guest that is cut off has its QEMU killed by a signal, and not by its own power-off.
shuts_down_politely() {
  in_host systemctl stop "${unit[$1]}"
  in_host journalctl --quiet --no-pager -u "${unit[$1]}" -n 20 >"$host/journal"
  if grep -E 'terminating on signal|SIGKILL|SIGTERM|Failed' "$host/journal" || ! grep 'Deactivated successfully' "$host/journal"; then
    cat "$host/journal"
    return 1
  fi
}

power_cycle() {
  local code=0
  in_host systemctl --no-block reboot
  host_ends || code=$?
  ((code == 133)) || { echo "the host ended with $code, not to be booted again" && return 1; }
  host_boot
}

imports_packed() { in_host xz --keep --force /root/images/polite.qcow2 && cli import-image packed /root/images/polite.qcow2.xz && cli delete-image packed; }

# has_all_programs: those that the sources name by their paths; as nologin nobody is started.
has_all_programs() {
  # shellcheck disable=SC2046
  is_there $(grep -rhoE '"/usr/s?bin/[a-z0-9_-]+"' "$folder/src" --include='*.cs' | tr -d '"' | grep -v nologin | sort -u)
}

# check_vms: made by root, and by a member of the group.
check_vms() {
  check "people are made" make_people
  check "root imports images" cli import-image polite /root/images/polite.qcow2
  check "a packed one, too" imports_packed
  check "a member of the group does, too" as_person aetherscale-cli import-image tiny /root/images/tiny.qcow2
  check "root creates a VM" cli create-vm --image polite --name of-root --memory 64
  check "a member of the group creates a VM" as_person aetherscale-cli create-vm --image tiny --name of-person --memory 256
  check "nobody else may say anything" is_refused
  check "both run" wait_until 60 is_running of-root
  check "and are remembered" remember_vm of-root
  check "both" remember_vm of-person
  check "QEMU is not root" runs_as_somebody of-root
  # What follows is about these two.
  [[ ${pid[of-root]:-0} -gt 1 && ${pid[of-person]:-0} -gt 1 ]] || exit 1
  check "the guest has its address" cli wait-vm of-person --for ip --timeout 90
}

# check_loner: the same files give any user a daemon of their own.
check_loner() {
  check "a plain user starts a daemon of their own" as_loner systemctl --user enable --now aetherscale.socket
  check "imports an image into it" as_loner aetherscale-cli import-image polite /root/images/polite.qcow2
  check "and creates a VM without any privileges" as_loner aetherscale-cli create-vm --image polite --name alone --memory 64
  check "which runs" wait_until 60 loner_runs
}

as_loner() { as_user_in_host $loner "$@"; }

loner_runs() { as_loner aetherscale-cli list-vms | grep -E 'alone +running'; }

# loner_vm_runs: whether a daemon is there or not.
loner_vm_runs() { as_loner systemctl --user --quiet is-active 'aetherscale-vm-*.service'; }
