# What systemd and udev prepare at boot and a user manager needs.

# booted_by_systemd: /run/systemd/system alone does not tell, because machine_prepare makes it too.
booted_by_systemd() { [[ -d /run/systemd/system && $(cat /proc/1/comm) == systemd ]]; }

# machine_prepare STATE
machine_prepare() {
  # The sign by which systemd programs see that systemd runs here: without it the user manager refuses to start.
  if [[ ! -d /run/systemd/system ]]; then
    mkdir -p /run/systemd/system
    touch "$1/made-systemd-sign"
  fi
  # Where the manager of an unprivileged user builds the file tree of a sandboxed unit: it cannot make this one itself.
  [[ -d /run/systemd/unit-root ]] || mkdir -m 0700 /run/systemd/unit-root
  mkdir -p /run/user
  device_defaults
}

# device_defaults: the modes that Debian's udev rules give these devices.
device_defaults() {
  if [[ ! -e /dev/net/tun ]]; then
    mkdir -p /dev/net
    mknod /dev/net/tun c 10 200 2>/dev/null || note "no /dev/net/tun here: guests will have no way out"
  fi
  [[ ! -c /dev/net/tun || $(stat -c %a /dev/net/tun) == 666 ]] || chmod 0666 /dev/net/tun
  if [[ -c /dev/kvm && $(stat -c %U:%G:%a /dev/kvm) == root:root:600 ]] && getent group kvm >/dev/null; then
    chgrp kvm /dev/kvm && chmod 0660 /dev/kvm
  fi
}

# machine_restore STATE: what no manager needs any more. The sign would make package scripts call a systemd that is not there.
machine_restore() {
  [[ ! -e $1/made-systemd-sign ]] || rmdir /run/systemd/system 2>/dev/null || true
  rm -f "$1/made-systemd-sign"
}

# runtime_folder_make UID GID: what user-runtime-dir@.service does.
runtime_folder_make() {
  local folder=/run/user/$1
  mkdir -p -m 0700 "$folder"
  mountpoint -q "$folder" ||
    mount -t tmpfs -o "mode=0700,uid=$1,gid=$2,nosuid,nodev,size=10%" tmpfs "$folder" ||
    note "no tmpfs for $folder: using the plain folder"
  chown "$1:$2" "$folder"
}

runtime_folder_remove() {
  local folder=/run/user/$1
  ! mountpoint -q "$folder" || umount "$folder" 2>/dev/null || umount --lazy "$folder"
  rm -rf --one-file-system "$folder"
}
