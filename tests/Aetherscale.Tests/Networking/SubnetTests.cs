using System.Net;
using Aetherscale.Networking;
using CsCheck;

namespace Aetherscale.Tests.Networking;

public sealed class SubnetTests
{
    /// <summary>Every network that a network's file may name, and a host number in it.</summary>
    private static readonly Gen<(Subnet Subnet, int Host)> s_hosts =
        from prefix in Gen.Int[20, 28]
        from address in Gen.UInt
        let subnet = Of(address & (uint.MaxValue << (32 - prefix)), prefix)
        from host in Gen.Int[Subnet.FirstHost, subnet.LastHost]
        select (subnet, host);

    [Theory]
    [InlineData("10.77.0.0/24", "10.77.0.1", "10.77.0.2", "10.77.0.254", "255.255.255.0")]
    [InlineData("10.77.16.0/20", "10.77.16.1", "10.77.16.2", "10.77.31.254", "255.255.240.0")]
    [InlineData("192.168.7.240/28", "192.168.7.241", "192.168.7.242", "192.168.7.254", "255.255.255.240")]
    public void The_first_address_is_the_routers_and_the_last_is_nobodys(
        string network, string router, string first, string last, string mask)
    {
        var subnet = new Subnet(IPNetwork.Parse(network));

        Assert.Equal(router, subnet.AddressOf(Subnet.RouterHost));
        Assert.Equal(first, subnet.AddressOf(Subnet.FirstHost));
        Assert.Equal(last, subnet.AddressOf(subnet.LastHost));
        Assert.Equal(mask, subnet.Mask);
    }

    [Fact]
    public void A_mac_is_52_54_and_the_bytes_of_the_address() =>
        Assert.Equal("52:54:0a:4d:01:ff", new Subnet(IPNetwork.Parse("10.77.0.0/20")).MacOf(511));

    [Fact]
    public void An_address_leads_back_to_its_host() => s_hosts.Sample(
        pair => Assert.Equal(pair.Host, pair.Subnet.HostOf(pair.Subnet.AddressOf(pair.Host))));

    [Fact]
    public void A_mac_is_never_a_multicast_one_and_leads_back_to_its_address() => s_hosts.Sample(pair =>
    {
        var bytes = Convert.FromHexString(pair.Subnet.MacOf(pair.Host).Replace(":", "", StringComparison.Ordinal));

        Assert.Equal(0b10, bytes[0] & 0b11);
        Assert.Equal(pair.Subnet.AddressOf(pair.Host), new IPAddress(bytes.AsSpan(2)).ToString());
    });

    [Theory]
    [InlineData("10.77.0.0")]
    [InlineData("10.77.0.1")]
    [InlineData("10.77.0.255")]
    [InlineData("10.77.1.2")]
    [InlineData("10.76.255.255")]
    [InlineData("::ffff:10.77.0.2")]
    [InlineData("fe80::1")]
    [InlineData("")]
    [InlineData("10.77.0.2 ")]
    [InlineData("web")]
    public void What_is_no_vms_address_has_no_host(string address) =>
        Assert.Null(new Subnet(IPNetwork.Parse("10.77.0.0/24")).HostOf(address));

    private static Subnet Of(uint address, int prefix) => new(new IPNetwork(
        new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]), prefix));
}
