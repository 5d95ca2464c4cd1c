# What hostile people do on a machine with system mode: a user without rights, a member of the group, and a QEMU that was broken into. Source it
# after tests/hosts/machine.sh.

socket=/run/aetherscale/api.sock
vms=/var/lib/aetherscale/vms

# ask_as USER: what the daemon answers them; socat's last words where it does not.
ask_as() {
  in_host runuser -u "$1" -- bash -c "printf 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n' | socat -t 10 -,ignoreeof UNIX-CONNECT:$socket 2>&1" || true
}

is_answered() { ask_as "$1" | grep '^HTTP/1.1'; }

is_shut_out() { ask_as "$1" | grep 'api.sock.*Permission denied'; }

# is_hung_up_on USER: connected, and without a byte of reply.
is_hung_up_on() {
  ! ask_as "$1" | grep '^HTTP' || return 1
  in_host journalctl --quiet --no-pager _SYSTEMD_UNIT=aetherscale.service | grep "Refused user $(in_host id -u "$1") "
}

says_how_to_be_let_in() { ! as stranger aetherscale-cli --system list-vms 2>"$checked.err" && grep 'usermod -aG aetherscale' "$checked.err"; }

# cannot USER COMMAND…: not by rights.
cannot() { ! as "$@" 2>/dev/null; }

reads_nothing() {
  local file
  for file in "$vms"/*/{disk.qcow2,console.log,vm.json} /var/lib/aetherscale/requests/* /run/aetherscale/vms/*/qmp.sock; do
    ! in_host bash -c "compgen -G '$file' | xargs -r -d '\n' -n 1 runuser -u $1 -- test -r" || { echo "$1 reads $file" && return 1; }
  done
}

# writes_nothing USER: no name that the daemon trusts can be put, or exchanged, by them.
writes_nothing() {
  local folder
  for folder in /run/aetherscale{,/vms,/networks,/networks/default} /var/lib/aetherscale{,/images,/images/sha256,/vms,/networks,/networks/default,/requests} \
    "$vms/$(id_of polite)" "/run/aetherscale/vms/$(id_of polite)" /run/aetherscale/networks/default/{switch,control,router} \
    /etc/aetherscale /etc/userdb /etc/systemd/system /run/systemd/system; do
    in_host test -d "$folder" || { echo "there is no $folder" && return 1; }
    ! in_host runuser -u "$1" -- test -w "$folder" || { echo "$1 may write in $folder" && return 1; }
  done
  ! as "$1" ln -sfn /srv "$vms/$(id_of polite)" && in_host test -d "$vms/$(id_of polite)" && in_host test ! -L "$vms/$(id_of polite)"
}

# post_as USER BODY: what the daemon answers to a request that the CLI would not send.
post_as() {
  in_host runuser -u "$1" -- bash -c 'printf "POST /v1/commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s" \
    "${#2}" "$2" | socat -t 10 -,ignoreeof UNIX-CONNECT:"$1"' - $socket "$2"
}

# gets_no_file_of_the_hosts USER: whatever name it asks for, the daemon reads no file that it was not given.
gets_no_file_of_the_hosts() {
  local body
  for body in '{"command": "import-image", "options": {"name": "stolen", "url": "file:///etc/shadow"}}' \
    '{"command": "import-image", "options": {"name": "stolen", "source": "/etc/shadow"}}' \
    '{"command": "create-vm", "options": {"image": "/etc/shadow", "no-start": true}}' \
    '{"command": "create-vm", "options": {"image": "../../../../etc/shadow", "no-start": true}}' \
    '{"command": "show-vm", "options": {"vm-id": "../../../etc"}}' \
    '{"command": "delete-image", "options": {"name": "../networks/default"}}'; do
    post_as "$1" "$body" | tee /dev/stderr | grep '"status": *"error"' >/dev/null || return 1
  done
  ! cli list-images | grep stolen && in_host test -e /var/lib/aetherscale/networks/default.json
}

