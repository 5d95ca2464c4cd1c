# A guest that obeys: says "POLITE UP", sleeps, and powers off some milliseconds after the ACPI power button
# (QMP system_powerdown). It waits for the button's interrupt, so any number of them costs no CPU.
.include "machine.inc"

begin
  # The button raises the system control interrupt, number 9, which real mode takes as vector 0x71.
  movw $on_power_button, 0x71 * 4
  movw $0, 0x71 * 4 + 2
  mov $0xfb, %al                # let through interrupt 2 only, behind which the second controller sits…
  out %al, $PIC1_MASK
  mov $0xfd, %al                # …and 9: no timer wakes this guest
  out %al, $PIC2_MASK

  mov $APM_ACPI_ENABLE, %al     # from here on power events are interrupts for us, not for the BIOS
  out %al, $APM_COMMAND
  mov $PM1_ENABLE, %dx
  mov $POWER_BUTTON, %ax
  out %ax, %dx
  print up
  sti
  sleep_for_ever

on_power_button:
  mov $PM1_STATUS, %dx
  in %dx, %ax
  test $POWER_BUTTON, %ax
  jz not_the_button
  power_off
not_the_button:
  mov $0x20, %al                # end of interrupt, for both controllers
  out %al, $0xa0
  out %al, $0x20
  iret

up: .asciz "POLITE UP\r\n"
end
