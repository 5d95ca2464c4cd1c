using System.Net;
using System.Net.Sockets;

namespace Aetherscale.SystemTests.Networking;

[Collection(LinuxGuests.Name)]
public sealed class GuestIsolationTests(GuestPair guests)
{
    [Theory]
    [InlineData("10.0.2.2")]
    [InlineData("10.0.2.3")]
    [InlineData("10.0.2.100")]
    [InlineData("router")]
    [InlineData("127.0.0.1 by the router")]
    public async Task A_guest_cannot_reach_the_hosts_loopback(string way)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var router = await RouterAsync();
        var (prepare, target) = way switch
        {
            "router" => ("true", router),
            "127.0.0.1 by the router" => (
                $"echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.1/32 via {router}",
                "127.0.0.1"),
            _ => ("true", way),
        };

        var tried = await guests.InWebAsync($"{prepare}; nc -w 2 {target} {port} </dev/null; echo $?; ip addr add 127.0.0.1/8 dev lo 2>/dev/null");

        Assert.False(listener.Pending(), "A guest came through.");
        Assert.Equal("1\n", tried.Output);
        (await guests.InWebAsync("ip route del 127.0.0.1/32 2>/dev/null; true")).Succeeded();
    }

    [Fact]
    public async Task Guests_reach_each_other_by_name()
    {
        (await guests.InPeerAsync("echo hello from peer | nc -l -p 8000 >/dev/null 2>&1 &")).Succeeded();
        var address = await guests.AddressOfAsync(GuestPair.Peer);

        var looked = await guests.InWebAsync($"nslookup peer.{guests.Host.Network}.internal; nslookup peer; nslookup web");
        var answer = await guests.InWebAsync("nc -w 5 $(nslookup peer | sed -n 's/^Address: //p' | head -1) 8000 </dev/null");

        Assert.Contains($"Name:\tpeer.{guests.Host.Network}.internal\nAddress: {address}\n", looked.Output);
        Assert.Contains($"Name:\tweb.{guests.Host.Network}.internal\nAddress: {await guests.AddressOfAsync(GuestPair.Web)}\n", looked.Output);
        Assert.Equal("hello from peer\n", answer.Output);
    }

    [Fact]
    public async Task The_router_answers_names_and_echoes_and_nothing_else()
    {
        var router = await RouterAsync();

        (await guests.InWebAsync($"ping -c 1 -W 2 {router}")).Succeeded();
        (await guests.InWebAsync($"nc -w 2 {router} 53 </dev/null")).Succeeded();
        foreach (var port in new[] { 22, 80, 443, 8080 })
        {
            Assert.Equal(1, (await guests.InWebAsync($"nc -w 1 {router} {port} </dev/null")).ExitCode);
        }
    }

    private async Task<string> RouterAsync() =>
        (await guests.InWebAsync("ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p'")).Succeeded().Output.Trim();
}
