using System.Text;

namespace Aetherscale.Networking;

/// <summary>
/// The texts that the router reads: they hold the network's name and numbers, which are checked, and nothing else that
/// anybody chose. Paths reach them as arguments.
/// </summary>
internal static class RouterFiles
{
    /// <summary>The switch's side in the router's namespace.</summary>
    private const string Inside = "vde0";

    /// <summary>The uplink's side.</summary>
    private const string Outside = "tap0";

    /// <summary>The uplink's own network, which slirp4netns plays out: gateway .2, DNS server .3, ourselves .100.</summary>
    public const string UplinkNetwork = "10.0.2.0/24";

    private const string UplinkDns = "10.0.2.3";

    /// <summary>
    /// What runs in the namespace: <c>router.sh ROUTER_FOLDER</c>. The filter stands before the first address does.
    /// </summary>
    public static string Script => """
        # Run by systemd in the router's namespace, under vdens, whose process id names the namespace. Argument: this folder.
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        nft -f "$1/filter.nft"
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
        ip -batch "$1/addresses.ip"
        echo "NAMESPACE_PID=$PPID" > "$RUNTIME_DIRECTORY/namespace"
        systemd-notify --ready
        exec dnsmasq --conf-file="$1/dnsmasq.conf" --dhcp-hostsfile="$1/leases" --hostsdir="$1/names" --dhcp-leasefile="$RUNTIME_DIRECTORY/leases"

        """;

    public static string Addresses(Subnet subnet) => $"""
        link set lo up
        link set {Inside} address {subnet.MacOf(Subnet.RouterHost)}
        address add {subnet.AddressOf(Subnet.RouterHost)}/{subnet.Network.PrefixLength} dev {Inside}
        link set {Inside} up

        """;

    /// <summary>
    /// Guests may ask the router for an address, a name and an echo, may reach each other (the switch does that) and the
    /// world outside; not the uplink's own addresses, and nothing outside may begin a connection to a guest.
    /// </summary>
    public static string Filter(Subnet subnet) => $$"""
        table inet aetherscale {
            chain input {
                type filter hook input priority filter; policy drop;
                iifname "lo" accept
                ct state established,related accept
                iifname "{{Inside}}" ip saddr { {{subnet.Network}}, 0.0.0.0 } udp dport { 53, 67 } accept
                iifname "{{Inside}}" ip saddr {{subnet.Network}} tcp dport 53 accept
                iifname "{{Inside}}" ip saddr {{subnet.Network}} icmp type echo-request accept
            }
            chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname "{{Inside}}" oifname "{{Outside}}" ip saddr {{subnet.Network}} ip daddr != { {{UplinkNetwork}}, 127.0.0.0/8, 169.254.0.0/16 } accept
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                oifname "{{Outside}}" masquerade
            }
        }

        """;

    /// <summary>
    /// All leases that there can be, so that nothing needs to be told of a VM that comes or goes: the MAC says which.
    /// </summary>
    public static string Leases(Subnet subnet)
    {
        var lines = new StringBuilder();
        for (var host = Subnet.FirstHost; host <= subnet.LastHost; host++)
        {
            lines.Append(subnet.MacOf(host)).Append(',').Append(subnet.AddressOf(host)).Append('\n');
        }

        return lines.ToString();
    }

    /// <summary>DHCP for the MACs in the leases and for no other, and DNS: the VMs' names, the rest from the uplink.</summary>
    public static string Dnsmasq(NetworkName name, Subnet subnet) => $"""
        keep-in-foreground
        log-facility=-
        pid-file
        user=
        interface={Inside}
        except-interface=lo
        bind-interfaces
        no-resolv
        no-hosts
        no-poll
        server={UplinkDns}
        bogus-priv
        domain-needed
        domain={name}.internal
        local=/{name}.internal/
        expand-hosts
        dhcp-range={subnet.Network.BaseAddress},static,{subnet.Mask},infinite
        dhcp-lease-max={subnet.LastHost}
        dhcp-authoritative
        no-ping

        """;
}
