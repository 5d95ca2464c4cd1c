using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>A broker of three nodes loses one of them.</summary>
[Trait("length", "long")]
public sealed class ClusterTests : IAsyncLifetime
{
    private readonly List<Broker> _nodes = [new()];
    private readonly List<TestHost> _hosts = [];

    public async ValueTask InitializeAsync()
    {
        await _nodes[0].InitializeAsync();
        _nodes.Add(await Broker.JoinAsync(_nodes[0]));
        _nodes.Add(await Broker.JoinAsync(_nodes[0]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var node in Enumerable.Reverse(_nodes))
        {
            await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Hosts_at_the_other_nodes_go_on_and_the_one_at_the_dead_node_is_back_with_it(int victim)
    {
        await StartAsync(node => _nodes[node].UrlOf("v1"));
        var id = (await _hosts[victim].RunAsync("create-vm", """{"image": "polite", "name": "web", "no-start": true}""")).GetProperty("vm-id").GetString()!;
        await Task.Delay(2500, TestContext.Current.CancellationToken);

        await _nodes[victim].KillAsync();

        foreach (var other in _hosts.Where(host => host != _hosts[victim]))
        {
            await Wait.UntilAsync("it is at the broker", async () => (await ListAsync(other)).Length == 2, 60);
        }

        var survivor = _hosts[(victim + 1) % 3];
        await using (var client = await AmqpClient.ConnectAsync(_nodes[(victim + 1) % 3].UrlOf("v1")))
        {
            var made = await client.AskAsync("""{"command": "create-vm", "options": {"image": "polite", "name": "second", "no-start": true}}""", 30);
            Assert.True(made.TryGetProperty("response", out _), made.ToString());
            var parked = await client.AskAsync(
                $$$"""{"command": "start-vm", "options": {"vm-id": "{{{id}}}"}, "deadline": "{{{DateTimeOffset.UtcNow.AddMinutes(5):O}}}"}""", 30);
            Assert.Equal("parked", parked.GetProperty("response").GetProperty("status").GetString());
        }

        Assert.Equal("stopped", await _hosts[victim].StatusAsync(id));
        await _nodes[victim].StartAsync();
        await Wait.UntilAsync("what waited is carried out", async () => await _hosts[victim].StatusAsync(id) == "running", 90);
        await Wait.UntilAsync("all are there", async () => (await ListAsync(survivor)).Length == 3, 60);
    }

    private static async Task<string[]> ListAsync(TestHost host)
    {
        var reply = await host.SendAsync("""{"command": "list-hosts"}""");
        return !reply.TryGetProperty("response", out var rows) ? [] :
            [.. rows.EnumerateArray().Where(row => row.GetProperty("status").GetString() == "alive").Select(row => row.GetProperty("host").GetString()!)];
    }

    private async Task StartAsync(Func<int, string> urlOfNode)
    {
        for (var number = 0; number < 3; number++)
        {
            _hosts.Add(TestHost.Prepare(
                new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = urlOfNode(number), ["AETHERSCALE_HOST_NAME"] = $"h{number + 1}" }, "polite"));
        }

        await Task.WhenAll(_hosts.Select(host => host.StartDaemonAsync()));
        await Task.WhenAll(_hosts.Select(host => host.WaitForBrokerAsync(1, 60)));
        await Wait.UntilAsync("all are there", async () => (await ListAsync(_hosts[0])).Length == 3, 60);
    }
}
