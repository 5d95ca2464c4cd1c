# What the typing tests share: they type what people are told to type, each line as it stands, and say for each what came of it.
# The script that sources this defines who types: `typist COMMAND…`, as `su` leaves them, and `logged_in COMMAND…`, the same person after
# a fresh login. `folder` is the repository they see.

source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../report.sh"

shell=(typist bash) # the shell that is typed into
script_limit=600    # seconds for all that one script types, so that no hang is for ever
down_limit=120      # what --down gets even then, to leave nothing behind

# next_steps FILE: the lines between run.sh's two marks.
next_steps() { sed -n '/^---- next steps ----$/,/^---- end of the next steps ----$/s/^  \$ //p' "$1"; }

# readme_lines FILE WHO: the `$ ` lines of the blocks fenced as ```console (for everybody) and as ```console WHO, with lines that a
# backslash continues.
readme_lines() {
  awk -v who="$2" '
    /^```/ { inside = !inside && ($0 == "```console" || $0 == "```console " who); next }
    !inside { next }
    joined != "" { joined = joined "\n" $0 }
    joined == "" && sub(/^\$ /, "") { joined = $0 }
    joined != "" && joined !~ /\\$/ { gsub(/\\\n *(> )?/, "", joined); print joined; joined = "" }' "$1"
}

# type_line LINE [INPUT]: in a new shell, as at a new terminal; it must end with 0, and in time.
type_line() {
  local code=0 began=$SECONDS limit=$((script_limit - SECONDS)) least=1
  [[ $1 != *--down ]] || least=$down_limit
  ((limit > least)) || limit=$least
  (cd "$folder" 2>/dev/null || cd /; "${shell[0]}" timeout --kill-after=10 "$limit" "${shell[@]:1}" -c "cd $(printf %q "$folder") && $1") \
    <"${2:-/dev/null}" >"$typed/output" 2>&1 || code=$?
  if ((code == 0)); then
    echo "ok   \$ $1  ($((SECONDS - began)) s)"
  else
    echo "FAIL \$ $1  (ended with $code)"
    tail -n 30 "$typed/output" | sed 's/^/  | /'
    checks_failed=1
  fi
  return $code
}

# type_at_terminal LINE: on a terminal of its own, with Ctrl-] typed once the guest's login is on the screen, as people do.
type_at_terminal() {
  local watcher keys
  mkfifo "$typed/keys"
  : >"$typed/output"
  exec {shown}< <(exec tail -n +1 -f "$typed/output")
  watcher=$!
  { timeout 30 grep -qm 1 'login:' <&"$shown" || true; printf '\035'; } >"$typed/keys" &
  keys=$!
  type_line "script -qec $(printf %q "$1") /dev/null" "$typed/keys" || true
  kill "$watcher" "$keys" 2>/dev/null || true
  exec {shown}<&-
  rm "$typed/keys"
}

type_lines() {
  local line
  while read -r line; do
    if [[ $line == *-cli\ console\ * ]]; then
      type_at_terminal "$line"
      check "and the guest asks for a login" grep 'login:' "$typed/output"
      continue
    fi
    type_line "$line" || continue
    case $line in
      *\ yaml*) check "and it prints a file of a VM" grep '^image: ' <(cat "$typed/output" "$folder/web.yaml" 2>/dev/null) ;;
      *-cli\ ssh\ *\ hostname) check "and the guest says its name" grep -x web "$typed/output" ;;
      *-cli\ copy\ *:*\ -) check "and the guest gives back what it was given" grep -Ex 'hello|a line' "$typed/output" ;;
      ssh\ *uptime) check "and the guest has answered" grep 'load average' "$typed/output" ;;
      *journalctl\ *) check "and the log tells of the start" grep 'Started aetherscale' "$typed/output" ;;
      *-cli\ list-vms | *-cli\ show-vm\ *) check "and it says running" grep -w running "$typed/output" ;;
      *systemctl\ *\ status\ *) check "and it says active" grep -w active "$typed/output" ;;
    esac
  done
}

demo_pid() { pgrep -x "vm-$demo_id"; }

same_pid() { [[ -n $1 && $(demo_pid) == "$1" ]]; }

# type_next_steps: run.sh twice, then what it says.
type_next_steps() {
  local pid
  type_line ./run.sh || return 0
  cp "$typed/output" "$typed/first"
  demo_id=$(next_steps "$typed/first" | sed -n 's/.*aetherscale-vm-\([a-z]\{8\}\)\.service.*/\1/p' | head -n 1)
  pid=$(demo_pid) || true
  type_line ./run.sh || return 0
  check "run.sh called again says the same next steps" diff <(next_steps "$typed/first") <(next_steps "$typed/output")
  check "and leaves the VM running" same_pid "$pid"
  check "the next steps are there" test "$(next_steps "$typed/first" | wc -l)" -ge 8
  type_lines < <(next_steps "$typed/first")
  check "--down has left nothing behind" nothing_left
  type_line "./run.sh --down" || true
}

# type_own_vm: a VM that people made themselves outlives --down, with all it needs, until they delete it.
type_own_vm() {
  local cli
  cli=$(next_steps "$typed/first" | sed -n 's/ list-vms$//p')
  type_line ./run.sh || return 0
  type_line "$cli create-vm --image tiny --name mine --memory 256" || return 0
  type_line "./run.sh --down" || true
  check "--down says which VM stays" grep -w mine "$typed/output"
  type_line "$cli delete-vm mine" || true
  type_line "./run.sh --down" || true
  check "and without it nothing is left behind" nothing_left
}

# type_readme WHO: as after the login that README.md asks for, which finds the programs (~/.profile) and the user manager (logind).
type_readme() {
  local lines shell=(logged_in bash -l)
  lines=$(readme_lines "$folder/README.md" "$1" 2>/dev/null) || true
  if [[ -z $lines ]]; then
    echo "skip README.md has nothing for $1 to type"
    return
  fi
  type_lines <<<"$lines"
  type_line "./run.sh --down" || true
  check "after README.md nothing is left behind" nothing_left
}

# type_first_hour: docs/first-hour.md, with its server, its catalogue and the key of which it speaks.
type_first_hour() {
  local shell=(logged_in bash -l) images=$folder/artifacts/images own=$folder/.first-hour server pid
  type_line ./run.sh || return 0
  # What is made for it is told in the document; the key may be the user's own.
  type_line "mkdir -p $own ~/.config/aetherscale && ln -sf $images/tiny.qcow2 $own/ && cd $own && sha256sum tiny.qcow2 >SHA256SUMS" || return 0
  type_line "grep -om 1 'lab:tiny  http.*SHA256SUMS' docs/first-hour.md >~/.config/aetherscale/catalogue" || return 0
  type_line "test -e ~/.ssh/id_ed25519 || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519" || return 0
  exec {server}< <(typist bash -c 'echo $$; exec python3 -u -m http.server --bind 127.0.0.1 --directory "$1" 18080' - "$own" 2>/dev/null)
  read -r pid <&"$server"
  check "its server serves" read -r _ <&"$server"
  type_lines < <(readme_lines "$folder/docs/first-hour.md" user)
  kill "$pid" || true
  exec {server}<&-
  type_line "rm -r $own ~/.config/aetherscale/catalogue notes web.yaml" || true
  type_line "./run.sh --down" || true
  check "after the first hour nothing is left behind" nothing_left
}

# absent PATH…: says which of them is there.
absent() {
  local path good=0
  for path; do
    if [[ -e $path || -L $path ]]; then
      echo "still there: $path"
      good=1
    fi
  done
  return $good
}

type_all() {
  typed=$(mktemp -d)
  trap 'rm -rf "$typed" "$checked"' EXIT
  type_next_steps
  if [[ -e $typed/first ]]; then
    type_own_vm
    type_readme "$1"
    [[ $1 != user ]] || type_first_hour
  fi
  # Whatever came before: nothing is left running.
  ((checks_failed == 0)) || type_line "./run.sh --down" || true
  return $checks_failed
}
