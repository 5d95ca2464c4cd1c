# Run by systemd in the router's namespace, under vdens, whose process id names the namespace. Argument: this folder.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
nft -f "$1/filter.nft"
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
ip -batch "$1/addresses.ip"
echo "NAMESPACE_PID=$PPID" > "$RUNTIME_DIRECTORY/namespace"
systemd-notify --ready
exec dnsmasq --conf-file="$1/dnsmasq.conf" --dhcp-hostsfile="$1/leases" --hostsdir="$1/names" --dhcp-leasefile="$RUNTIME_DIRECTORY/leases"
