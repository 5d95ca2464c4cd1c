# A whole host to boot, reboot and switch off: a container with systemd as its PID 1, on an overlay of this machine's own root, which it
# sees as it is and cannot change, or of another system's. Source it after eng/lib.sh; only root can use it.
source "$folder/eng/user-manager/cgroup.sh"

host_name=aetherscale-host
host_network=(--private-network) # systemd-nspawn's options
host_size=4G                     # of what is written there, in memory

# host_make [ROOT]: `host_root` is what the host sees as its root. The services of this machine do not come with it.
host_make() {
  local lower=${1:-/}
  host=$(mktemp -d /var/tmp/aetherscale-host.XXXXXX)
  host_root=$host/root
  mkdir "$host/layer" "$host_root"
  mount -t tmpfs -o size=$host_size tmpfs "$host/layer"
  mkdir "$host/layer/upper" "$host/layer/work"
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=$host/layer/upper,workdir=$host/layer/work" "$host_root"
  echo "$host_name" >"$host_root/etc/hostname"
  : >"$host_root/etc/machine-id"
  # A journal of its own, in which each boot can be read in the next.
  rm -rf "$host_root/var/log/journal"
  mkdir "$host_root/var/log/journal"
  [[ $lower == / ]] || return 0
  rm -f "$host_root"/etc/systemd/system/*.wants/*.{service,timer,socket}
  forget_installation
}

# forget_installation: what this machine itself has of aetherscale, VMs included, the host never had.
forget_installation() {
  rm -rf "$host_root"/usr/local/bin/aetherscale* "$host_root"/usr/local/share/bash-completion/completions/aetherscale-cli \
    "$host_root"/etc/aetherscale "$host_root"/var/lib/aetherscale "$host_root"/var/lib/systemd/linger/aetherscale
  ! chroot "$host_root" getent passwd aetherscale >/dev/null || chroot "$host_root" userdel --force --remove aetherscale 2>/dev/null
}

# host_boot: returns once it is up.
host_boot() {
  in_cgroup setsid systemd-nspawn --quiet --directory "$host_root" --boot --register=no --keep-unit --capability=all \
    "${host_network[@]}" --resolv-conf=off --machine "$host_name" </dev/null >>"$host/console" 2>&1 &
  nspawn=$!
  wait_until 60 host_is_up || fail_with_log "$host/console" "the host did not boot"
}

# in_cgroup COMMAND…: in control groups of the host's own. Where the host's are this machine's, two users of one number are one user.
in_cgroup() (
  for cgroup in $(host_cgroups); do
    mkdir -p "$cgroup"
    echo "$BASHPID" >"$cgroup/cgroup.procs"
  done
  exec "$@"
)

# host_cgroups: one in each hierarchy that systemd uses.
host_cgroups() { cgroup_hierarchies | sed "s|$|/${host##*/}|"; }

# host_init: the process that is PID 1 there, a child of the container's or of its child, as seen from here.
host_init() {
  local child
  for child in $(pgrep -P "$nspawn") $(pgrep -P "$(pgrep -P "$nspawn" | head -n 1)" 2>/dev/null); do
    [[ $(sed -n 's/^NSpid:.*\t//p' "/proc/$child/status" 2>/dev/null) == 1 ]] && echo "$child" && return 0
  done
  return 1
}

host_is_up() { [[ $(in_host systemctl is-system-running 2>/dev/null) == @(running|degraded) ]]; }

# in_host COMMAND…: as its root.
in_host() {
  local init
  init=$(host_init) || return 1
  nsenter --target "$init" --mount --uts --ipc --net --pid --cgroup env -i HOME=/root USER=root LOGNAME=root TERM=dumb LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" </dev/null
}

# as_user_in_host USER COMMAND…: as a person who has logged in.
as_user_in_host() {
  local user=$1
  shift
  in_host runuser -u "$user" -- env HOME="/home/$user" USER="$user" XDG_RUNTIME_DIR="/run/user/$(in_host id -u "$user")" \
    PATH="/home/$user/.local/bin:/usr/local/bin:/usr/bin:/bin" "$@"
}

# host_ends: waits until it is off, or has ended to be booted again (systemd-nspawn ends with 133 then). `took` is for how many seconds.
host_ends() {
  local began=$SECONDS code=0
  wait "$nspawn" || code=$?
  took=$((SECONDS - began))
  return $code
}

# host_remove: whatever state it is in, nothing is left of it.
host_remove() {
  local init cgroup
  if kill -0 "$nspawn" 2>/dev/null; then
    init=$(host_init) && kill -9 "$init"
    wait_until 10 nspawn_is_gone || kill -9 "$nspawn"
  fi
  umount --lazy "$host_root" "$host/layer"
  for cgroup in $(host_cgroups); do
    find "$cgroup" -depth -type d -exec rmdir {} +
  done
  rm -rf "$host"
} 2>/dev/null

nspawn_is_gone() { ! kill -0 "$nspawn" 2>/dev/null; }
