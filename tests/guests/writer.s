# A guest that fills its disk: writes 32 KiB after 32 KiB from the first MiB on and prints W for each. At an error it
# prints E, waits a second and tries the same place again: for ever at the end of its disk, and until there is room when
# the host's disk was full.
.include "machine.inc"
.set SECTORS, 64                # 32 KiB at a time
.set BUFFER,  0x8000

begin
  sti                           # the BIOS needs its interrupts for disk and clock
  mov $BUFFER, %di              # no zeros: a disk image need not store those
  mov $SECTORS * 256, %cx
  mov $0xa55a, %ax
  rep stosw

write:
  mov $0x4300, %ax              # BIOS: extended write, not verified
  mov $0x80, %dl
  mov $packet, %si
  int $0x13
  jc failed
  addl $SECTORS, sector
  mov $'W', %al
  print_al
  jmp write

failed:
  mov $'E', %al
  print_al
  mov $0x8600, %ax              # BIOS: wait CX:DX microseconds
  mov $15, %cx
  mov $16960, %dx
  int $0x15
  jmp write

packet:                         # what to write: the BIOS calls it the disk address packet
  .byte 16, 0                   # its length
  .word SECTORS
  .word BUFFER, 0               # offset and segment
sector:
  .long 2048, 0                 # the first MiB stays: this sector is in it
end
