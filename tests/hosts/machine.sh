# The machine's own daemon on a whole host (tests/hosts/host.sh): PID 1 runs it, and the VMs. Source it after that.

# install_machine [SETTING…]: as the package does, from artifacts/programs; the settings are lines of config.toml.
install_machine() {
  local units=$host_root/usr/lib/systemd/system
  install -m 755 "$folder"/artifacts/programs/aetherscale{,-cli} "$host_root/usr/bin/"
  install -D -m 755 "$folder/artifacts/programs/aetherscale-stop" "$host_root/usr/libexec/aetherscale/aetherscale-stop"
  install -m 644 "$folder/packaging/sysusers.d/aetherscale.conf" "$host_root/usr/lib/sysusers.d/"
  install -m 644 "$folder/packaging/systemd/system/aetherscale.socket" "$units/"
  sed 's|@PROGRAM@|/usr/bin/aetherscale|' "$folder/packaging/systemd/system/aetherscale.service" >"$units/aetherscale.service"
  mkdir -p "$host_root/etc/aetherscale"
  printf '%s\n' 'accelerator = "tcg"' 'stop-helper = "/usr/libexec/aetherscale/aetherscale-stop"' "$@" >"$host_root/etc/aetherscale/config.toml"
  in_host systemd-sysusers
  in_host systemctl daemon-reload
  in_host systemctl enable --now aetherscale.socket
}

# drop_images NAME…: as the administrator puts them there by hand.
drop_images() {
  local image
  in_host mkdir -p /var/lib/aetherscale/images
  for image; do
    in_host install -m 644 "$folder/artifacts/images/$image.qcow2" /var/lib/aetherscale/images/
  done
}

cli() { in_host aetherscale-cli "$@"; }

# as USER COMMAND…: without a session of systemd's, and with the groups that the user has now.
as() { in_host runuser -u "$1" -- env HOME=/ PATH=/usr/local/bin:/usr/bin:/bin "${@:2}"; }

# is STATUS VM…
is() {
  local vm
  for vm in "${@:2}"; do
    [[ $(cli list-vms | awk -v vm="$vm" '$2 == vm { print $3 }') == "$1" ]] || { echo "$vm is not $1:" && cli list-vms && return 1; }
  done
}

become() { wait_until 60 is "$@" >/dev/null || is "$@"; }

id_of() { cli show-vm "$1" | sed -n 's/.*aetherscale-vm-\([a-z]*\)\.service.*/\1/p' | head -n 1; }

unit_of() { echo "aetherscale-vm-$(id_of "$1").service"; }

pid_of() { in_host systemctl show --value --property MainPID "$(unit_of "$1")"; }

user_of() { in_host ps -o user:32= -p "$(pid_of "$1")"; }
