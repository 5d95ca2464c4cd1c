# As whom the tests run, and where: a plain user as themselves, in the repository; root as an unprivileged user made for it, in a
# copy that this user can read, with a user manager of its own.

# AETHERSCALE_TEST_USER names another one: two test runs at a time need two.
test_user=${AETHERSCALE_TEST_USER:-aetherscale-test}

# choose_tester: sets tester, uid, home and place, the repository that the tests see.
choose_tester() {
  if ((EUID != 0)); then
    tester=$(id -un) uid=$EUID home=$HOME place=$repository
    return
  fi
  tester=$test_user
  if ! getent passwd "$tester" >/dev/null; then
    step "making the user $tester"
    useradd --create-home --shell /bin/bash "$tester"
    made_user=1
  fi
  IFS=: read -r _ _ uid gid _ home _ < <(getent passwd "$tester")
}

# give_tester_a_manager: root does; a plain user must have one.
give_tester_a_manager() {
  local now
  if ((EUID == 0)); then
    started_manager=1
    "$repository/eng/user-manager.sh" start "$tester"
    return
  fi
  now=$(as_tester systemctl --user is-system-running 2>/dev/null) || true
  [[ $now == @(running|degraded|starting|initializing|maintenance) ]] ||
    fail "no systemd user manager answers for $tester; as root, type: $(printf %q "$repository/eng/user-manager.sh") start $tester"
}

# copy_for_tester: what the tests need, owned by the tester.
copy_for_tester() {
  ((EUID == 0)) || return 0
  step "copying sources, tests, programs and images to where $tester can read them"
  area=$home/.cache/aetherscale-tests.$$
  place=$area/aetherscale
  as_tester mkdir -p "$place"
  local unused=(--exclude=./artifacts/hosts)
  wants long || unused+=(--exclude='./artifacts/images/debian-*' --exclude='./artifacts/images/bare-*')
  (cd "$repository" && tar -cf - "${unused[@]}" --exclude=./.git --exclude=./artifacts/obj --exclude=./artifacts/publish .) |
    as_tester tar -xf - -C "$place"
  dotnet_root=$(dirname "$(realpath "$(type -P dotnet)")")
  if ! as_tester test -x "$dotnet_root/dotnet"; then
    note "and the .NET runtime, which lies in a private folder: $dotnet_root"
    as_tester mkdir "$area/dotnet"
    tar -cf - -C "$dotnet_root" dotnet host shared | as_tester tar -xf - -C "$area/dotnet"
    dotnet_root=$area/dotnet
  fi
}

# as_tester COMMAND…: in a plain login's surroundings, from a folder that they can enter.
as_tester() {
  local surroundings=(XDG_RUNTIME_DIR="/run/user/$uid" CI="${CI:-}" DOTNET_ROOT="${dotnet_root:-}"
    AETHERSCALE_TEST_PROGRAMS="${place:-}/artifacts/programs" AETHERSCALE_TEST_IMAGES="${place:-}/artifacts/images"
    AETHERSCALE_TEST_SOURCES="${place:-}" AETHERSCALE_TEST_RECONNECTS="${AETHERSCALE_TEST_RECONNECTS:-10}"
    AETHERSCALE_TEST_SEED="${AETHERSCALE_TEST_SEED:-}" AETHERSCALE_TEST_COMMANDS="${AETHERSCALE_TEST_COMMANDS:-}"
    AETHERSCALE_TEST_SOAK_MINUTES="${AETHERSCALE_TEST_SOAK_MINUTES:-}")
  if ((EUID == 0)); then
    (cd "$home" && exec setpriv --reuid "$uid" --regid "$gid" --init-groups env -i HOME="$home" USER="$tester" LOGNAME="$tester" \
      SHELL=/bin/bash LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin "${surroundings[@]}" "$@")
  else
    env "${surroundings[@]:0:2}" "${surroundings[@]:3}" "$@"
  fi
}

# remove_tester: nothing is left of what was made for the tests.
remove_tester() {
  ((EUID == 0)) || return 0
  [[ -z ${started_manager:-} ]] || "$repository/eng/user-manager.sh" stop "$tester" || true
  [[ -z ${area:-} ]] || rm -rf "$area"
  if [[ -n ${made_user:-} ]]; then
    step "removing the user $tester"
    userdel --remove "$tester" 2>/dev/null || note "userdel $tester failed"
  fi
}
