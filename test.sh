#!/bin/bash
# test.sh [unit|system|system-mode|typing|hosts|fleet|long|deb]… [--long] [--filter TEXT] [-- OPTION…]
#
# Sets the machine up as run.sh does, builds everything and runs the tests: all, or those of the named groups.
#   unit      without a VM of the daemon's
#   system    the daemon with real systemd, QEMU and networks
#   system-mode  boots a whole host with systemd as PID 1, runs the system tests there as those of the machine's daemon, and then what
#             hostile users try, a reboot and a power-off (needs root)
#   typing    types what run.sh and README.md tell people to type (needs root)
#   hosts     boots whole hosts with systemd as PID 1: reboot, power-off, and the typing there (needs root)
#   fleet     boots three hosts on a network of their own, one with RabbitMQ, and makes a fleet of them as docs/fleet.md says; one loses its
#             power, one reboots, the broker is restarted (needs root). Left out where it is not named
#   long      what takes many minutes, and is left out where it is not named: the tests with the trait length=long, real Debian guests
#             among them, whose images are built for it, and 10 minutes of fuzzing. --long says the same.
#   deb       builds the Debian package, and installs, upgrades, removes and purges it on a fresh Debian 12, with VMs that must not notice;
#             then the same by install.sh (needs root). It takes many minutes, and is left out where it is not named
# A few failed tests (at most five methods of a program) run once more, alone: what passes then is told as flaky, at the end.
# --filter takes the tests with TEXT in their full name; what follows -- goes to the test programs as it is.
# As root the tests run as the unprivileged user `aetherscale-test`, made for it and removed again.
set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin # where plain `su` to root does not look
repository=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$repository/eng/lib.sh"
source "$repository/eng/dotnet.sh"
for part in tester totals; do source "$repository/eng/test/$part.sh"; done

tell_where_it_failed

usage() {
  sed -n '2,/^set /{s/^# \{0,1\}//p}' "$repository/test.sh"
  exit "$1"
}

# logged WHAT COMMAND…: quiet, unless it fails.
logged() {
  local what=$1 began=$SECONDS
  shift
  step "$what"
  "$@" >"$work/log" 2>&1 || {
    # The compiler says each error twice, and the cause stands anywhere.
    grep -E ': error ' "$work/log" | sort -u | head -n 20 >"$work/errors" || true
    [[ ! -s $work/errors ]] || mv "$work/errors" "$work/log"
    fail_with_log "$work/log" "$what failed"
  }
  note "$((SECONDS - began)) s"
}

# build: all that is in the solution, or what the named groups need of it.
build() {
  if wants_programs unit && wants_programs system; then
    logged "building" dotnet build "$repository/Aetherscale.slnx" -v quiet
  else
    ! wants_programs unit || logged "building the unit tests" dotnet build "$repository/tests/Aetherscale.Tests" -v quiet
    ! wants_programs system || logged "building the system tests" dotnet build "$repository/tests/Aetherscale.SystemTests" -v quiet
  fi
}

# build_for_vms: what the daemon's tests run.
build_for_vms() {
  "$repository/eng/publish.sh"
  step "the guests"
  "$repository/eng/tiny-guest/build.sh" "$repository/artifacts/images/tiny.qcow2"
  "$repository/tests/guests/build.sh" "$repository/artifacts/images"
  if wants long; then
    "$repository/eng/install-packages.sh" long
    "$repository/tests/guests/debian.sh" "$repository/artifacts/images"
  fi
}

# run_program LOG PROJECT SECONDS OPTION…: after so many seconds it hangs, and is ended with all that it started.
run_program() {
  local log=$1 project=$2 limit=$3 code=0
  shift 3
  (as_tester timeout --kill-after=30 "$limit" "$place/artifacts/bin/$project/debug/$project" -noColor -noLogo "$@" </dev/null 2>&1) |
    tee "$log" || code=${PIPESTATUS[0]}
  ((code != 124 && code != 137)) || note "they were ended, because they took more than $limit s"
  return "$code"
}

