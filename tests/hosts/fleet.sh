#!/bin/bash
# fleet.sh (as root): three whole hosts, each booted by systemd, on a network of their own, one of them with RabbitMQ. What docs/fleet.md
# tells people to do makes a fleet of them; then one loses its power, one reboots, and the broker is restarted.
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

network=aetherscale-fleet-$$
hosts=(h1 h2 h3)
declare -A made booted
broker=192.0.2.1

# be NAME: what host.sh and machine.sh do from here on is done to that host.
be() { host_name=$1 host=${made[$1]} host_root=${made[$1]}/root nspawn=${booted[$1]}; }

# at NAME COMMAND…
at() {
  be "$1"
  "${@:2}"
}

make_network() {
  ip netns add "$network"
  ip -n "$network" link add br0 type bridge
  ip -n "$network" link set br0 up
}

# boot NAME: the first time or again. Its address is 192.0.2.N.
boot() {
  be "$1"
  host_network=(--network-bridge=br0)
  host_boot
  booted[$1]=$nspawn
  in_host ip address add "192.0.2.${1#h}/24" dev host0
  in_host ip link set host0 up
}

# in_cgroup COMMAND…: as in host.sh, and in the hosts' network.
eval "own_$(declare -f in_cgroup)"
in_cgroup() { own_in_cgroup nsenter --net="/run/netns/$network" "$@"; }

make_hosts() {
  local name
  for name in "${hosts[@]}"; do
    host_name=$name
    host_make
    made[$name]=$host booted[$name]=0
    printf '192.0.2.%s\n' $'1 h1' $'2 h2' $'3 h3' >>"$host_root/etc/hosts"
    boot "$name"
  done
}

# broker_lines MARK: the lines of docs/broker-security.md for rabbitmqctl, of the block in which that stands.
broker_lines() { awk -v RS='```' -v mark="$1" '/^sh\n/ && index($0, mark) { sub(/^sh\n/, ""); print }' "$folder/docs/broker-security.md"; }

# told_rabbitmqctl: what a shell that reads those lines would tell it, quoted for ours; a password comes with each user.
told_rabbitmqctl() {
  bash -euc 'sudo() { shift; [[ $1 != add_user ]] || set -- "$@" "secret of $2"; printf "%q " "$@"; echo; }
    source /dev/stdin'
}

install_broker() {
  at h1 in_host systemctl start rabbitmq-server
  local name line
  {
    echo 'delete_user guest'
    for name in "${hosts[@]}"; do broker_lines "host='h1'" | sed "s/h1/$name/g" | told_rabbitmqctl; done
    broker_lines 'add_user alice' | sed 's/alice/you/g' | told_rabbitmqctl
  } >"$host/rabbitmqctl"
  while read -r line <&3; do eval "in_host rabbitmqctl --quiet $line"; done 3<"$host/rabbitmqctl"
}

# join NAME [SETTING…]
join() {
  be "$1"
  mkdir -p "$host_root/etc/aetherscale"
  (umask 077 && echo "$1:secret of $1" >"$host_root/etc/aetherscale/broker-credentials")
  (umask 077 && echo 'you:secret of you' >"$host_root/root/broker-credentials")
  install_machine "host-name = \"$1\"" "broker = \"amqp://$broker:5672\"" 'broker-credentials-file = "/etc/aetherscale/broker-credentials"' \
    'stop-grace-seconds = 10' "${@:2}"
  in_host systemctl enable --now aetherscale.service
}

join_all() {
  join h1
  join h2 'host-labels = "ssd"'
  join h3
}

# by_broker COMMAND…: as somebody who is at no host in particular.
by_broker() { at h3 in_host env AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE=/root/broker-credentials aetherscale-cli --broker "amqp://$broker:5672" "$@"; }

# alive NAME COUNT: so many hosts are alive, as the host of that name sees it.
alive() { [[ $(at "$1" cli list-hosts | awk '$2 == "alive"' | wc -l) == "$2" ]]; }

