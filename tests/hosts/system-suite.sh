#!/bin/bash
# system-suite.sh OPTION… (as root): the system tests in system mode. A whole host is booted, with systemd as its PID 1; there the test
# program runs as root, its daemons are the machine's, and their VMs are units of PID 1. The options are the test program's.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/hosts/host.sh"
source "$folder/tests/hosts/machine.sh"

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
program=$folder/artifacts/bin/Aetherscale.SystemTests/debug/Aetherscale.SystemTests
dotnet_root=$(dirname "$(realpath "$(type -P dotnet)")")

# What the daemons of tests need of the machine; each is started by its test, as root. The programs lie where no sandbox hides them.
programs=/opt/aetherscale-tests
prepare() {
  mkdir -p "$host_root$programs"
  install -m 755 "$folder"/artifacts/programs/aetherscale{,-cli,-stop} "$host_root$programs"
  install -m 644 "$folder/packaging/sysusers.d/aetherscale.conf" "$host_root/usr/lib/sysusers.d/"
  in_host systemd-sysusers
}

# The images of several tests at once; what the journal may not take of a disk (15 %) has to be more than they leave.
host_size=16G
trap host_remove EXIT
host_make
host_boot
prepare
in_host env --chdir=/root AETHERSCALE_TEST_MODE=system AETHERSCALE_TEST_PROGRAMS="$programs" \
  AETHERSCALE_TEST_IMAGES="$folder/artifacts/images" AETHERSCALE_TEST_SOURCES="$folder" DOTNET_ROOT="$dotnet_root" CI="${CI:-}" \
  AETHERSCALE_TEST_RECONNECTS="${AETHERSCALE_TEST_RECONNECTS:-10}" AETHERSCALE_TEST_SEED="${AETHERSCALE_TEST_SEED:-}" \
  AETHERSCALE_TEST_COMMANDS="${AETHERSCALE_TEST_COMMANDS:-}" AETHERSCALE_TEST_SOAK_MINUTES="${AETHERSCALE_TEST_SOAK_MINUTES:-}" \
  "$program" -trait- mode=user "$@"
