# A guest that reboots for ever: prints R and resets the machine. QEMU keeps its process through each of them.
.include "machine.inc"

begin
  mov $'R', %al
  print_al
  mov $RESET_CONTROL, %dx
  mov $6, %al
  out %al, %dx
  sleep_for_ever
end
