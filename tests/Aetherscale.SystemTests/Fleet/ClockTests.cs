using System.Globalization;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>The hosts' clocks show different times: h2's is 40 s fast, and h3's 40 s slow.</summary>
[Collection(FleetTests.Name)]
public sealed class ClockTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, [[], ClockThatIs(+40), ClockThatIs(-40)], "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task Commands_reach_the_hosts_whose_clocks_are_wrong_and_are_carried_out_there()
    {
        var checker = new FleetChecker(_fleet);
        foreach (var host in new[] { "h2", "h3" })
        {
            foreach (var asked in _fleet.Hosts)
            {
                var name = $"{host}-{asked.Network}";
                var created = await asked.SendAsync(
                    $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "host": "{{{host}}}", "request-id": "r{{{name}}}"}""");
                var id = checker.MustBeCreated(created, name);
                Assert.Equal(host, created.GetProperty("execution-info").GetProperty("host").GetString());
                foreach (var other in _fleet.Hosts)
                {
                    Assert.Equal(id, (await other.RunAsync("show-vm", $$"""{"vm-id": "{{name}}"}""")).GetProperty("vm-id").GetString());
                }
            }
        }

        await checker.CheckAsync();
    }

    [Fact]
    public async Task What_waited_for_a_host_whose_clock_is_wrong_is_carried_out_unless_its_deadline_has_passed()
    {
        var checker = new FleetChecker(_fleet);
        foreach (var host in new[] { "h2", "h3" })
        {
            var id = await _fleet.CreateOnAsync(host, $"on-{host}", """, "no-start": true""");
            checker.CreatedOn(host, id);
            await _fleet[host].KillDaemonAsync();
            Assert.Equal("parked", (await _fleet["h1"].RunAsync("start-vm", $$"""{"vm-id": "{{id}}"}""")).GetProperty("status").GetString());
            var late = await _fleet["h1"].SendAsync(
                $$$"""{"command": "delete-vm", "options": {"vm-id": "{{{id}}}"}, "deadline": "{{{DateTimeOffset.UtcNow.AddSeconds(4):O}}}"}""");
            Assert.Equal("parked", late.GetProperty("response").GetProperty("status").GetString());
            await Task.Delay(4500, TestContext.Current.CancellationToken);

            await _fleet[host].StartDaemonAsync();
            await Wait.UntilAsync("what waited is carried out", async () => await _fleet[host].StatusAsync(id) == "running");
        }

        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_frozen_daemon_drops_what_was_sent_to_it_when_it_wakes_too_late_though_its_clock_is_slow()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h3", "web", """, "no-start": true""");
        checker.CreatedOn("h3", id);
        await _fleet["h3"].FreezeDaemonAsync();
        try
        {
            var parked = await _fleet["h1"].SendAsync(
                $$$"""{"command": "delete-vm", "options": {"vm-id": "{{{id}}}"}, "deadline": "{{{DateTimeOffset.UtcNow.AddSeconds(5):O}}}"}""");
            Assert.Equal("parked", parked.GetProperty("response").GetProperty("status").GetString());
            await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        }
        finally
        {
            await _fleet["h3"].ThawDaemonAsync();
        }

        await Wait.UntilAsync("it is counted", async () => (await _fleet["h3"].RunAsync("show-host")).GetProperty("expired").GetInt64() == 1);
        Assert.Equal("stopped", await _fleet["h3"].StatusAsync(id));
        await checker.CheckAsync();
    }

    private static Dictionary<string, string> ClockThatIs(int seconds) => new()
    {
        ["LD_PRELOAD"] = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
        ["FAKETIME"] = seconds.ToString("+0;-0", CultureInfo.InvariantCulture),
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };
}
