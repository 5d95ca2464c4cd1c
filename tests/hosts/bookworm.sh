# A fresh Debian 12 for a host, made of Debian's packages. Source it after eng/lib.sh; only root can use it.

logins="libpam-systemd dbus-user-session"
bookworm=$folder/artifacts/hosts/bookworm

# bookworm_make: what debootstrap makes, and a systemd that boots it.
bookworm_make() {
  [[ ! -e $bookworm/etc/debian_version ]] || return 0
  mkdir -p "${bookworm%/*}"
  rm -rf "$bookworm.new"
  mmdebstrap --quiet --variant=important --include=systemd-sysv,dbus bookworm "$bookworm.new" &&
    mv "$bookworm.new" "$bookworm"
}

# bookworm_fetch DEB: what apt would fetch to install it, for a host that has no network.
bookworm_fetch() {
  cp "$1" "$bookworm/root/fetch.deb"
  cat /etc/resolv.conf >"$bookworm/etc/resolv.conf"
  chroot "$bookworm" apt-get --quiet update
  # shellcheck disable=SC2086
  chroot "$bookworm" apt-get --quiet --yes --download-only --no-install-recommends install /root/fetch.deb $logins
  rm "$bookworm/root/fetch.deb"
}
