#!/bin/bash
# debian.sh FOLDER: makes these images of real Debians in FOLDER, from its packages (eng/install-packages.sh long has the tools; root, or
# a user with subordinate ids for mmdebstrap). Each has systemd, an ssh server and the QEMU guest agent. An image newer than this script
# is left as it is.
#
#   debian-12   with cloud-init
#   bare-12     the same with cloud-init switched off: systemd 252
#   bare-13     without cloud-init: systemd 257
set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=../../eng/lib.sh
source "$here/../../eng/lib.sh"

packages=systemd-sysv,udev,dbus,linux-image-cloud-amd64,initramfs-tools,zstd,e2fsprogs,iproute2,openssh-server,qemu-guest-agent,systemd-boot-efi,rsync
cloud_packages=cloud-init,cloud-guest-utils,fdisk,locales,sudo
boot_mib=128 root_mib=1408

# up_to_date IMAGE
up_to_date() { [[ $out/$1.qcow2 -nt $here/debian.sh ]]; }

# bootstrap SUITE PACKAGES: the system as a tar archive. Its initrd has what our machines need to reach their disk, and no more.
bootstrap() {
  step "Debian $1"
  mmdebstrap --quiet --variant=minbase --include="$2" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"' \
    --essential-hook='echo MODULES=list >"$1/etc/initramfs-tools/conf.d/vm"' \
    --essential-hook='printf "%s\n" virtio_pci virtio_blk ext4 crc32c_generic >"$1/usr/share/initramfs-tools/modules.d/vm"' \
    --customize-hook='chroot "$1" systemctl enable systemd-networkd' \
    "$1" "$work/root.tar" >"$work/log" 2>&1 || fail_with_log "$work/log" "mmdebstrap $1 failed"
}

# settle ROOT: what an image has of its own, or must not have: names and keys are each machine's.
settle() {
  rm -f "$1"/etc/hostname "$1"/etc/resolv.conf "$1"/etc/ssh/ssh_host_*
  : >"$1/etc/machine-id"
  echo LANG=C.UTF-8 >"$1/etc/default/locale" # as Debian's own images: cloud-init would set another, and fail
  echo "LABEL=root / ext4 defaults 0 1" >"$1/etc/fstab"
  printf '[Match]\nType=ether\n\n[Network]\nDHCP=yes\n' >"$1/etc/systemd/network/80-dhcp.network"
  mkdir -p "$1/etc/systemd/system/ssh.service.d"
  printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\nExecStartPre=/usr/sbin/sshd -t\n' \
    >"$1/etc/systemd/system/ssh.service.d/host-keys.conf"
}

# image NAME [FILE]: of the archive, with FILE made in it.
image() {
  step "the image $1"
  rm -rf "$work/root" "$work/disk" "$work/root.ext4"
  mkdir "$work/root"
  # As nobody but root owns files: in fakeroot's eyes. Its shell passes no functions on.
  work=$work root_mib=$root_mib file=${2:-} fakeroot bash -euc "$(declare -f settle)"'
    tar -xpf "$work/root.tar" -C "$work/root" --exclude=./dev/*
    settle "$work/root"
    [[ -z $file ]] || touch "$work/root/$file"
    mke2fs -q -t ext4 -L root -d "$work/root" "$work/root.ext4" "${root_mib}M"'
  truncate -s "$((1 + boot_mib + root_mib))M" "$work/disk"
  printf '%s\n' "start=1MiB, size=${boot_mib}MiB, type=c, bootable" "start=$((1 + boot_mib))MiB, type=83" | sfdisk -q "$work/disk"
  dd if=/usr/lib/SYSLINUX/mbr.bin of="$work/disk" bs=440 count=1 conv=notrunc status=none
  dd if="$work/root.ext4" of="$work/disk" bs=1M seek="$((1 + boot_mib))" conv=notrunc,sparse status=none
  install_boot_loader
  qemu-img convert -c -f raw -O qcow2 "$work/disk" "$out/.$1.$$"
  # Made aside and moved: who opens the image finds the old one or the new one.
  mv "$out/.$1.$$" "$out/$1.qcow2"
  note "$out/$1.qcow2: $(stat -c %s "$out/$1.qcow2") bytes, $SECONDS s"
}

# A FAT partition, from which syslinux boots by BIOS and systemd-boot by UEFI.
install_boot_loader() {
  export MTOOLS_SKIP_CHECK=1
  mformat -i "$work/disk@@1M" -v BOOT -T $((boot_mib * 2048)) -h 64 -s 32 ::
  syslinux --install --offset $((1024 * 1024)) "$work/disk"
  mcopy -i "$work/disk@@1M" "$work"/root/boot/vmlinuz-* ::vmlinuz
  mcopy -i "$work/disk@@1M" "$work"/root/boot/initrd.img-* ::initrd
  local options='root=LABEL=root ro console=tty0 console=ttyS0,115200 quiet nokaslr no_timer_check'
  printf '%s\n' 'DEFAULT debian' 'LABEL debian' 'KERNEL vmlinuz' 'INITRD initrd' "APPEND $options" | mcopy -i "$work/disk@@1M" - ::syslinux.cfg
  mmd -i "$work/disk@@1M" ::EFI ::EFI/BOOT ::loader ::loader/entries
  mcopy -i "$work/disk@@1M" "$work/root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ::EFI/BOOT/BOOTX64.EFI
  printf '%s\n' 'title Debian' 'linux /vmlinuz' 'initrd /initrd' "options $options" | mcopy -i "$work/disk@@1M" - ::loader/entries/debian.conf
}

main() {
  (($# == 1)) || { echo "usage: ${0##*/} FOLDER" >&2; exit 2; }
  mkdir -p "$1"
  out=$(realpath "$1")
  work=$(mktemp -d -p /var/tmp)
  trap 'rm -rf "$work" "$out"/.*.$$' EXIT
  if ! up_to_date debian-12 || ! up_to_date bare-12; then
    bootstrap bookworm "$packages,$cloud_packages"
    image debian-12
    image bare-12 etc/cloud/cloud-init.disabled
  fi
  if ! up_to_date bare-13; then
    bootstrap trixie "$packages"
    image bare-13
  fi
}

main "$@"
