#!/bin/bash
# build.sh [--force] [--authorized-keys FILE] OUTPUT.qcow2
#
# Makes the image `tiny`: a Linux guest of some 16 MB that is up in seconds, from packages of Debian. It has DHCP, ssh, the QEMU
# guest agent, a login on the serial console, does some of what cloud-init does with a seed and systemd with credentials, and powers
# off at the ACPI button.
# Needs no root, no loop device, and installs nothing here. An image newer than its sources is left as it is unless --force is given.
#
# DANGER: anyone who reaches the guest's ssh port or console is root in it, without a password. It is for trying things
# out and for tests, on a private network; never give it an address that others reach.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=../lib.sh
source "$here/../lib.sh"

kernel=linux-image-cloud-amd64
# busybox, ssh server, what scp and sftp need of it, guest agent, and the libraries of these; the boot loader for UEFI.
packages=(busybox-static dropbear-bin openssh-sftp-server qemu-guest-agent
  libc6 libcrypt1 libtomcrypt1 libtommath1 zlib1g libgmp10 libglib2.0-0 libpcre2-8-0 libnuma1 libudev1 liburing2 systemd-boot-efi)
programs=(usr/sbin/dropbear usr/bin/dropbearkey usr/lib/openssh/sftp-server usr/sbin/qemu-ga)

usage() {
  echo "usage: ${0##*/} [--force] [--authorized-keys FILE] OUTPUT.qcow2" >&2
  exit 2
}

check_tools() {
  local tool missing=()
  for tool in apt-get dpkg-deb objdump cpio gzip sfdisk mformat mcopy syslinux qemu-img; do
    have "$tool" || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || fail "missing: ${missing[*]} (eng/install-packages.sh guest installs them)"
}

up_to_date() {
  [[ -s $output && -z $(find "$here" ${keys:+"$keys"} -newer "$output" -type f -print -quit) ]]
}

# with_options apt-get|apt-cache …: as root, apt would fetch as a user who may not write into our folder, and warn.
with_options() {
  local tool=$1
  shift
  "$tool" -q -o APT::Sandbox::User=root "${apt_options[@]}" "$@"
}

# Package lists of our own, fetched aside, for a machine that has none or old ones.
use_own_package_lists() {
  note "fetching package lists"
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache"
  apt_options=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache")
  with_options apt-get update >"$work/log" 2>&1 || fail_with_log "$work/log" "cannot fetch package lists"
}