# forges_no_log USER: everybody may write to the journal, and say of which unit it is.
forges_no_log() {
  in_host bash -c 'printf "MESSAGE=forged\nUNIT=%s\nSYSLOG_IDENTIFIER=systemd\n" "$2" | runuser -u "$1" -- logger --journald' - "$1" "${unit[polite]}"
  wait_until 10 in_host journalctl --quiet --no-pager UNIT="${unit[polite]}" MESSAGE=forged
  [[ -n $(in_host journalctl --quiet --no-pager UNIT="${unit[polite]}" MESSAGE=forged) ]] && ! cli logs-vm polite | grep forged
}

# refuses_to_start WORDS: the daemon, and says why.
refuses_to_start() {
  ! in_host systemctl restart aetherscale.service || return 1
  in_host systemctl show --value --property ExecMainStatus aetherscale.service | grep -x 2
  in_host journalctl --quiet --no-pager -n 20 -u aetherscale.service | grep -F "$1"
}

starts_again() { in_host systemctl reset-failed aetherscale.service && in_host systemctl restart aetherscale.service && cli list-vms; }

# as_qemu VM COMMAND…: as whoever has broken out of that VM's QEMU and of its sandbox: with its user and its group, and nothing else.
as_qemu() {
  local user
  user=$(user_of "$1")
  in_host setpriv --reuid "${user// /}" --regid aetherscale-net --clear-groups --no-new-privs "${@:2}"
}

qemu_cannot() { ! as_qemu "$@" 2>/dev/null; }

# Of another VM it sees nothing: not the disk, nor the monitor.
qemu_is_alone() {
  local other
  other=$(id_of polite-2)
  qemu_cannot polite cat "$vms/$other/disk.qcow2" && qemu_cannot polite ls "$vms" && qemu_cannot polite ls "/run/aetherscale/vms/$other" &&
    qemu_cannot polite socat -u OPEN:/dev/null "UNIX-CONNECT:/run/aetherscale/vms/$other/qmp.sock" &&
    qemu_cannot polite socat -u OPEN:/dev/null "UNIX-CONNECT:$socket" && qemu_cannot polite kill "$(pid_of polite-2)" &&
    qemu_cannot polite socat -u OPEN:/dev/null "UNIX-CONNECT:/run/aetherscale/networks/default/control/mgmt" &&
    as_qemu polite ls "/run/aetherscale/vms/$(id_of polite)" && ! ask_as "$(user_of polite | tr -d ' ')" | grep '^HTTP'
}

# lays_a_trap NAME TARGET: in its own folder, which is its own to change.
lays_a_trap() { as_qemu polite bash -c 'mv "$1/$2" "$1/$2.real" && ln -s "$3" "$1/$2"' - "/run/aetherscale/vms/$(id_of polite)" "$1" "$2"; }

takes_it_away() { as_qemu polite mv "/run/aetherscale/vms/$(id_of polite)/$1.real" "/run/aetherscale/vms/$(id_of polite)/$1"; }

# traps_lead_nowhere: links to another VM's sockets in place of its own. The daemon does not speak to that one in its name.
traps_lead_nowhere() {
  local other=/run/aetherscale/vms/$(id_of tiny)
  lays_a_trap qga.sock "$other/qga.sock"
  ! cli exec polite --timeout 3 -- hostname | grep -x tiny || return 1
  takes_it_away qga.sock
  lays_a_trap console.sock "$other/console.sock"
  ! in_host bash -c 'echo | timeout 3 aetherscale-cli console polite' | grep -i tiny || return 1
  takes_it_away console.sock
  cli exec tiny -- true
}

# switch_comes_again: whatever a QEMU has left in the switch's folder.
switch_comes_again() {
  local control=/run/aetherscale/networks/default/switch/ctl
  as_qemu polite bash -c 'mkdir -m 700 "$1/mine" && touch "$1/mine/file" && ln -s /srv "$1/link"' - $control
  in_host touch /srv/untouched
  in_host systemctl kill --signal=KILL aetherscale-net-default.service
  wait_until 20 in_host test ! -e $control/mine && wait_until 20 in_host test -S $control/ctl && in_host test -e /srv/untouched &&
    wait_until 20 in_host systemctl is-active aetherscale-net-default.service
}

