# The user manager and the daemon in it.

start_manager() {
  if ((EUID == 0)); then
    manager_answers || remember manager "$target"
    "$repository/eng/user-manager.sh" start "$target"
    refresh_groups
    return
  fi
  if ! manager_answers; then
    {
      echo "error: no systemd user manager answers for $target, and only an administrator can start one. As root, type:"
      echo "  $(printf %q "$repository/eng/user-manager.sh") start $target"
    } >&2
    exit 1
  fi
  if booted_by_systemd && [[ $(loginctl show-user "$target" --property Linger --value 2>/dev/null) != yes ]]; then
    step "letting your manager outlive your login, and start at boot (loginctl enable-linger)"
    if loginctl enable-linger; then
      remember linger "$target"
    else
      note "it is not allowed: your VMs stop when you log out, until an administrator types: loginctl enable-linger $target"
    fi
  fi
}

# refresh_groups: a manager that was started before its user came into the group kvm cannot open /dev/kvm.
refresh_groups() {
  local pid kvm
  kvm=$(getent group kvm | cut -d: -f3) || return 0
  pid=$(systemctl_user show --property MainPID --value init.scope 2>/dev/null || true)
  [[ -n $kvm && ${pid:-0} != 0 ]] || return 0
  grep -q "^Groups:.*\b$kvm\b" "/proc/$pid/status" || note "the manager of $target was started before they came into the group kvm: their VMs run without KVM until it is started anew"
}

daemon_is_active() { systemctl_user is-active --quiet aetherscale.service; }

daemon_failed() {
  as_target journalctl --user -u aetherscale.service -n 30 --no-pager -o cat >"$work/log" 2>&1 || true
  fail_with_log "$work/log" "$1"
}

start_daemon() {
  step "starting the daemon"
  [[ -z ${units_changed:-} ]] || systemctl_user daemon-reload
  if [[ -n ${daemon_changed:-}${units_changed:-} ]] && daemon_is_active; then
    note "restarting it with what is new; VMs run on"
    systemctl_user restart aetherscale.service || daemon_failed "the daemon does not start again"
  fi
  systemctl_user enable --quiet --now aetherscale.socket aetherscale.service >"$work/log" 2>&1 || daemon_failed "the daemon does not start: $(cat "$work/log")"
  note "aetherscale.service is $(systemctl_user is-active aetherscale.service)"
}

stop_daemon() {
  manager_answers || return 0
  [[ -e $(units)/aetherscale.service || -e $(units)/aetherscale.socket ]] || return 0
  step "stopping the daemon"
  systemctl_user disable --quiet --now aetherscale.socket aetherscale.service 2>/dev/null || true
}
