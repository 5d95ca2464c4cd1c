# For whom the programs are installed and as whom the daemon and the VMs run: the plain user who calls, or for root the user
# `aetherscale`, because QEMU never runs as root.

service_user=aetherscale

# choose_target: sets target, home, uid, programs, made and had_runtime_dir. For root the user may not be there yet; then uid is empty.
choose_target() {
  had_runtime_dir=${XDG_RUNTIME_DIR:-}
  if ((EUID == 0)); then
    target=$service_user
    programs=/usr/local/bin
    completions=/usr/local/share/bash-completion/completions
    made=/var/lib/aetherscale/made-by-run.sh
    read_target
  else
    target=$(id -un) uid=$EUID home=$HOME
    programs=$HOME/.local/bin
    completions=$HOME/.local/share/bash-completion/completions
    made=$HOME/.local/state/aetherscale/made-by-run.sh
  fi
}

# read_target: what the machine knows about root's stand-in.
read_target() {
  uid='' home=''
  local entry
  entry=$(getent passwd "$target") || return 0
  IFS=: read -r _ _ uid gid _ home _ <<<"$entry"
  ((uid != 0)) || fail "the user $target is root: it must be an unprivileged one"
}

# check_target: the user of an installation for the whole machine has no home, and its VMs are not run.sh's.
check_target() {
  ((EUID != 0)) || [[ -z $uid || $home != / ]] ||
    fail "aetherscale is, or was, installed here for the whole machine: for yourself alone, call run.sh as a plain user"
}

data() { echo "$home/.local/share/aetherscale"; }
units() { echo "$home/.config/systemd/user"; }

# make_target: the user that root's VMs run as.
make_target() {
  ((EUID == 0)) || return 0
  if [[ -z $uid ]]; then
    step "making the user $target, as whom everything runs: QEMU never runs as root"
    useradd --create-home --shell /bin/bash "$target"
    remember user "$target"
    read_target
  fi
  if getent group kvm >/dev/null && ! id -nG "$target" | grep -qw kvm; then
    note "adding $target to the group kvm"
    usermod --append --groups kvm "$target"
    remember kvm-member "$target"
    # A manager that runs already, and so its VMs, would not know of the new group; it is started anew by start_manager.
  fi
}

# as_target COMMAND…: as the user of the VMs, told where their manager is, from a folder that they can enter.
as_target() {
  if ((EUID == 0)); then
    (cd / && exec setpriv --reuid "$uid" --regid "$gid" --init-groups env -i HOME="$home" USER="$target" LOGNAME="$target" \
      PATH=/usr/local/bin:/usr/bin:/bin LANG="${LANG:-C.UTF-8}" XDG_RUNTIME_DIR="/run/user/$uid" "$@")
  else
    XDG_RUNTIME_DIR=${had_runtime_dir:-/run/user/$uid} "$@"
  fi
}

# as_target_function FUNCTION ARGUMENT…: runs a shell function of ours as that user.
as_target_function() { as_target bash -c "set -euo pipefail; $(declare -f "$1"); \"\$@\"" bash "$@"; }

systemctl_user() { as_target systemctl --user "$@"; }

# cli WORD…: our program, as the one who called: root's finds the socket by the settings file, as root's will later.
cli() { "$programs/aetherscale-cli" "$@"; }

manager_answers() { [[ -n $uid && $(systemctl_user is-system-running 2>/dev/null) == @(running|degraded|starting|initializing|maintenance) ]]; }
