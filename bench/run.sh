#!/bin/bash
# bench/run.sh [--rounds N] [--only GOAL,GOAL…] [--quick] [--no-save]   (as root)
#
# Measures aetherscale beside bare QEMU and libvirt, interleaved in one run, and says which goals of speed are met. A goal missed is no
# failure: it ends with 0 whenever it could measure. The results go to bench/results/, unless --no-save is given.
#   --rounds N   so many rounds of everything, instead of each measure's own number
#   --only       these goals alone, such as 1,3
#   --quick      few rounds, to try it out
# Everything runs as the unprivileged user `aetherscale-bench`, made for it and removed again with all that is theirs.
set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin # where plain `su` to root does not look
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
repository=$(dirname "$here")
source "$repository/eng/lib.sh"
source "$repository/eng/user-manager/machine.sh"
for part in target made install daemon; do source "$repository/eng/run/$part.sh"; done

tell_where_it_failed

usage() {
  sed -n '2,/^set /{s/^# \{0,1\}//p}' "$here/run.sh"
  exit "$1"
}

# The place of the run, which the bench's user can read.
area=/var/lib/aetherscale-bench
image=polite

# set_up: aetherscale as ./run.sh installs it, but for a user of the bench's own.
set_up() {
  service_user=aetherscale-bench
  ! getent passwd $service_user >/dev/null || fail "there is a user $service_user already: does another bench run? If not, remove them: userdel --remove $service_user"
  rm -rf $area
  mkdir -p $area/bench
  choose_target
  programs=$area/programs completions=$area/completions made=$area/made
  make_target
  install_programs
  install_units
  start_manager
  start_daemon
  "$repository/tests/guests/build.sh" "$work/images" >/dev/null
  as_target_function put "$(data)/images/$image.qcow2" 0644 <"$work/images/$image.qcow2"
  cp -r "$here"/*.py "$here/peers" $area/bench
}

# measure: prints as it goes, and leaves results.md and samples.jsonl. A signal from a terminal reaches it, too, and it stops its peers.
measure() {
  local commit
  commit=$(git -C "$repository" describe --always --dirty 2>/dev/null || echo unknown)
  as_target mkdir "$home/bench"
  as_target env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 $area/bench/measure.py --programs $programs --folder "$home/bench" \
    --image $image --commit "$commit" "${options[@]}" </dev/null || fail "nothing was measured"
}

show() {
  echo
  cat "$home/bench/results.md"
  [[ -n $save ]] || return 0
  local file
  file=$here/results/$(date +%Y-%m-%d-%H%M%S)
  mkdir -p "$here/results"
  cp "$home/bench/results.md" "$file.md"
  cp "$home/bench/samples.jsonl" "$file.jsonl"
  note "saved: $file.md, $file.jsonl"
}

# end_processes: what its user still runs, one by one.
end_processes() {
  local pid
  for pid in $(ps -o pid= -u $service_user); do kill -KILL "$pid" 2>/dev/null || true; done
  [[ -z $(ps -o stat= -u $service_user | grep -v '^Z') ]]
}

clean_up() {
  trap '' INT TERM
  if [[ -e $area/made && -n $(all_made user) ]]; then
    step "removing what was made for it"
    "$repository/eng/user-manager.sh" stop $service_user >"$work/log" 2>&1 || true
    wait_until 10 end_processes || note "processes of $service_user remain"
    userdel --remove $service_user 2>/dev/null || note "userdel $service_user failed"
    rm -rf $area
  fi
  rm -rf "$work"
}

parse() {
  options=() save=1
  while (($# > 0)); do
    case $1 in
      --rounds | --only)
        (($# > 1)) || usage 2 >&2
        [[ $2 =~ ^[0-9]+(,[0-9]+)*$ ]] || fail "$1 takes numbers, not \"$2\""
        options+=("$1" "$2")
        shift
        ;;
      --quick) options+=(--quick) ;;
      --no-save) save='' ;;
      -h | --help) usage 0 ;;
      *) usage 2 >&2 ;;
    esac
    shift
  done
}

main() {
  parse "$@"
  ((EUID == 0)) || fail "the bench makes a user of its own, and only root can: sudo $0"
  work=$(mktemp -d)
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  "$repository/eng/install-packages.sh" run build bench
  "$repository/eng/publish.sh"
  set_up
  measure
  show
}

main "$@"
