# A journal in which every user reads the log of their own units.

journal_settings=/run/systemd/journald.conf.d/50-aetherscale.conf

# close_inherited: of files that are open here, a service keeps none. A lock among them, ours or the caller's, would be held for as long as it runs.
close_inherited() {
  local open
  for open in /proc/"$BASHPID"/fd/*; do
    open=${open##*/}
    ((open <= 2 || open == 255)) || exec {open}>&-
  done
}

# journal_answers: journald does a round trip. Its process name would not do: a container's journald may be in sight too.
journal_answers() { timeout 5 journalctl --sync >/dev/null 2>&1; }

# journal_start STATE: starts journald when none runs.
journal_start() {
  local state=$1
  journal_answers && return
  step "starting journald"
  mkdir -p /run/systemd/journal "${journal_settings%/*}"
  [[ -s /etc/machine-id ]] || systemd-machine-id-setup >/dev/null
  # Only a persistent journal is split into one file a user, each readable by that user (an ACL). journald moves to it
  # when `flushed` exists, which systemd-journal-flush.service makes at boot.
  printf '%s\n' '[Journal]' Storage=persistent SplitMode=uid ReadKMsg=no Audit=no >"$journal_settings"
  touch /run/systemd/journal/flushed
  (
    close_inherited
    exec setsid /lib/systemd/systemd-journald </dev/null >"$state/journald.log" 2>&1
  ) &
  remember_process "$state/journald.pid" $!
  wait_until 10 journal_answers || fail_with_log "$state/journald.log" "journald does not answer"
}

# journal_stop STATE: ends the journald that journal_start started.
journal_stop() {
  local state=$1 pid
  if pid=$(remembered_process "$state/journald.pid"); then
    step "stopping journald"
    kill "$pid"
    wait_until 10 process_is_gone "$state/journald.pid" || kill -KILL "$pid"
    rm -f /run/systemd/journal/flushed
  fi
  rm -f "$journal_settings" "$state/journald.pid" "$state/journald.log"
}

process_is_gone() { ! remembered_process "$1" >/dev/null; }
