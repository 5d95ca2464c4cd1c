#!/bin/bash
# fuzz.sh [SECONDS] [TARGET]…     (10 minutes, each target: qcow2, envelope)
#
# Feeds readers of foreign bytes with what AFL++ makes up, guided by the branches that they take; the targets run side by side.
# A crash, a hang of a second, or a heap of more than 256 MiB fails it, and its input is kept in artifacts/fuzz/TARGET. Inputs that took
# new ways are added to tests/Aetherscale.Fuzz/corpus, which the unit tests feed again.
set -Eeuo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
source "$here/lib.sh"
source "$here/dotnet.sh"
repository=$(dirname "$here")
project=$repository/tests/Aetherscale.Fuzz
work=$repository/artifacts/fuzz
tell_where_it_failed

build() {
  step "building the targets, and having them tell their branches"
  dotnet build "$project" -v quiet >"$work/log" 2>&1 || fail_with_log "$work/log" "the targets do not build"
  rm -rf "$work/program"
  cp -r "$repository/artifacts/bin/Aetherscale.Fuzz/debug" "$work/program"
  dotnet "$work/program/Aetherscale.Fuzz.dll" instrument "$work/program/aetherscale.dll" >"$work/log" 2>&1 ||
    fail_with_log "$work/log" "instrumenting failed"
}

# fuzz TARGET
fuzz() {
  rm -rf "${work:?}/$1"
  AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
    DOTNET_GCHeapHardLimit=0x10000000 DOTNET_TieredPGO=0 \
    timeout --kill-after=30 $((seconds + 120)) \
    afl-fuzz -V "$seconds" -i "$project/corpus/$1" -o "$work/$1" -t 1000 -m none -- \
    dotnet "$work/program/Aetherscale.Fuzz.dll" run "$1" >"$work/$1.log" 2>&1
}

stat_of() { sed -n "s/^$2 *: //p" "$work/$1/default/fuzzer_stats"; }

# keep TARGET: what took a branch that nothing before it did, under a name by its content.
keep() {
  local file
  for file in "$work/$1"/default/queue/id:*+cov*; do
    (($(stat -c %s "$file") <= 4096)) || continue
    cp -n "$file" "$project/corpus/$1/$(sha256sum "$file" | head -c 16)"
  done
}

report() {
  local target=$1 found word=FAIL
  found=$(($(stat_of "$target" saved_crashes) + $(stat_of "$target" saved_hangs)))
  ((found == 0)) && word='ok  '
  echo "$word $target: $(stat_of "$target" execs_done) inputs in $(stat_of "$target" run_time) s, $(stat_of "$target" corpus_count) ways, $(stat_of "$target" saved_crashes) crashes, $(stat_of "$target" saved_hangs) hangs"
  ((found == 0))
}

main() {
  local target failed=0
  "$here/install-packages.sh" fuzz build
  check_sdk "$repository"
  mkdir -p "$work"
  build
  step "fuzzing ${targets[*]} for $seconds s"
  for target in "${targets[@]}"; do
    fuzz "$target" &
  done
  wait
  for target in "${targets[@]}"; do
    [[ -e $work/$target/default/fuzzer_stats ]] || fail_with_log "$work/$target.log" "$target did not run"
    report "$target" || failed=1
    [[ -n ${AETHERSCALE_FUZZ_KEEP:-} ]] && keep "$target"
  done
  ((failed == 0)) || fail "see artifacts/fuzz/TARGET/default/{crashes,hangs}; try one: dotnet artifacts/fuzz/program/Aetherscale.Fuzz.dll try TARGET FILE"
}

seconds=600
[[ ! ${1:-} =~ ^[0-9]+$ ]] || { seconds=$1; shift; }
targets=("$@")
((${#targets[@]} > 0)) || targets=(qcow2 envelope)
main
