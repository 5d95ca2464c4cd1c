#!/bin/bash
# build.sh FOLDER: makes FOLDER/<guest>.qcow2 of each guest here, a bootable base image (needs binutils and qemu-utils).
# The guests are one boot sector each, up in a fraction of a second: what they do is told at the top of their .s files.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
(($# == 1)) || { echo "usage: ${0##*/} FOLDER" >&2; exit 2; }
mkdir -p "$1"
out=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work" "$out"/.*.$$' EXIT

# image_size GUEST: virtual size of its disk. The writer needs room to write.
image_size() {
  case $1 in
    writer) echo 64M ;;
    *) echo 1M ;;
  esac
}

# up_to_date GUEST: newer than everything that it is made of.
up_to_date() {
  local source
  for source in "$here/$1.s" "$here/machine.inc" "$here/build.sh"; do
    [[ $out/$1.qcow2 -nt $source ]] || return 1
  done
}

build() {
  local guest=$1
  as --32 -I "$here" -o "$work/$guest.o" "$here/$guest.s"
  ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$work/$guest.raw" "$work/$guest.o"
  [[ $(stat -c %s "$work/$guest.raw") == 512 ]] || { echo "$guest.s is not one sector" >&2; exit 1; }
  truncate -s "$(image_size "$guest")" "$work/$guest.raw"
  # Made aside and moved: who opens the image finds the old one or the new one.
  qemu-img convert -f raw -O qcow2 "$work/$guest.raw" "$out/.$guest.$$"
  mv "$out/.$guest.$$" "$out/$guest.qcow2"
  echo "$out/$guest.qcow2"
}

for source in "$here"/*.s; do
  guest=$(basename "$source" .s)
  up_to_date "$guest" || build "$guest"
done
