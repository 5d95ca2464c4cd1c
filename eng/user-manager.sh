#!/bin/bash
# user-manager.sh start|stop|status USER (as root)
#
# Gives USER a `systemd --user` that lasts beyond the login, with a journal:
#   - on a machine booted by systemd by `loginctl enable-linger`;
#   - elsewhere (a container, a machine with another init) by starting the real user manager in the place where systemd
#     and logind would have put it: its control group, its /run/user/UID, journald.
# Where a manager already answers, nothing is done. `stop` ends and removes what `start` made.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=lib.sh
source "$here/lib.sh"
for part in cgroup journal machine; do source "$here/user-manager/$part.sh"; done

state=/run/aetherscale-user-manager       # what start made since the machine came up
linger_marks=/var/lib/aetherscale-user-manager  # whom start made linger: that outlives a boot, and so must the note

usage() {
  echo "usage: ${0##*/} start|stop|status USER" >&2
  exit 2
}

# as_user COMMAND…: runs it as the user, told where their manager is.
as_user() {
  setpriv --reuid "$uid" --regid "$gid" --init-groups \
    env -i HOME="$home" USER="$user" LOGNAME="$user" PATH=/usr/local/bin:/usr/bin:/bin XDG_RUNTIME_DIR="/run/user/$uid" "$@"
}

# manager_state: running, degraded, starting…; empty when no manager answers.
manager_state() { as_user timeout 10 systemctl --user is-system-running 2>/dev/null | grep -vx offline || true; }

manager_answers() { [[ $(manager_state) == @(running|degraded|starting|initializing|maintenance) ]]; }

manager_is_up() { [[ $(manager_state) == @(running|degraded) ]]; }

ours() { remembered_process "$state/$uid.pid"; }

launch_manager() {
  (
    cgroup_enter "$uid"
    cd /
    umask 022
    close_inherited
    exec </dev/null >"$state/$uid.log" 2>&1
    exec setsid setpriv --reuid "$uid" --regid "$gid" --init-groups --inh-caps=-all \
      env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL="$shell" LANG="${LANG:-C.UTF-8}" \
      PATH=/usr/local/bin:/usr/bin:/bin XDG_RUNTIME_DIR="/run/user/$uid" \
      /lib/systemd/systemd --user --log-target=journal
  ) &
  # setsid, setpriv and env each become the next one: the pid stays.
  remember_process "$state/$uid.pid" $!
}

start_lingering() {
  if [[ ! -e /var/lib/systemd/linger/$user ]]; then
    step "letting $user's manager start at boot and outlive logins (loginctl enable-linger)"
    loginctl enable-linger "$user"
    mkdir -p "$linger_marks" && touch "$linger_marks/$user"
  fi
  wait_until 30 manager_answers || fail "the manager of $user does not answer: see journalctl -u user@$uid"
}

start_own() {
  if manager_answers && ! ours >/dev/null; then
    note "a user manager of $user answers already"
    return
  fi
  cgroup_mount
  machine_prepare "$state"
  journal_start "$state"
  if manager_answers; then
    note "the user manager of $user runs already (pid $(ours))"
    follow_new_journald
    return
  fi
  step "starting a user manager for $user"
  # A manager that was killed leaves its services behind; nobody could stop them any more, and systemd would end them too.
  clean_up_user
  runtime_folder_make "$uid" "$gid"
  cgroup_make "$uid" "$gid"
  launch_manager
  wait_until 30 manager_is_up || fail_with_log "$state/$uid.log" "the user manager of $user does not come up (state: $(manager_state))"
  note "it runs as pid $(ours); /run/user/$uid is its folder"
}

# follow_new_journald: a manager logs to the journald it found at its start, and to nobody when that one has died.
follow_new_journald() {
  [[ $state/journald.pid -nt $state/$uid.pid ]] || return 0
  note "it goes over to the new journald"
  as_user systemctl --user daemon-reexec
  touch "$state/$uid.pid"
}

start() {
  if booted_by_systemd; then start_lingering; else start_own; fi
}

clean_up_user() {
  cgroup_remove "$uid"
  runtime_folder_remove "$uid"
  rm -f "$state/$uid.pid" "$state/$uid.log"
}

manager_is_gone() { process_is_gone "$state/$uid.pid"; }

stop_own() {
  if [[ ! -e $state/$uid.pid ]]; then
    note "no manager of $user was started from here"
    return
  fi
  if ours >/dev/null; then
    step "stopping the user manager of $user and its units"
    as_user systemctl --user exit || true
    # As long as user@.service gives it: units may need their time to shut guests down.
    wait_until 120 manager_is_gone || note "it does not end: killing it"
  fi
  clean_up_user
  if [[ -z $(cgroup_processes_of_all_users) ]]; then
    journal_stop "$state"
    machine_restore "$state"
  fi
}

stop_lingering() {
  if [[ ! -e $linger_marks/$user ]]; then
    note "$user's lingering was not switched on from here"
    return
  fi
  step "switching $user's lingering off: units of $user end unless they are logged in"
  loginctl disable-linger "$user"
  rm -f "$linger_marks/$user"
  rmdir "$linger_marks" 2>/dev/null || true
}

stop() {
  if booted_by_systemd; then stop_lingering; else stop_own; fi
}

status() {
  local now
  now=$(manager_state)
  echo "manager of $user (uid $uid): ${now:-none}"
  if pid=$(ours); then echo "started from here, pid $pid"; fi
  echo "journald: $(journal_answers && echo answers || echo none)"
  echo "reach it with: runuser -u $user -- env XDG_RUNTIME_DIR=/run/user/$uid systemctl --user …"
  [[ -n $now ]] || exit 3
}

main() {
  (($# == 2)) && [[ $1 == @(start|stop|status) ]] || usage
  ((EUID == 0)) || fail "only root can give a user a manager (sudo $0 $*)"
  local entry
  entry=$(getent passwd "$2") || fail "there is no user $2"
  IFS=: read -r user _ uid gid _ home shell <<<"$entry"
  ((uid != 0)) || fail "root's manager is not for this: name an unprivileged user"
  mkdir -p "$state"
  # One at a time: two users may be started at once, and journald is for both.
  exec {lock}>"$state/lock"
  flock "$lock"
  "$1"
}

main "$@"
