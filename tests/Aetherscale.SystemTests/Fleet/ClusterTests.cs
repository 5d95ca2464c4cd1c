using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>A broker of three nodes loses one of them, or all at a time, under a fleet of which each host has a node beside it.</summary>
[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class ClusterTests(Cluster cluster) : IAsyncLifetime
{
    private TestFleet _fleet = null!;
    private FleetChecker _checker = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync(cluster.First, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { ["AETHERSCALE_HOST_CPUS"] = "100" })], "polite");
        _checker = new FleetChecker(_fleet);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        foreach (var node in cluster.Nodes)
        {
            await node.StartAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_host_whose_node_dies_is_at_another_within_seconds_and_the_others_stay_at_their_own(int victim)
    {
        await using var client = ClientAt((victim + 1) % 3);
        await CreateAsync(client, "before");
        var host = _fleet.Hosts[victim];

        await cluster.Nodes[victim].KillAsync();

        await Wait.UntilAsync("it has noticed", () => host.Count("Lost the broker") > 0, 5);
        await host.WaitForBrokerAsync(2, 30);
        await _fleet.WaitForHostsAsync(3);
        await CreateAsync(client, "while");
        await DeleteAsync(client, "before");
        Assert.DoesNotContain($":{_fleet.WayOf($"h{victim + 1}").Port}/", NodeOf(host));
        foreach (var (number, other) in _fleet.Hosts.Index().Where(other => other.Item != host))
        {
            Assert.Contains($":{_fleet.WayOf($"h{number + 1}").Port}/", NodeOf(other));
        }

        await cluster.Nodes[victim].StartAsync();
        await CreateAsync(client, "after");
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task The_vms_of_a_host_that_dies_together_with_its_node_are_unreachable_and_what_is_for_them_waits()
    {
        var id = await _fleet["h3"].CreateAsync("polite", """, "name": "web", "no-start": true""");
        await using var client = ClientAt(0);
        await Wait.UntilAsync("the broker knows the VM", async () => (await client.AskAsync("""{"command": "show-vm", "options": {"vm-id": "web"}, "request-id": "s"}""")).TryGetProperty("response", out _));
        await Task.Delay(2500, TestContext.Current.CancellationToken);

        await Task.WhenAll(_fleet["h3"].KillDaemonAsync(), cluster.Nodes[2].KillAsync());

        JsonElement[] list = [];
        await Wait.UntilAsync("h3 is missed", async () =>
        {
            var reply = await _fleet["h1"].SendAsync("""{"command": "list-vms", "options": {"fleet": true}}""");
            list = reply.TryGetProperty("response", out var rows) ? [.. rows.EnumerateArray()] : [];
            return reply.GetProperty("execution-info").TryGetProperty("unanswered", out var silent) && silent.GetArrayLength() == 1;
        });
        var vm = Assert.Single(list);
        Assert.Equal((id, "h3", "unreachable"), (vm.GetProperty("vm-id").GetString(), vm.GetProperty("host").GetString(), vm.GetProperty("status").GetString()));

        JsonElement parked = default;
        await Wait.UntilAsync("it is parked", async () => (parked = await _fleet["h1"].SendAsync(
            $$$"""{"command": "start-vm", "options": {"vm-id": "web"}, "deadline": "{{{DateTimeOffset.UtcNow.AddMinutes(5):O}}}"}""")).TryGetProperty("response", out _));
        Assert.Equal("parked", parked.GetProperty("response").GetProperty("status").GetString());

        // The host is back before its node.
        await _fleet["h3"].StartDaemonAsync();
        await Wait.UntilAsync("what waited is carried out", async () => await _fleet["h3"].StatusAsync(id) == "running", 60);
        _checker.CreatedOn("h3", id);
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task What_a_host_says_of_its_vms_outlives_the_node_that_it_was_said_to()
    {
        await cluster.Nodes[2].KillAsync();
        await _fleet["h3"].WaitForBrokerAsync(2);
        var id = await _fleet["h3"].CreateAsync("polite", """, "name": "late", "no-start": true""");
        await Task.Delay(3500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();

        await Wait.UntilAsync("it is listed", async () => (await _fleet["h1"].SendAsync("""{"command": "list-vms", "options": {"fleet": true}}"""))
            is var reply && reply.TryGetProperty("response", out var rows) && rows.EnumerateArray().Any(
                vm => vm.GetProperty("vm-id").GetString() == id && vm.GetProperty("status").GetString() == "unreachable"));
        await _fleet["h3"].StartDaemonAsync();
        _checker.CreatedOn("h3", id);
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task A_node_that_dies_and_comes_back_while_vms_are_made_and_deleted_costs_none_and_doubles_none()
    {
        var work = Enumerable.Range(0, 6).Select(async number =>
        {
            await using var client = ClientAt(number % 3);
            for (var round = 0; round < 8; round++)
            {
                await CreateAsync(client, $"n{number}-{round}");
                if (round % 2 == 1)
                {
                    await DeleteAsync(client, $"n{number}-{round}");
                }
            }
        }).ToList();
        await Wait.UntilAsync("some are made", () => _checker.Promised > 4);

        await cluster.Nodes[1].KillAsync();
        await Wait.UntilAsync("more are made", () => _checker.Promised > 10, 60);
        await cluster.Nodes[1].StartAsync();

        await Task.WhenAll(work);
        Assert.Equal(24, _checker.Promised);
        await _checker.CheckAsync();
    }

    [Fact]
    public async Task A_broker_of_which_all_nodes_are_restarted_has_what_waited_and_the_fleet_is_there_again()
    {
        await using var client = ClientAt(0);
        await CreateAsync(client, "before");
        var id = await _fleet["h3"].CreateAsync("polite", """, "name": "web", "no-start": true""");
        await Wait.UntilAsync("the broker knows the VM", async () => (await client.AskAsync("""{"command": "show-vm", "options": {"vm-id": "web"}, "request-id": "s"}""")).TryGetProperty("response", out _));
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();
        var start = $$$"""{"command": "start-vm", "options": {"vm-id": "web"}, "deadline": "{{{DateTimeOffset.UtcNow.AddMinutes(5):O}}}"}""";
        Assert.Equal("parked", (await _fleet["h1"].SendAsync(start)).GetProperty("response").GetProperty("status").GetString());

        // The last that has gone must be the first to come.
        foreach (var node in cluster.Nodes.Reverse())
        {
            await node.StopAsync();
        }

        foreach (var node in cluster.Nodes)
        {
            await node.StartAsync();
        }

        await Wait.UntilAsync("it is listed", async () => (await _fleet["h1"].SendAsync("""{"command": "list-vms", "options": {"fleet": true}}"""))
            is var reply && reply.TryGetProperty("response", out var rows) && rows.EnumerateArray().Any(
                vm => vm.GetProperty("vm-id").GetString() == id && vm.GetProperty("status").GetString() == "unreachable"), 60);
        await _fleet["h3"].StartDaemonAsync();
        await Wait.UntilAsync("what waited is carried out", async () => await _fleet["h3"].StatusAsync(id) == "running", 60);
        await CreateAsync(client, "after");
        _checker.CreatedOn("h3", id);
        await _checker.CheckAsync();
    }

    /// <summary>What the host's log says of where it is.</summary>
    private static string NodeOf(TestHost host) => host.Log.Split('\n').Last(line => line.Contains("Takes commands from the broker", StringComparison.Ordinal));

    /// <summary>A client whose first node is that one.</summary>
    private PatientClient ClientAt(int node) =>
        new([.. cluster.Nodes.Select((_, distance) => cluster.Nodes[(node + distance) % 3].UrlOf(_fleet.VirtualHost))]);

    private async Task CreateAsync(PatientClient client, string name) => _checker.MustBeCreated(
        await client.AskAsync($$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "request-id": "c{{{name}}}"}"""), name);

    private async Task DeleteAsync(PatientClient client, string name)
    {
        var reply = await client.AskAsync($$$"""{"command": "delete-vm", "options": {"vm-id": "{{{name}}}"}, "request-id": "d{{{name}}}"}""");
        Assert.True(reply.TryGetProperty("response", out var response), reply.ToString());
        _checker.Deleted(response.GetProperty("vm-id").GetString()!);
    }
}
