# A guest that crashes: prints T, then raises an exception with no handler table to be found. The processor fails at the
# exception, at the fault that follows and at the fault after that: a triple fault, which resets a PC (and ends QEMU
# when it runs with -no-reboot or -action reboot=shutdown).
.include "machine.inc"

begin
  mov $'T', %al
  print_al
  lidt no_table
  int3

no_table:
  .word 0                       # its length
  .long 0                       # its place
end
