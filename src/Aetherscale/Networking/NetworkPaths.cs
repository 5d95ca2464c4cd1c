namespace Aetherscale.Networking;

/// <summary>The files of one network, each named here and nowhere else.</summary>
/// <param name="Networks"><c>&lt;data&gt;/networks</c>.</param>
/// <param name="RuntimeDirectory">The user's <c>XDG_RUNTIME_DIR</c>.</param>
/// <param name="Name">The network's.</param>
internal sealed record NetworkPaths(string Networks, string RuntimeDirectory, NetworkName Name)
{
    /// <summary>What the network should be.</summary>
    public string Spec => $"{Networks}/{Name}.json";

    /// <summary>What its router reads; all of it follows from the spec and the VMs.</summary>
    public string RouterFolder => $"{Networks}/{Name}";

    public string RouterScript => RouterFolder + "/router.sh";

    public string Filter => RouterFolder + "/filter.nft";

    public string Addresses => RouterFolder + "/addresses.ip";

    public string DnsmasqConfiguration => RouterFolder + "/dnsmasq.conf";

    /// <summary>Every address of the subnet with the MAC that goes with it.</summary>
    public string Leases => RouterFolder + "/leases";

    /// <summary>One file per VM: its address and name. dnsmasq watches the folder.</summary>
    public string NameFolder => RouterFolder + "/names";

    /// <summary>
    /// What VMs see of the switch. It stays while the switch is restarted, so that a sandbox which was made before sees
    /// the new socket.
    /// </summary>
    public string SwitchFolder => $"{RuntimeDirectory}/{RelativeSwitchFolder}";

    /// <summary>The folder by which a VDE client names the switch.</summary>
    public string SwitchSocket => SwitchFolder + "/ctl";

    public string SwitchPid => $"{RuntimeDirectory}/{RelativeSwitchPid}";

    /// <summary>The switch's management socket, which can load plugins: no VM sees it.</summary>
    public string ManagementSocket => $"{RuntimeDirectory}/{RelativeControlFolder}/mgmt";

    /// <summary>Holds the process id of the router's namespace, as a line for systemd's EnvironmentFile.</summary>
    public string NamespaceFile => $"{RuntimeDirectory}/{RelativeNamespaceFile}";

    public string RelativeSwitchFolder => $"aetherscale/networks/{Name}/switch";

    public string RelativeControlFolder => $"aetherscale/networks/{Name}/control";

    public string RelativeRouterFolder => $"aetherscale/networks/{Name}/router";

    public string RelativeSwitchPid => RelativeControlFolder + "/switch.pid";

    public string RelativeNamespaceFile => RelativeRouterFolder + "/namespace";
}
