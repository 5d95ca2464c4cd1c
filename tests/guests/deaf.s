# A guest that hears nothing: with interrupts off it sleeps through the power button, so that a graceful stop runs into
# its deadline.
.include "machine.inc"

begin
  print up
  sleep_for_ever

up: .asciz "DEAF UP\r\n"
end
