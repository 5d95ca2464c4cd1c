# The life of an installation by install.sh. Source it after installed.sh and by-dpkg.sh, whose last state it begins with: a Debian that
# has all the packages that VMs need, and nothing of ours.

script() { in_host /root/aetherscale/install.sh "$@" | tee "$host/said"; }

give_sources() {
  mkdir "$host_root/root/aetherscale"
  tar -cf - -C "$folder" --exclude=./.git --exclude=./artifacts . | tar -xf - -C "$host_root/root/aetherscale"
  mkdir "$host_root/root/aetherscale/artifacts"
  cp -r "$folder/artifacts/programs" "$host_root/root/aetherscale/artifacts/"
}

hide_dpkg() { in_host bash -c 'cd /usr/bin && for tool in apt-get dpkg-query dpkg; do mv $tool $tool.hidden; done'; }

fails_so() {
  local text=$1 code=0
  shift
  "$@" >"$host/failed" 2>&1 || code=$?
  ((code != 0)) && grep -F -- "$text" "$host/failed" || { echo "ended with $code:" && cat "$host/failed" && return 1; }
}

check_script() {
  check "the sources come to a host without dpkg" give_sources
  check "of which there are some" hide_dpkg
  check "a plain user is told who may install" fails_so "only root installs" in_host runuser -u nobody -- bash /root/aetherscale/install.sh --system
  check "install.sh installs it" script --system
  check "and doctor finds no failure" doctor_is_content
  check "run.sh leaves root's hands off it" fails_so "installed here for the whole machine" in_host /root/aetherscale/run.sh
  check "manual pages and completion are where they are looked for" is_there /usr/local/share/man/man8/aetherscale.8 \
    /usr/local/share/man/man1/aetherscale-cli.1 /usr/local/share/bash-completion/completions/aetherscale-cli
  in_host userdel -r $person
  in_host loginctl terminate-user $loner || true
  in_host userdel --force --remove $loner || true
  check_vms
  check_script_again
  check_uninstall
  check "install.sh purges" script --uninstall --purge
  check "and says what it removes" said "removing the VM ${id[of-root]} (of-root) with its disk"
  check_nothing_left
  check_elsewhere
  check "no program is left" is_gone /opt/aether/bin /etc/systemd/system/aetherscale.service /etc/systemd/user/aetherscale.service /usr/local/bin/aetherscale /usr/local/lib/systemd/system/aetherscale.service /usr/local/lib/systemd/user/aetherscale.service
}

# check_elsewhere: where systemd does not look by itself.
check_elsewhere() {
  check "install.sh installs elsewhere, too" script --system --prefix /opt/aether
  check "and its daemon answers" in_host /opt/aether/bin/aetherscale-cli list-vms
  check "it is not moved by mistake" fails_so "it is installed in /opt/aether" script --system --prefix /usr/local
  check "and goes from there" script --uninstall --purge
}

check_script_again() {
  local before
  before=$(daemon_pid)
  check "called again, it changes nothing" script --system
  check "not even the daemon" test "$(daemon_pid)" == "$before"
  echo >>"$host_root/root/aetherscale/artifacts/programs/aetherscale"
  check "called with another daemon, it takes that" script --system
  check "which is another process" daemon_is_new "$before"
  check "the VMs are what they were" same_pid of-root of-person
}

check_uninstall() {
  check "install.sh uninstalls" script --uninstall
  check "and says which VMs stay" said "$(printf '%s (of-root)' "${id[of-root]}")"
  check "the VMs have not noticed" same_pid of-root of-person
  check "the programs are gone" is_gone /usr/local/bin/aetherscale /usr/local/bin/aetherscale-cli /usr/local/lib/systemd/system/aetherscale.socket
  check "the host reboots" power_cycle
  check "the VMs run again, without aetherscale" wait_until 60 unit_is active of-root
  check "all of them" unit_is active of-person
  check "systemctl stop still shuts a guest down" shuts_down_politely of-root
  check "and systemctl start starts it" in_host systemctl start "${unit[of-root]}"
  check "install.sh brings it back" script --system
  check "and its daemon knows the VMs" wait_until 20 is_running of-root
}
