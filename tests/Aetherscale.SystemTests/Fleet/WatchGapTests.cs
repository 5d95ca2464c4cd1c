using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Who watches the VMs of all hosts is told of what they cannot be told.</summary>
[Collection(FleetTests.Name)]
public sealed class WatchGapTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task A_host_that_lost_the_broker_or_was_restarted_is_told_of_when_it_is_back()
    {
        var (watch, taker) = await WatchAsync();
        using var watching = watch;
        var lost = _fleet.Hosts.Index().First(host => host.Index != taker).Index;
        var name = $"h{lost + 1}";

        _fleet.WayOf(name).Cut();
        await UntilAsync(watch, "\"event\":\"missed\"", $"\"host\":\"{name}\"");
        await _fleet[name].WaitForBrokerAsync(2);
        var id = await _fleet.CreateOnAsync(name, "after", """, "no-start": true""");
        await UntilAsync(watch, "\"event\":\"created\"", id);

        await _fleet[name].KillDaemonAsync();
        await _fleet[name].StartDaemonAsync();
        await UntilAsync(watch, "\"event\":\"missed\"", $"\"host\":\"{name}\"");
        watch.Kill();
    }

    [Fact]
    public async Task A_watch_ends_with_an_error_when_its_host_loses_the_broker()
    {
        var (watch, taker) = await WatchAsync();
        using var watching = watch;
        _fleet.WayOf($"h{taker + 1}").Cut();

        await EndsAsync(watch, "");
    }

    [Fact]
    public async Task A_watch_ends_with_an_error_when_its_host_hears_no_events_any_more()
    {
        var (watch, _) = await WatchAsync();
        using var watching = watch;
        var bindings = await broker.ControlAsync("list_bindings", "--vhost", _fleet.VirtualHost, "--no-table-headers", "destination_name", "routing_key");
        var queue = Assert.Single(bindings.Split('\n'), line => line.StartsWith("amq.gen-", StringComparison.Ordinal) && line.EndsWith("\tvm.#", StringComparison.Ordinal)).Split('\t')[0];
        await broker.ControlAsync("delete_queue", "--vhost", _fleet.VirtualHost, queue);

        await EndsAsync(watch, "does not hear of the others' VMs any more");
    }

    /// <summary>A watch that has begun, and the number of the host that has taken it.</summary>
    private async Task<(Process Watch, int Taker)> WatchAsync()
    {
        var watch = _fleet["h1"].StartCli("--broker", _fleet.Url, "-o", "json", "watch");
        await Wait.UntilAsync("a host has taken it", () => _fleet.Hosts.Any(host => host.Count("watch from") > 0));

        // Not before something has come is the way there: a request that is cut off goes to another host.
        var first = watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        for (var number = 0; !first.IsCompleted; number++)
        {
            await _fleet.CreateOnAsync("h1", $"first-{number}", """, "no-start": true""");
        }

        return (watch, _fleet.Hosts.Index().Single(host => host.Item.Count("watch from") > 0).Index);
    }

    private static async Task UntilAsync(Process watch, params string[] texts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string? line;
        do
        {
            line = await watch.StandardOutput.ReadLineAsync(patience.Token);
            Assert.NotNull(line);
        }
        while (!texts.All(line.Contains));
    }

    private static async Task EndsAsync(Process watch, string error)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var said = watch.StandardError.ReadToEndAsync(patience.Token);
        await watch.WaitForExitAsync(patience.Token);
        Assert.NotEqual(0, watch.ExitCode);
        Assert.Contains(error, await said);
        Assert.StartsWith("aetherscale-cli: ", await said);
    }
}
