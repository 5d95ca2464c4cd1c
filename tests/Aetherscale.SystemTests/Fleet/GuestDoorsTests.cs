using Aetherscale.SystemTests.Harness;
using Aetherscale.SystemTests.Networking;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>What goes into a guest of another host, with a real one: programs and connections.</summary>
[Collection(BrokerTests.Name)]
public sealed class GuestDoorsTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "tiny");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Programs_and_connections_reach_a_guest_of_another_host_by_the_broker()
    {
        var id = await _fleet["h2"].CreateAsync("tiny", """, "name": "web" """);
        await _fleet["h2"].WaitForConsoleAsync(id, "aetherscale tiny guest ready");
        string[] way = ["--broker", _fleet.Url];

        // Whoever takes it from the shared queue: with three of them it is mostly another host.
        for (var round = 0; round < 4; round++)
        {
            var ran = await Tool.RunAsync($"{TestEnvironment.Programs}/aetherscale-cli", [.. way, "exec", "web", "--", "sh", "-c", "cat; hostname; exit 7"], _fleet["h1"].Settings, "typed\n");
            Assert.Equal(new ToolResult(7, "typed\nweb\n", ""), ran);
            Assert.Equal(new ToolResult(3, "typed\nweb\n", ""), await Ssh.RunAsync(_fleet["h1"], "web", "cat; hostname; exit 3", "typed\n", way));
        }

        var asked = await _fleet["h3"].CliAsync("exec", "web", "hostname");
        Assert.Equal("web\n", asked.Succeeded().Output);
        Assert.Contains("web", (await _fleet["h1"].CliAsync([.. way, "list-vms"])).Succeeded().Output);
        Assert.Contains("created", (await _fleet["h1"].CliAsync([.. way, "logs-vm", "web"])).Succeeded().Output);
    }
}
