# A first image and a first VM.

demo=demo
demo_seconds=90

install_image() {
  local built=$repository/artifacts/images/tiny.qcow2 image
  image=$(data)/images/tiny.qcow2
  step "the image tiny"
  "$repository/eng/tiny-guest/build.sh" "$built"
  if [[ -e $image ]] && ! is_made image "$image"; then
    note "$image is yours and stays"
    return
  fi
  remember image "$image"
  cmp -s "$built" "$image" && return
  # Never written in place: VMs may stand on the file that is there. The new one takes over its name.
  as_target_function put_image "$image" <"$built" || fail "cannot write $image"
  note "$image"
}

put_image() {
  umask 077
  mkdir -p "${1%/*}"
  cat >"${1%/*}/.tiny.new"
  chmod 0644 "${1%/*}/.tiny.new"
  mv -f "${1%/*}/.tiny.new" "$1"
}

# vm_id NAME: the VM's id; empty when there is none of that name.
vm_id() {
  local code=0
  cli --output json show-vm "$1" >"$work/vm" 2>"$work/log" || code=$?
  # 1: the daemon says that there is no such VM.
  ((code <= 1)) || fail_with_log "$work/log" "the daemon does not answer"
  sed -n 's/.*"vm-id": *"\([a-z]\{8\}\)".*/\1/p' "$work/vm" | head -n 1
}

console_log() { echo "$(data)/vms/$1/console.log"; }

# start_demo: makes the VM, or starts the one that is there; sets id and from, the place in its console log where this start begins.
start_demo() {
  id=$(vm_id $demo)
  if [[ -z $id ]]; then
    step "creating a VM: aetherscale-cli create-vm --image tiny --name $demo --memory 512"
    id=$(cli --quiet create-vm --image tiny --name $demo --memory 512) || demo_failed "the VM was not made"
    remember vm "$id"
    from=0
  elif systemctl_user is-active --quiet "aetherscale-vm-$id.service"; then
    step "the VM $demo ($id) runs already"
    from=0
  else
    step "starting the VM $demo ($id)"
    from=$(stat -c %s "$(console_log "$id")" 2>/dev/null || echo 0)
    cli --quiet start-vm $demo || demo_failed "the VM does not start"
  fi
}

# guest_is_up: its console says so since the start, or since the log was cut.
guest_is_up() {
  local log
  log=$(console_log "$id")
  [[ $(stat -c %s "$log" 2>/dev/null || echo 0) -ge $from ]] || from=0
  tail -c "+$((from + 1))" "$log" 2>/dev/null | grep -aq 'aetherscale tiny guest ready'
}

wait_for_demo() {
  local began=$SECONDS
  step "waiting until its guest is up (at most $demo_seconds s)"
  wait_until $demo_seconds guest_is_up || fail_with_log "$(console_log "$id")" "the guest of $demo is not up after $demo_seconds s"
  note "up after $((SECONDS - began)) s"
}

demo_failed() {
  as_target journalctl --user -u 'aetherscale*' -n 30 --no-pager -o cat >"$work/log" 2>&1 || true
  fail_with_log "$work/log" "$1"
}

show_demo() {
  step "aetherscale-cli list-vms"
  cli list-vms
  step "systemctl --user status aetherscale-vm-$id.service"
  # The whole QEMU command stands in the unit; here the first lines tell enough.
  systemctl_user status --no-pager --lines=5 "aetherscale-vm-$id.service" | cut -c 1-160
  step "the end of its console ($(console_log "$id"))"
  tail -n 8 "$(console_log "$id")" | tr -d '\r' | sed 's/^/    /'
  echo # a login prompt ends without
}
