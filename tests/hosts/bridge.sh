#!/bin/bash
# bridge.sh (as root): a whole host whose administrator has named a bridge. VMs are on it, get their addresses from whoever gives them there,
# and keep their sandbox; after a reboot they are back on it without the daemon.
set -euo pipefail
folder=$(realpath "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../..")
source "$folder/eng/lib.sh"
source "$folder/tests/report.sh"
for part in host machine; do source "$folder/tests/hosts/$part.sh"; done

((EUID == 0)) || { echo "only root can boot a host" >&2; exit 2; }
if ! have systemd-nspawn; then
  echo "skip there is no systemd-nspawn"
  exit 0
fi

# The administrator's own: br0, and a DHCP server on it.
make_bridge() {
  cat >"$host_root/etc/systemd/system/br0.service" <<'UNIT'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ip link add br0 type bridge
ExecStart=/usr/bin/ip address add 192.0.2.1/24 dev br0
ExecStart=/usr/bin/ip link set br0 up
[Install]
WantedBy=multi-user.target
UNIT
  cat >"$host_root/etc/systemd/system/br0-dhcp.service" <<'UNIT'
[Unit]
Requires=br0.service
After=br0.service
[Service]
ExecStart=/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=br0 --bind-interfaces --dhcp-range=192.0.2.10,192.0.2.20,1h --dhcp-leasefile=/run/br0.leases
[Install]
WantedBy=multi-user.target
UNIT
  in_host systemctl daemon-reload
  in_host systemctl enable --now br0.service br0-dhcp.service
}

address_of() { cli exec "$1" -- ip -4 -o address show | sed -n 's|.* inet \(192\.0\.2\.[0-9]*\)/.*|\1|p'; }

has_address() { address_of "$1" | grep .; }

answers_on_the_bridge() { in_host bash -c "echo | timeout 5 socat - TCP:$(address_of "$1"):22" | grep -a SSH; }

vms_see_each_other() { cli exec one -- ping -c 1 -W 5 "$(address_of two)"; }

list_tells_no_address() { ! cli list-vms | grep -E '10\.77|192\.0'; }

connect_says_so() { { cli connect one 22 2>&1 || true; } | grep 'is on the host.s bridge br0'; }

is_sandboxed() { cli show-vm one | tee /dev/stderr | grep network-namespace && ! cli show-vm one | grep sandbox-missing; }

carrier_has_no_rights() {
  [[ $(in_host ps -o user:32= -p "$(in_host systemctl show --value --property MainPID aetherscale-net-default-bridge.service)") == aetherscale-net* ]]
}

kill_the_switch() { in_host systemctl kill --signal=KILL aetherscale-net-default.service; }

reboot() {
  local code=0
  in_host systemctl --no-block reboot
  host_ends || code=$?
  ((code == 133)) && host_boot
}

# has_a_lease: both of them, since the boot: the list of leases is gone with it.
has_a_lease() { in_host grep -c . /run/br0.leases | grep -x 2; }

legs() { in_host ip -o link show master br0 | grep -c aes- | grep -x 1; }

trap 'rm -f "$checked"; host_remove' EXIT
host_make
host_boot
check "the administrator has a bridge" make_bridge
check "and names it" install_machine 'bridge = "br0"' 'default-memory-mib = 128' 'stop-grace-seconds = 10'
check "with an image" drop_images tiny
check "two VMs are made" eval 'cli create-vm --image tiny --name one && cli create-vm --image tiny --name two'
check "one has an address of the bridge's" wait_until 60 has_address one
check "two, too" wait_until 60 has_address two
check "the host reaches it there" wait_until 30 answers_on_the_bridge one
check "they reach each other" vms_see_each_other
check "no address is told that is not known" list_tells_no_address
check "connect says where to look" connect_says_so
check "the sandbox is whole" is_sandboxed
check "who carries the packets has no rights" carrier_has_no_rights
check "doctor knows the network" eval 'cli doctor | grep -E "^ok +network "'
check "the switch is killed" kill_the_switch
check "and the VM is back on the bridge" wait_until 60 answers_on_the_bridge one
check "by one leg" legs
check "the daemon is taken out of the boot" in_host systemctl disable aetherscale.socket aetherscale.service
check "the host reboots" reboot
check "both VMs are back on the bridge without it" wait_until 60 has_a_lease
check "by one leg again" legs
exit $checks_failed