# is_not_kept_busy: a QEMU makes more folders where its sockets are than the kernel would watch for anybody. The daemon watches none of them.
is_not_kept_busy() {
  local folder
  folder=/run/aetherscale/vms/$(id_of polite)
  as_qemu polite bash -c 'mkdir "$1"/many{1..500} && ln -s / "$1/all"' - "$folder"
  cli list-vms
  in_host bash -c 'cat /proc/"$(systemctl show --value --property MainPID aetherscale.service)"/fdinfo/* | grep -c "^inotify wd:"' | tee /dev/stderr | grep -xE '[0-9]{1,2}' || return 1
  as_qemu polite bash -c 'rmdir "$1"/many{1..500} && rm "$1/all"' - "$folder"
}

# deletes_the_link: A39. The VM's folder is a link of an administrator's mistake, or of somebody who got as far.
deletes_the_link() {
  local id
  cli create-vm --image polite --name linked --no-start
  id=$(id_of linked)
  in_host mkdir /srv/precious
  in_host touch /srv/precious/disk.qcow2 /srv/precious/vm.json
  in_host mv "$vms/$id" /srv/was-linked
  in_host ln -s /srv/precious "$vms/$id"
  cli delete-vm "$id"
  in_host test ! -e "$vms/$id" && in_host test ! -L "$vms/$id" && [[ $(in_host ls /srv/precious) == $'disk.qcow2\nvm.json' ]]
}

# leaves_nothing: a VM's user goes with the VM.
leaves_nothing() {
  local id
  cli create-vm --image polite --name passing-by
  id=$(id_of passing-by)
  in_host getent passwd "aetherscale-vm-$id"
  cli delete-vm passing-by
  ! in_host getent passwd "aetherscale-vm-$id" && [[ -z $(in_host find /etc/userdb /var/lib/aetherscale /run/aetherscale /etc/systemd/system -name "*$id*") ]]
}

set_credentials() { in_host bash -c "echo 'broker-credentials-file = \"/etc/aetherscale/broker\"' >>/etc/aetherscale/config.toml; echo a:b >/etc/aetherscale/broker; chmod $1 /etc/aetherscale/broker"; }

unset_credentials() { in_host sed -i /broker-credentials/d /etc/aetherscale/config.toml; }

check_hostile() {
  check "A34 root is answered" is_answered root
  check "A34 a member of the group is answered" is_answered member
  check "A34 another user is refused" is_shut_out stranger
  check "A34 and told how to be let in" says_how_to_be_let_in
  check "A34 with the socket opened wide" in_host chmod 666 $socket
  check "A34 another user is refused all the same" is_hung_up_on stranger
  check "A34 the user of VMs without users of their own is refused" is_hung_up_on aetherscale
  check "A34 the member is not" is_answered member
  check "A34 the socket is as it was" in_host chmod 660 $socket
  check "a member of the group reads none of the daemon's files" reads_nothing member
  check "and may not start units in its place" cannot member systemctl --no-ask-password start "${unit[polite]}"
  check "another user reads none of them, either" reads_nothing stranger
  check "a member of the group puts nothing in a place of the daemon's" writes_nothing member
  check "nor does another user" writes_nothing stranger
  check "a member of the group has the daemon read no file of the host's" gets_no_file_of_the_hosts member
  check "and nobody has it tell of a VM what did not happen" forges_no_log stranger
  check "A37 the state folder is opened to a group" in_host chmod g+w $vms
  check "A37 the daemon refuses to start, and says which" refuses_to_start "$vms can be written by others"
  check "A37 once mended" in_host chmod g-w $vms
  check "A37 it starts" starts_again
  check "A39 a VM's folder that is a link goes, and what it leads to stays" deletes_the_link
  check "A40 a password that others can read" set_credentials 644
  check "A40 the daemon refuses to start, and says which" refuses_to_start "/etc/aetherscale/broker holds a password and can be read by others"
  check "A40 without it" unset_credentials
  check "A40 it starts" starts_again
  check "a QEMU that was broken into reaches no other VM" qemu_is_alone
  check "and its links lead the daemon nowhere" traps_lead_nowhere
  check "what it leaves in the switch's folder does not keep that from starting again" switch_comes_again
  check "and ssh goes through it again" wait_until 60 ssh_works
  check "nor do its folders keep the daemon busy" is_not_kept_busy
  check "a VM's user goes with the VM" leaves_nothing
}
