# What is done to a machine when aetherscale is upgraded, or leaves it. POSIX sh: dpkg's scripts are made with it, and install.sh reads it.

state=/var/lib/aetherscale
units=/etc/systemd/system
helper=${helper:-/usr/libexec/aetherscale/aetherscale-stop}

say() { echo "aetherscale: $*"; }

booted() { [ -z "${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; }

# machine_units KIND: the units of the machine's VMs (vm) or networks (net), by file name.
machine_units() {
  for unit in "$units/aetherscale-$1"-*.service; do
    if [ -f "$unit" ] && grep -qxF "X-Aetherscale-State=$state" "$unit"; then
      echo "${unit##*/}"
    fi
  done
}

# name_of UNIT: the VM's id and, in brackets, its name.
name_of() {
  id=${1#aetherscale-vm-}
  id=${id%.service}
  name=$(sed -n 's/^ *"name": *"\([a-z0-9-]*\)".*/\1/p' "$state/vms/$id/vm.json" 2>/dev/null | head -n 1)
  echo "$id${name:+ ($name)}"
}

# users_have_vms: whether any user of this machine has VMs of their own.
users_have_vms() {
  getent passwd | cut -d: -f6 | sort -u | while read -r home; do
    for unit in "$home"/.config/systemd/user/aetherscale-vm-*.service; do
      if [ -f "$unit" ]; then
        echo yes
        break 2
      fi
    done
  done | grep -q yes
}

# keep_helper, restore_helper: the VMs that stay are shut down by it, and not cut off. It outlives the removal of the files around it.
keep_helper() {
  if [ -f "$helper" ] && { [ -n "$(machine_units vm)" ] || users_have_vms; }; then
    ln -f "$helper" "$helper.kept"
  fi
}

restore_helper() {
  if [ -f "$helper.kept" ]; then
    mkdir -p "${helper%/*}"
    mv -f "$helper.kept" "$helper"
    say "$helper stays for the VMs that stay: it shuts them down"
  else
    rmdir "${helper%/*}" 2>/dev/null || true
  fi
}

forget_kept_helper() { rm -f "$helper.kept"; }

remove_helper() {
  ! users_have_vms || say "users of this machine have VMs of their own, which stay; without $helper they are not shut down but cut off"
  rm -f "$helper" "$helper.kept"
  rmdir "${helper%/*}" 2>/dev/null || true
}

# start_daemon COMMAND...: where it cannot work systemd tries for ever, and nobody here waits as long.
start_daemon() {
  systemctl daemon-reload || true
  timeout 10 "$1" start aetherscale.socket || true
  if ! timeout 30 "$@" aetherscale.service; then
    say "the daemon is not up; why: journalctl -n 20 -u aetherscale"
    return 0
  fi
}

# users_daemons ACTION UNIT...: of every user who is logged in or lingers.
users_daemons() {
  booted || return 0
  systemctl --no-legend --quiet list-units 'user@*.service' | sed -n 's/.*user@\([0-9]*\)\.service.*/\1/p' | while read -r uid; do
    timeout 60 systemctl --quiet --user --machine "$uid@" "$@" 2>/dev/null </dev/null || true
  done
}

# tell_what_stays HOW [KEEP]: before the programs go. HOW removes the VMs, too; KEEP has a package manager keep what they need.
tell_what_stays() {
  vms=$(machine_units vm)
  [ -n "$vms" ] || return 0
  say "VMs are here. Unless all is purged, they run on, and start at boot as before:"
  for unit in $vms; do
    say "  $(name_of "$unit"): systemctl status ${unit%.service}"
  done
  say "They need QEMU and its company for that${2:+; so that apt autoremove leaves those: $2}"
  say "$1 removes the VMs, too"
}

# remove_units UNIT...: with their drop-ins, and the links that start them at boot.
remove_units() {
  for unit; do
    rm -rf "$units/$unit" "$units/$unit.d" "$units"/*.wants/"$unit"
  done
}

# purge_vms: shuts them down, all at once, as long as each may take.
purge_vms() {
  vms=$(machine_units vm)
  networks=$(machine_units net)
  for unit in $vms; do
    say "removing the VM $(name_of "$unit") with its disk"
  done
  # Names without blanks: they are units of ours.
  # shellcheck disable=SC2086
  if booted && [ -n "$vms$networks" ]; then
    [ -z "$vms" ] || systemctl stop $vms || true
    [ -z "$networks" ] || systemctl stop $networks || true
  fi
  # shellcheck disable=SC2086
  remove_units $vms $networks
  if booted; then
    systemctl daemon-reload || true
    # shellcheck disable=SC2086
    [ -z "$vms$networks" ] || systemctl reset-failed $vms $networks 2>/dev/null || true
  fi
}

# purge_files: state and settings of the machine. What users have in their homes is theirs.
purge_files() {
  for folder in "$state" /etc/aetherscale /run/aetherscale; do
    if [ -e "$folder" ] || [ -L "$folder" ]; then
      say "removing $folder"
      rm -rf "$folder" || say "$folder cannot be removed whole"
    fi
  done
}

# purge_records: VMs have users of their own, each a file, and a link by its number.
purge_records() {
  for record in /etc/userdb/aetherscale-vm-*.user; do
    if grep -qsF "\"aetherscaleState\":\"$state\"" "$record"; then
      name=${record##*/}
      name=${name%.user}
      find /etc/userdb -maxdepth 1 -type l '(' -lname "$name.user" -o -lname "$name.group" ')' -delete
      rm -f "$record" "${record%.user}.group"
    fi
  done
  rmdir /etc/userdb 2>/dev/null || true
}

# purge_users: those that were made for us.
purge_users() {
  left=$(ls "$units"/aetherscale-vm-*.service 2>/dev/null | head -n 1)
  if [ -n "$left" ]; then
    say "the users stay for VMs whose state is elsewhere, such as ${left##*/}"
    return 0
  fi
  say "removing the users and groups aetherscale and aetherscale-net"
  for user in aetherscale aetherscale-net; do
    ! getent passwd "$user" >/dev/null || userdel "$user" 2>/dev/null || say "the user $user cannot be removed"
  done
  for group in aetherscale aetherscale-net; do
    ! getent group "$group" >/dev/null || groupdel "$group" || say "the group $group cannot be removed"
  done
}

purge_all() {
  purge_vms
  purge_records
  purge_files
  purge_users
}