# vm_is STATUS NAME: as the whole fleet lists it.
vm_is() { by_broker list-vms | tee /dev/stderr | awk -v vm="$2" -v status="$1" '$2 == vm && $3 == status { found = 1 } END { exit !found }'; }

# lives_on HOST NAME
lives_on() { by_broker list-vms | tee /dev/stderr | grep -E "^[a-z]{8} +$2 .* $1( |$)"; }

boots_up() { wait_until 120 by_broker wait-vm "$1" --for ssh --timeout 120; }

lose_power() {
  be h2
  kill -9 "$(host_init)"
  wait "$nspawn" || true
}

is_parked() { at h1 cli stop-vm "$1" --deadline 10m | tee /dev/stderr | grep -w parked; }

waits_at_h2() { at h1 cli show-host h2 | tee /dev/stderr | grep -E 'waiting|parked'; }

reboot_h3() {
  local code=0
  at h3 in_host systemctl --no-block reboot
  host_ends || code=$?
  ((code == 133)) && boot h3
}

# no_vm_twice: what the hosts themselves have is what the fleet lists.
no_vm_twice() {
  local name
  [[ $(by_broker --quiet list-vms | wc -l) == 4 ]] && diff <(for name in "${hosts[@]}"; do at "$name" cli --quiet list-vms; done | sort) <(by_broker --quiet list-vms | sort)
}

finish() {
  local name
  rm -f "$checked"
  for name in "${!made[@]}"; do at "$name" host_remove; done
  ip netns del "$network"
} 2>/dev/null
trap finish EXIT

make_network
check "three hosts boot, on a network of their own" make_hosts
((checks_failed == 0)) || exit 1
began=$SECONDS
check "RabbitMQ runs on the first, with a user for each" install_broker
check "aetherscale is installed on all three, and told of the broker" join_all
check "one of them has an image" at h1 drop_images tiny
for name in "${hosts[@]}"; do check "$name sees three hosts" wait_until 60 alive "$name" 3; done
check "a VM is made by the broker" by_broker create-vm --image tiny --name web --memory 192
check "another on the host with a label, which fetches the image" by_broker create-vm --image tiny --name db --label ssd --memory 192
check "it is there" lives_on h2 db
check "a third on h3, asked for at h1" at h1 cli create-vm --image tiny --name third --host h3 --memory 192
check "there, too" lives_on h3 third
for name in web db third; do check "$name boots" boots_up $name; done
echo "     from no broker to three VMs on three hosts: $((SECONDS - began)) s"
check "a VM is stopped from a host that does not have it" at h1 cli stop-vm third
check "it is stopped" vm_is stopped third
check "and started" at h2 cli start-vm third

check "h2 loses its power" lose_power
check "the others miss it" wait_until 60 alive h1 2
check "its VM is unreachable, not gone" vm_is unreachable db
check "what it is told waits" is_parked db
check "and is seen to wait" waits_at_h2
check "h2 is booted" boot h2
check "the others see it" wait_until 60 alive h1 3
check "what waited is carried out" wait_until 60 vm_is stopped db
check "VMs are made on h2 again" by_broker create-vm --image tiny --name more --host h2 --no-start

check "h3 reboots" reboot_h3
check "it is back in the fleet" wait_until 60 alive h1 3
check "and its VM with it" wait_until 60 vm_is running third

check "the broker is restarted" at h1 in_host systemctl restart rabbitmq-server
for name in "${hosts[@]}"; do check "$name is back" wait_until 60 alive "$name" 3; done
check "no VM is lost, none is there twice" no_vm_twice
for name in web db third more; do check "$name is deleted from afar" at h1 cli delete-vm $name; done
check "none is left" eval 'by_broker list-vms && [[ -z $(by_broker --quiet list-vms) ]]'
exit $checks_failed
