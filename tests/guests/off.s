# A guest that powers itself off as soon as it is up: the end that is nobody's fault and must not be restarted.
.include "machine.inc"

begin
  print bye
  power_off
  sleep_for_ever

bye: .asciz "OFF\r\n"
end
