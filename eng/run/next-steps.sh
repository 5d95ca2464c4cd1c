# What to type next, by the very person who called, in the folder from which they called. tests/typing types every line of it.

first_line='---- next steps ----'
last_line='---- end of the next steps ----'

# typed_cli: as the caller's shell finds it.
typed_cli() {
  if [[ $(found_by_caller aetherscale-cli) == "$programs/aetherscale-cli" ]]; then
    echo aetherscale-cli
  else
    printf '%q\n' "$programs/aetherscale-cli"
  fi
}

# found_by_caller PROGRAM
found_by_caller() { PATH=$callers_path type -P "$1"; }

typed_runuser() { if [[ -n $(found_by_caller runuser) ]]; then echo runuser; else echo /usr/sbin/runuser; fi; }

# typed_self: this script, from the caller's folder.
typed_self() {
  if [[ $PWD == "$repository" ]]; then echo ./run.sh; else printf '%q\n' "$repository/run.sh"; fi
}

# typed_systemctl: with what is needed to reach the manager of the VMs.
typed_systemctl() {
  if ((EUID == 0)); then
    echo "$(typed_runuser) -u $target -- env XDG_RUNTIME_DIR=/run/user/$uid systemctl --user"
  elif [[ -z $had_runtime_dir ]]; then
    echo "XDG_RUNTIME_DIR=/run/user/$uid systemctl --user"
  else
    echo "systemctl --user"
  fi
}

typed_journalctl() {
  if ((EUID == 0)); then echo "$(typed_runuser) -u $target -- journalctl --user"; else echo "journalctl --user"; fi
}

# line WHY COMMAND
line() { printf '%s\n  $ %s\n' "$1" "$2"; }

print_next_steps() {
  local cli unit=aetherscale-vm-$id.service
  cli=$(typed_cli)
  echo
  echo "$first_line"
  line "your VMs:" "$cli list-vms"
  line "all about one:" "$cli show-vm $demo"
  line "a command in the guest (without its last word: a shell there):" "$cli ssh $demo uptime"
  line "the VM is a systemd unit:" "$(typed_systemctl) status --no-pager $unit"
  line "its log:" "$(typed_journalctl) --no-pager -n 20 -u $unit"
  line "what the guest printed:" "tail -n 20 $(printf %q "$(console_log "$id")")"
  line "shut the guest down:" "$cli stop-vm $demo"
  line "start it again:" "$cli start-vm $demo"
  line "delete the VM with its disk:" "$cli delete-vm $demo"
  line "remove all that ./run.sh made:" "$(typed_self) --down"
  echo "$last_line"
}
