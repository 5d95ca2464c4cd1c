# ./install.sh --system

install_system() {
  choose_prefix
  if have apt-get; then "$repository/eng/install-packages.sh" run; else check_tools; fi
  get_programs
  stage_tree "$work/tree" "$prefix"
  step "installing to $prefix"
  install_tree
  make_user_and_folders
  start_machine_daemon
  tell_what_is_next
}

install_tree() {
  local file
  remember prefix "$prefix"
  while read -r file; do
    # Settings are the administrator's as soon as they are there.
    if [[ $file == /etc/aetherscale/* ]]; then
      [[ -e $file ]] || { put "$file" 0644 <"$work/tree$file" && note "$file"; }
    elif [[ $file != /etc/needrestart/* || -d /etc/needrestart ]]; then
      install_file "$work/tree$file" "$file" "$(stat -c %a "$work/tree$file")" || continue
      changed=1
    fi
  done < <(find "$work/tree" -type f -printf '/%P\n' | sort)
}

make_user_and_folders() {
  local found
  found=$(systemd_folder "$prefix")
  systemd-sysusers "$found/sysusers.d/aetherscale.conf"
  systemd-tmpfiles --create "$found/tmpfiles.d/aetherscale.conf"
}

start_machine_daemon() {
  local action=start
  step "starting the daemon"
  systemctl daemon-reload
  systemctl --quiet enable aetherscale.socket aetherscale.service
  if [[ -n ${changed:-} ]] && systemctl --quiet is-active aetherscale.service; then
    note "restarting it with what is new; VMs run on"
    action=restart
    users_daemons try-restart aetherscale.service
  fi
  start_daemon systemctl "$action"
  systemctl --quiet is-active aetherscale.service || daemon_does_not_start
  note "aetherscale.service is active"
}

daemon_does_not_start() {
  journalctl -u aetherscale.service -n 30 --no-pager -o cat >"$work/log" 2>&1 || true
  fail_with_log "$work/log" "the daemon does not start"
}

tell_what_is_next() {
  cat <<END

aetherscale runs for this machine. What is right and wrong with it:
  # aetherscale-cli doctor
a first VM, of Debian's cloud image:
  # aetherscale-cli create-vm --image debian:12 --name web
a person who may do with VMs whatever root can:
  # usermod --append --groups aetherscale PERSON
a daemon of one's own, for any user:
  \$ systemctl --user enable --now aetherscale.socket
END
}
