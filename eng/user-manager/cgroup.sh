# The control group of a user manager, laid out as systemd and logind would: journald and systemd read the owner and the
# unit of a process from this path. Works with cgroup v2 alone, with v1 and v2 side by side (hybrid), and with v1.

# cgroup_hierarchies: the mount points in which systemd keeps its own tree, one a line.
cgroup_hierarchies() {
  local root=/sys/fs/cgroup
  if [[ $(stat -f -c %T $root) == cgroup2fs ]]; then
    echo $root
    return
  fi
  local found=1 name
  for name in systemd unified; do
    if mountpoint -q $root/$name; then
      echo $root/$name
      found=0
    fi
  done
  return $found
}

# cgroup_mount: some containers have no control groups mounted at all.
cgroup_mount() {
  cgroup_hierarchies >/dev/null && return
  note "mounting cgroup2 on /sys/fs/cgroup"
  mount -t cgroup2 cgroup2 /sys/fs/cgroup || fail "no control groups are mounted on /sys/fs/cgroup, and mounting them is not allowed"
}

cgroup_path() { echo "user.slice/user-$1.slice/user@$1.service"; }

# cgroup_make UID GID: makes the groups and gives the last one to the user.
cgroup_make() {
  local uid=$1 gid=$2 hierarchy group file
  for hierarchy in $(cgroup_hierarchies); do
    group=$hierarchy/$(cgroup_path "$uid")
    mkdir -p "$group" || fail "cannot make $group: are control groups mounted read-only?"
    cgroup_pass_controllers "$hierarchy" "$uid"
    # The files systemd itself hands over with Delegate=yes: limits of the group stay root's.
    chown "$uid:$gid" "$group"
    for file in cgroup.procs cgroup.threads cgroup.subtree_control memory.oom.group tasks; do
      [[ ! -e $group/$file ]] || chown "$uid:$gid" "$group/$file"
    done
  done
}

# cgroup_pass_controllers HIERARCHY UID: lets the user's units have limits, as far as this machine allows. A container whose
# own processes sit in the root group cannot pass controllers on; units work there too, without limits.
cgroup_pass_controllers() {
  local hierarchy=$1 group controller
  [[ -e $hierarchy/cgroup.subtree_control ]] || return 0
  for group in "$hierarchy" "$hierarchy/user.slice" "$hierarchy/user.slice/user-$2.slice"; do
    for controller in $(cat "$group/cgroup.controllers"); do
      case $controller in
        cpu | io | memory | pids) { echo "+$controller" >"$group/cgroup.subtree_control"; } 2>/dev/null || true ;;
      esac
    done
  done
}

# cgroup_enter UID: moves the calling process into the user's groups.
cgroup_enter() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    echo "$BASHPID" >"$hierarchy/$(cgroup_path "$1")/cgroup.procs"
  done
}

# cgroup_processes UID: every process below the user's group.
cgroup_processes() { cgroup_processes_below "$(cgroup_path "$1")"; }

# cgroup_processes_of_all_users: also those of managers that others started.
cgroup_processes_of_all_users() { cgroup_processes_below user.slice; }

cgroup_processes_below() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    find "$hierarchy/$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -u
}

cgroup_is_empty() { [[ -z $(cgroup_processes "$1") ]]; }

cgroup_kill_once() {
  local pid
  for pid in $(cgroup_processes "$1"); do kill -KILL "$pid" 2>/dev/null || true; done
  cgroup_is_empty "$1"
}

# cgroup_remove UID: ends what is left in the groups (as systemd does when a user@.service ends) and removes them.
cgroup_remove() {
  local hierarchy
  wait_until 10 cgroup_kill_once "$1" || fail "processes of uid $1 do not end: $(cgroup_processes "$1" | tr '\n' ' ')"
  for hierarchy in $(cgroup_hierarchies); do
    find "$hierarchy/user.slice/user-$1.slice" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    rmdir "$hierarchy/user.slice" 2>/dev/null || true
  done
}