# The meta package names the package with the current kernel.
kernel_package() { with_options apt-cache depends "$kernel" 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'; }

download() {
  local kernel_package
  kernel_package=$(kernel_package)
  [[ -n $kernel_package ]] || return 1
  note "$kernel_package ${packages[*]}"
  (cd "$work/debs" && with_options apt-get download "$kernel_package" "${packages[@]}") >"$work/log" 2>&1
}

fetch_packages() {
  step "fetching packages"
  local deb
  mkdir "$work/debs" "$work/unpacked"
  apt_options=()
  if ! download; then
    use_own_package_lists
    download || fail_with_log "$work/log" "cannot fetch the packages"
  fi
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/unpacked"; done
}

# copy_program PATH: with the libraries it needs.
copy_program() {
  install -D -m 0755 "$work/unpacked/$1" "$root/$1"
  copy_libraries_of "$1"
}

# copy_libraries_of PATH: what the file names as needed, and what those need.
copy_libraries_of() {
  local library found
  for library in $(objdump -p "$root/$1" | awk '$1 == "NEEDED" { print $2 }'); do
    [[ ! -e $root/lib/$library ]] || continue
    found=$(find "$work/unpacked" -name "$library" -print -quit)
    [[ -n $found ]] || fail "$1 needs $library, which none of the packages has"
    install -D -m 0755 "$(realpath "$found")" "$root/lib/$library"
    copy_libraries_of "lib/$library"
  done
}

# The modules in the order of loading: a module stands after those that it uses.
copy_modules() {
  local tree module file
  tree=$(echo "$work"/unpacked/lib/modules/*)
  mkdir -p "$root/lib/modules"
  while read -r module; do
    if grep -q "/$module.ko" "$tree/modules.builtin"; then continue; fi
    file=$(find "$tree" -name "$module.ko" -print -quit)
    [[ -n $file ]] || fail "the kernel package has no module $module"
    cp "$file" "$root/lib/modules/"
    echo "$module" >>"$root/lib/modules/order"
  done <"$here/modules"
}

make_initramfs() {
  step "making the initramfs"
  local program
  root=$work/root
  mkdir "$root"
  cp -r "$here/root/." "$root"
  mkdir -p "$root"/{bin,dev,proc,sys,lib}
  install -d -m 0700 "$root/root" "$root/root/.ssh"
  ln -s lib "$root/lib64"
  install -m 0755 "$here/init" "$root/init"
  install -m 0755 "$work/unpacked/bin/busybox" "$root/bin/busybox"
  for program in "${programs[@]}"; do copy_program "$program"; done
  ln -s openssh/sftp-server "$root/usr/lib/sftp-server" # where dropbear looks
  copy_modules
  [[ -z $keys ]] || install -m 0600 "$keys" "$root/root/.ssh/authorized_keys"
  (cd "$root" && find . -print0 | sort -z | cpio --null --quiet -o -H newc -R 0:0) | gzip -9n >"$work/initrd"
  note "$(stat -c %s "$work/initrd") bytes"
}

# A disk with one FAT partition at 1 MiB, from which syslinux boots by BIOS and systemd-boot by UEFI.
make_disk() {
  step "making the disk"
  local disk=$work/disk offset=$((1024 * 1024))
  truncate -s 64M "$disk"
  echo "start=2048, type=c, bootable" | sfdisk -q "$disk"
  dd if=/usr/lib/SYSLINUX/mbr.bin of="$disk" bs=440 count=1 conv=notrunc status=none
  export MTOOLS_SKIP_CHECK=1
  mformat -i "$disk@@1M" -v TINY -T $((63 * 2048)) -h 64 -s 32 ::
  syslinux --install --offset $offset "$disk"
  mcopy -i "$disk@@1M" "$work"/unpacked/boot/vmlinuz-* ::vmlinuz
  mcopy -i "$disk@@1M" "$work/initrd" ::initrd
  mcopy -i "$disk@@1M" "$here/syslinux.cfg" ::syslinux.cfg
  mmd -i "$disk@@1M" ::EFI ::EFI/BOOT ::loader ::loader/entries
  mcopy -i "$disk@@1M" "$work/unpacked/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
  printf '%s\n' 'title tiny' 'linux /vmlinuz' 'initrd /initrd' "$(sed -n 's/^ *APPEND/options/p' "$here/syslinux.cfg")" |
    mcopy -i "$disk@@1M" - ::loader/entries/tiny.conf
  mkdir -p "$(dirname "$output")"
  # Made aside and moved: who opens the image finds the old one or the new one.
  aside=$(dirname "$output")/.$(basename "$output").$$
  qemu-img convert -c -f raw -O qcow2 "$disk" "$aside"
  chmod 0644 "$aside"
  mv "$aside" "$output"
}

main() {
  local force=
  keys=
  while (($# > 1)); do
    case $1 in
      --force) force=1 ;;
      --authorized-keys) keys=$2 && shift ;;
      *) usage ;;
    esac
    shift
  done
  (($# == 1)) && [[ $1 != -* ]] || usage
  output=$1
  [[ -z $keys || -r $keys ]] || fail "cannot read $keys"
  if [[ -z $force ]] && up_to_date; then
    note "$output is up to date"
    return
  fi
  check_tools
  work=$(mktemp -d)
  aside=
  trap 'rm -rf "$work" ${aside:+"$aside"}' EXIT
  fetch_packages
  make_initramfs
  make_disk
  note "$output: $(stat -c %s "$output") bytes"
}

main "$@"
