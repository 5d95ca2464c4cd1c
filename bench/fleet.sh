#!/bin/bash
# bench/fleet.sh [HOSTS…]
#
# Measures fleets of 50, 100 and 200 hosts (or of as many as are given) with 100 VMs each (FLEET_VMS), at a RabbitMQ of its own on loopback ports. The hosts are
# real messaging code, each with a connection of its own; there is nothing behind their VMs. docs/messaging.md explains the figures.
set -Eeuo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
repository=$(dirname "$here")
source "$here/../eng/lib.sh"
vms=${FLEET_VMS:-100}
(($#)) || set -- 50 100 200

folder=$(mktemp -d)
names='' node=''
finish() {
  [[ -z $node ]] || kill "$node" 2>/dev/null || true
  [[ -z $node ]] || wait "$node" 2>/dev/null || true
  [[ -z $names ]] || kill "$names" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_broker: a new one, with nothing in it.
start_broker() {
  local name_port
  port=$(free_port) name_port=$(free_port)
  echo '[].' | tee "$folder/enabled_plugins" >"$folder/advanced.config"
  printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$port" "log.console = true" "log.console.level = warning" "disk_free_limit.absolute = 10MB" >"$folder/rabbitmq.conf"
  /usr/bin/epmd -port "$name_port" -address 127.0.0.1 >/dev/null &
  names=$!
  # The script becomes the node under RUNNING_UNDER_SYSTEMD, so that its pid is the broker's.
  env HOME="$folder" ERL_EPMD_PORT="$name_port" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=fleet-bench@localhost RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$folder/pid" RABBITMQ_DIST_PORT="$(free_port)" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}' RUNNING_UNDER_SYSTEMD=true \
    /usr/lib/rabbitmq/bin/rabbitmq-server >"$folder/node.log" 2>&1 &
  node=$!
  for ((tries = 0; tries < 120; tries++)); do
    (exec 3<>/dev/tcp/127.0.0.1/"$port") 2>/dev/null && return
    kill -0 "$node" 2>/dev/null || fail_with_log "$folder/node.log" "the broker ended"
    sleep 0.5
  done
  fail_with_log "$folder/node.log" "the broker does not listen"
}

stop_broker() {
  kill "$node" && wait "$node" || true
  kill "$names" && wait "$names" || true
  node='' names=''
  rm -rf "${folder:?}"/*
}

[[ -n ${FLEET_BENCH:-} ]] || dotnet build "$here/Aetherscale.FleetBench" -c Release -v quiet >&2
bench=${FLEET_BENCH:-$repository/artifacts/bin/Aetherscale.FleetBench/release/Aetherscale.FleetBench}
echo '| hosts | VMs | all know all, s | all names claimed, s | list-vms, ms | filtered, ms | stop-vm, ms | one comes back, ms | placements/s | half full, placements/s | MiB a host | MiB the broker | CPU s to join | CPU ms a placement | broker idle | hosts idle |'
echo '|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|'
for hosts in "$@"; do
  start_broker
  mkdir "$folder/hosts"
  "$bench" "$hosts" $vms "$port" "$node" "$folder/hosts"
  stop_broker
done
