# ./install.sh --uninstall [--purge]

uninstall() {
  choose_prefix
  if ! is_installed && [[ -z $purge || -z $(all_made prefix) ]]; then
    note "nothing installed by install.sh is here"
    return
  fi
  if is_installed; then
    [[ -n $purge ]] || tell_what_stays "./install.sh --uninstall --purge"
    stop_machine_daemon
    remove_programs
  fi
  [[ -z $purge ]] || purge_machine
}

stop_machine_daemon() {
  step "stopping the daemon"
  systemctl --quiet disable --now aetherscale.socket aetherscale.service || true
  users_daemons stop aetherscale.socket aetherscale.service
}

# remove_programs: the stop helper outlives it where VMs stay.
remove_programs() {
  step "removing programs, units, manual pages and completion"
  keep_helper
  remove_files
  restore_helper
  systemctl daemon-reload
}

purge_machine() {
  step "removing VMs, state, settings and user"
  purge_all
  remove_helper
}
