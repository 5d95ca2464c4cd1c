# Shell functions that the scripts of this repository share. Source it; it changes nothing by itself.

# step TEXT: what happens next, for the person who watches.
step() { printf '==> %s\n' "$*"; }

# note TEXT: a detail under the last step.
note() { printf '    %s\n' "$*"; }

# fail TEXT: ends the script with the reason on stderr.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# fail_with_log LOG TEXT: the same, followed by the end of the log that tells why.
fail_with_log() {
  local log=$1
  shift
  printf 'error: %s\n' "$*" >&2
  if [[ -s $log ]]; then
    printf 'the end of %s:\n' "$log" >&2
    tail -n 30 "$log" | sed 's/^/  | /' >&2
  fi
  exit 1
}

# tell_where_it_failed: from here on, a command that ends the script under `set -e` is named. The script must have `set -E` too.
tell_where_it_failed() { trap 'echo "error: ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND ended with $?" >&2' ERR; }

# have PROGRAM: true when the program is installed.
have() { command -v "$1" >/dev/null 2>&1; }

# wait_until SECONDS COMMAND…: true as soon as the command succeeds, false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# start_time PID: when the process started, in clock ticks after boot; together with the pid it names one process for ever.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The name in parentheses may hold blanks and parentheses: count the fields from the last one.
  read -ra stat <<<"${stat##*) }"
  [[ ${stat[0]} != [ZX] ]] || return 1
  echo "${stat[19]}"
}

# close_inherited: for what outlives this script. A caller's open files, such as that of flock(1), would else stay open, and locked, as long.
close_inherited() {
  local open
  for open in /proc/"$BASHPID"/fd/*; do
    open=${open##*/}
    ((open <= 2 || open == 255)) || eval "exec $open>&-"
  done
}

# remember_process FILE PID: writes down which process it is, so that a reused pid is never taken for it.
remember_process() { echo "$2 $(start_time "$2")" >"$1"; }

# remembered_process FILE: the pid written there, when that very process still runs.
remembered_process() {
  local pid started
  read -r pid started 2>/dev/null <"$1" || return 1
  [[ -n $started && $(start_time "$pid") == "$started" ]] || return 1
  echo "$pid"
}
