# ./run.sh --down: removes what run.sh made, as far as it was made, and never a VM, an image or a setting of the user's own.

down() {
  if [[ ! -e $made ]]; then
    note "nothing made by run.sh is here"
    return
  fi
  if [[ -n $uid ]]; then
    remove_demo
    if vms_remain; then
      tell_what_stays
      return
    fi
    stop_daemon
    remove_networks
    remove_units_and_images
    forget_host_keys
  fi
  step "removing programs, units and completion"
  remove_files
  ! manager_answers || systemctl_user daemon-reload
  ((EUID != 0)) || remove_client_settings
  stop_manager
  remove_target
  if [[ -z $(all_made user) ]]; then
    forget_all
    note "all that run.sh made is gone; the packages stay"
  fi
}

# remove_demo: the VM that run.sh made, under whatever name it is now.
remove_demo() {
  local vm
  for vm in $(all_made vm); do
    if [[ -d $(data)/vms/$vm ]]; then
      start_manager
      step "deleting the VM $vm"
      cli --quiet delete-vm "$vm" || fail "the VM $vm could not be deleted, so all else stays"
    fi
    forget vm "$vm"
  done
}

vms_remain() { [[ -n $(ls -A "$(data)/vms" 2>/dev/null) ]]; }

tell_what_stays() {
  step "VMs of your own are here; they stay, and so does all they need"
  if manager_answers; then cli list-vms; else ls "$(data)/vms"; fi
  echo "to remove everything, delete them and call --down again:"
  echo "  $(typed_cli) delete-vm VM"
  echo "  $(typed_self) --down"
}

# net_units: the network units of this state folder, by file name.
net_units() {
  (cd "$(units)" 2>/dev/null && grep -lxF "X-Aetherscale-State=$(data)" aetherscale-net-*.service 2>/dev/null) || true
}

remove_networks() {
  local names
  mapfile -t names < <(net_units)
  if ((${#names[@]} > 0)); then
    step "stopping the networks: no VM is left that uses them"
    ! manager_answers || systemctl_user stop "${names[@]}" || true
    as_target_function remove_in "$(units)" "${names[@]}"
  fi
  as_target rm -rf "$(data)/networks"
}

# remove_in FOLDER NAME…
remove_in() {
  cd "$1"
  shift
  rm -f -- "$@"
}

remove_units_and_images() {
  local image
  while read -r image; do
    step "removing the image $image"
    # Under its content's name it is the same file, by a second link.
    as_target find "${image%/*}/sha256" -samefile "$image" -delete 2>/dev/null || true
    as_target rm -f "$image"
    forget image "$image"
  done < <(all_made image)
  as_target_function remove_empty_state "$(data)" "$(units)" "/run/user/$uid/aetherscale"
}

# remove_empty_state DATA UNITS RUNTIME: what the daemon made and holds nothing of the user's.
remove_empty_state() {
  local folder
  rm -rf "$3"
  rm -rf "$1/lock" "$1/requests" "$1/fleet"
  find "$2" -maxdepth 1 -type d -name '*.wants' -empty -delete 2>/dev/null || true
  [[ -n $(compgen -G "$1/images/*.qcow2") ]] || rm -rf "$1/images/sources"
  for folder in "$1/images/sha256" "$1/images" "$1/vms" "$1" "$2"; do rmdir "$folder" 2>/dev/null || true; done
}

# forget_host_keys: what the CLI learnt of VMs that are no more.
forget_host_keys() {
  local state=${XDG_STATE_HOME:-$HOME/.local/state}/aetherscale
  rm -rf "$state/known_hosts.d"
  rmdir "$state" 2>/dev/null || true
}

stop_manager() {
  local user
  for user in $(all_made manager); do
    ! getent passwd "$user" >/dev/null || "$repository/eng/user-manager.sh" stop "$user"
    forget manager "$user"
  done
  for user in $(all_made linger); do
    step "switching your lingering off again"
    loginctl disable-linger || true
    forget linger "$user"
  done
}

# files_of_target: what is in their home and did not come with it, nor from us.
files_of_target() {
  local file
  find "$home" -xdev ! -type d -printf '%P\n' | while read -r file; do
    cmp -s "$home/$file" "/etc/skel/$file" || echo "$home/$file"
  done
}

# no_process: of the user; one that has ended and was not yet waited for does not count.
no_process() { [[ -z $(ps -o stat= -u "$1" | grep -v '^Z') ]]; }

# leave_group_kvm: a user who was there before us keeps only the groups they had.
leave_group_kvm() {
  local user
  for user in $(all_made kvm-member); do
    if id -nG "$user" 2>/dev/null | grep -qw kvm; then
      step "removing $user from the group kvm"
      gpasswd --delete "$user" kvm >"$work/log" 2>&1 || fail_with_log "$work/log" "gpasswd failed"
    fi
    forget kvm-member "$user"
  done
}

remove_target() {
  local user left
  leave_group_kvm
  for user in $(all_made user); do
    if [[ -z $uid ]]; then
      forget user "$user"
      continue
    fi
    left=$(files_of_target)
    if [[ -n $left ]]; then
      note "the user $user stays: there are files of theirs, such as $(head -n 1 <<<"$left"); to remove both: userdel -r $user"
    elif ! wait_until 10 no_process "$user"; then
      note "the user $user stays: processes of theirs run; when they ended, call --down again"
    else
      step "removing the user $user"
      userdel --remove "$user" 2>"$work/log" || fail_with_log "$work/log" "userdel failed"
      forget user "$user"
    fi
  done
}

forget_all() {
  rm -f "$made"
  rmdir "${made%/*}" 2>/dev/null || true
}