# run_tests NAME PROJECT SECONDS OPTION…: a few that fail run once more with nothing beside them; the totals name them either way.
run_tests() {
  local name=$1 project=$2 code=0 began=$SECONDS methods=() only=() method
  shift
  step "$name tests, as $tester"
  run_program "$work/$name.log" "$@" "${options[@]}" || code=$?
  note "$name tests: $((SECONDS - began)) s"
  mapfile -t methods < <(failed_methods "$work/$name.log")
  if ((${#methods[@]} > 0 && ${#methods[@]} <= 5)); then
    for method in "${methods[@]}"; do only+=(-method "$method"); done
    step "once more, alone: ${methods[*]##*.}"
    run_program "$work/$name-again.log" "$project" 300 -showLiveOutput -parallelMode none "${only[@]}" || true
  fi
  add_runner "$name" "$work/$name.log" "$code" "$work/$name-again.log"
}

# run_typing NAME SCRIPT ARGUMENT…: the script holds its own time limit, because it must clean up after itself.
run_typing() {
  local name=$1 code=0 began=$SECONDS
  shift
  step "$name: $(basename "$1")"
  "$@" </dev/null 2>&1 | tee "$work/$name.log" || code=${PIPESTATUS[0]}
  note "$name: $((SECONDS - began)) s"
  add_typed "$name" "$work/$name.log" "$code"
}

# run_system_mode: the same tests on a host of their own, as root there; then what only a whole host can show.
run_system_mode() {
  local code=0 began=$SECONDS
  if ((EUID != 0)); then
    note "the tests of system mode need root, who can boot a host: left out"
    return
  fi
  step "system-mode tests, on a host of their own"
  timeout --kill-after=60 3600 "$repository/tests/hosts/system-suite.sh" -noColor -noLogo -trait- length=long -showLiveOutput "${options[@]}" \
    </dev/null 2>&1 | tee "$work/system-mode.log" || code=${PIPESTATUS[0]}
  note "system-mode tests: $((SECONDS - began)) s"
  add_runner system-mode "$work/system-mode.log" "$code" ""
  ((${#options[@]} == 0)) || return 0
  run_typing system-mode-host "$repository/tests/hosts/system.sh"
  run_typing system-mode-bridge "$repository/tests/hosts/bridge.sh"
}

# run_fuzzing SECONDS
run_fuzzing() {
  local code=0 began=$SECONDS
  step "fuzz: eng/fuzz.sh $1"
  "$repository/eng/fuzz.sh" "$1" </dev/null 2>&1 | tee "$work/fuzz.log" || code=${PIPESTATUS[0]}
  note "fuzz: $((SECONDS - began)) s"
  add_typed fuzz "$work/fuzz.log" "$code"
}

wants() { [[ " ${groups[*]} " == *" $1 "* ]]; }

# wants_programs unit|system: the long tests are system tests.
wants_programs() { wants "$1" || { [[ $1 == system ]] && { wants long || wants system-mode; }; }; }

needs_programs() { needs_vms || wants deb; }

needs_vms() { wants system || wants system-mode || wants long || wants typing || wants hosts || wants fleet; }

run() {
  "$repository/eng/install-packages.sh" run build guest test
  check_sdk "$repository"
  choose_tester
  # Before the minutes of compiling: without one they would be for nothing.
  ! needs_vms || give_tester_a_manager
  build
  ! needs_programs || build_for_vms
  ! { wants unit || needs_vms; } || copy_for_tester
  ! wants unit || run_tests unit Aetherscale.Tests 60
  # Twice as many as there are processors: most of them wait most of the time.
  ! wants system || run_tests system Aetherscale.SystemTests 1500 -maxThreads $((2 * $(nproc))) -trait- length=long -showLiveOutput
  ! wants long || run_tests long Aetherscale.SystemTests 7200 -trait length=long -showLiveOutput
  # A filter is for the test programs.
  ! wants long || ((${#options[@]} > 0)) || run_fuzzing 600
  if wants typing; then
    if ((EUID == 0)); then
      run_typing typed-as-user "$repository/tests/typing/typed-as-user.sh" "$tester" "$place"
      run_typing typed-as-root "$repository/tests/typing/typed-as-root.sh"
    else
      note "the typing tests need root, who can make a user for them: left out"
    fi
  fi
  ! wants system-mode || run_system_mode
  if wants hosts; then
    if ((EUID == 0)); then
      run_typing reboot "$repository/tests/hosts/reboot.sh"
      run_typing typed-on-a-host "$repository/tests/hosts/typed.sh"
    else
      note "the tests of whole hosts need root, who can boot one: left out"
    fi
  fi
  if wants fleet; then
    ((EUID == 0)) || fail "the tests of a fleet of whole hosts need root, who can boot a host"
    run_typing fleet "$repository/tests/hosts/fleet.sh"
  fi
  if wants deb; then
    ((EUID == 0)) || fail "the tests of the package need root, who can boot a host"
    "$repository/eng/install-packages.sh" deb
    run_typing deb "$repository/tests/hosts/deb.sh"
  fi
}

parse() {
  groups=() options=()
  while (($# > 0)); do
    case $1 in
      unit | system | system-mode | typing | hosts | fleet | long | deb) groups+=("$1") ;;
      --long) groups+=(long) ;;
      --filter)
        (($# > 1)) || usage 2 >&2
        options+=(-method "*$2*")
        shift
        ;;
      --)
        shift
        options+=("$@")
        break
        ;;
      -h | --help) usage 0 ;;
      *) usage 2 >&2 ;;
    esac
    shift
  done
  # A filter is for the test programs: without a group it means both.
  if ((${#groups[@]} == 0)); then
    groups=(unit system)
    ((${#options[@]} > 0)) || groups+=(typing hosts)
  fi
}

main() {
  parse "$@"
  work=$(mktemp -d)
  trap 'remove_tester; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  run
  remove_tester
  trap 'rm -rf "$work"' EXIT
  step "$SECONDS s"
  print_totals
  ((failed == 0)) || exit 1
}

main "$@"
