using System.Net;
using Aetherscale.Networking;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Tests.Networking;

/// <summary>Whole texts, against the files beside this one; AETHERSCALE_REWRITE_GOLDEN=1 rewrites them.</summary>
public sealed class NetworkTextTests
{
    private static readonly Subnet s_subnet = new(IPNetwork.Parse("10.77.0.0/28"));
    private static readonly NetworkPaths s_paths = PathsOf("lab");

    [Fact]
    public void The_routers_script_is_fixed_text() => Matches("router.sh", RouterFiles.Script);

    [Fact]
    public void The_addresses_are_the_routers() => Matches("addresses.ip", RouterFiles.Addresses(s_subnet));

    [Fact]
    public void The_filter_drops_what_it_does_not_name() => Matches("filter.nft", RouterFiles.Filter(s_subnet));

    [Fact]
    public void There_is_a_lease_for_every_address() => Matches("leases", RouterFiles.Leases(s_subnet));

    [Fact]
    public void The_router_answers_for_its_own_names() => Matches("dnsmasq.conf", RouterFiles.Dnsmasq(s_paths.Name, s_subnet));

    [Fact]
    public void The_units_are_switch_router_and_uplink()
    {
        var units = NetworkUnits.Render(s_paths, "/home/me/.local/share/aetherscale", user: null);

        Assert.Equal(
            ["aetherscale-net-lab.service", "aetherscale-net-lab-router.service", "aetherscale-net-lab-uplink.service"],
            units.Select(unit => unit.Unit));
        Assert.All(units, unit => Matches(unit.Unit, unit.Text));
    }

    [Fact]
    public void Under_PID_1_the_units_have_a_user_of_their_own()
    {
        Assert.True(NetworkName.TryParse("lab", out var name));
        var units = NetworkUnits.Render(
            new NetworkPaths("/var/lib/aetherscale/networks", "/run", name), "/var/lib/aetherscale", new VmUser("aetherscale-net", 990, "aetherscale-net", 990));

        Assert.All(units, unit => Matches("system/" + unit.Unit, unit.Text));
    }

    [Fact]
    public void On_a_bridge_there_is_no_router()
    {
        Assert.True(NetworkName.TryParse("lab", out var name));
        var units = NetworkUnits.Render(
            new NetworkPaths("/var/lib/aetherscale/networks", "/run", name), "/var/lib/aetherscale", new VmUser("aetherscale-net", 990, "aetherscale-net", 990), "br0");

        Assert.Equal(["aetherscale-net-lab.service", "aetherscale-net-lab-bridge.service"], units.Select(unit => unit.Unit));
        Assert.All(units, unit => Matches("bridged/" + unit.Unit, unit.Text));
    }

    private static NetworkPaths PathsOf(string name) => NetworkName.TryParse(name, out var parsed)
        ? new NetworkPaths("/home/me/.local/share/aetherscale/networks", "/run/user/1000", parsed)
        : throw new ArgumentException("no name", nameof(name));

    private static void Matches(string file, string text)
    {
        var path = Path.Join(RepositoryRoot.Path, "tests/Aetherscale.Tests/Networking", file);
        if (Environment.GetEnvironmentVariable("AETHERSCALE_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
