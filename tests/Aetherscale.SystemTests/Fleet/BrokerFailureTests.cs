using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>The broker freezes, dies and starts again under a fleet.</summary>
public sealed class BrokerFailureTests : IAsyncLifetime
{
    private readonly Broker _broker = new();
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();

        // Two of them have room for all: the third may be late when the broker is back.
        _fleet = await TestFleet.StartAsync(_broker, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { ["AETHERSCALE_HOST_CPUS"] = "100" })], "polite");
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task B31_What_waits_for_a_host_outlives_the_broker_and_the_fleet_finds_itself_again()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h3", "web", """, "no-start": true""");
        checker.CreatedOn("h3", id);
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        await _fleet["h3"].KillDaemonAsync();
        var parked = await _fleet.RunAsync("start-vm", """{"vm-id": "web"}""", $$""", "deadline": "{{DateTimeOffset.UtcNow.AddMinutes(5):O}}" """);
        Assert.Equal(("parked", "h3"), (parked.GetProperty("status").GetString(), parked.GetProperty("host").GetString()));

        await _broker.KillAsync();
        Assert.Equal(0, (await _fleet["h1"].RunAsync("list-vms")).GetArrayLength());
        Assert.Equal("host-unreachable", (await _fleet["h1"].RefusedAsync("""{"command": "show-vm", "options": {"vm-id": "web"}}""")).Code);
        checker.CreatedOn("h1", await _fleet["h1"].CreateAsync("polite", """, "name": "alone", "no-start": true"""));
        await _broker.StartAsync();
        foreach (var name in new[] { "h1", "h2" })
        {
            await _fleet[name].WaitForBrokerAsync(2, 40);
        }

        await using var client = await AmqpClient.ConnectAsync(_fleet.Url);
        var all = await client.AskAsync("""{"command": "list-vms"}""", 20);
        Assert.Equal(
            ["h1 alone", "h3 web"],
            all.GetProperty("response").EnumerateArray().Select(vm => $"{vm.GetProperty("host").GetString()} {vm.GetProperty("name").GetString()}").Order());
        await _fleet["h3"].StartDaemonAsync();

        await Wait.UntilAsync("what waited is carried out", async () => await _fleet["h3"].StatusAsync(id) == "running", 40);
        var shown = await _fleet["h2"].SendAsync("""{"command": "show-vm", "options": {"vm-id": "alone"}}""");
        Assert.Equal("h1", shown.GetProperty("execution-info").GetProperty("host").GetString());
        await checker.CheckAsync();
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_broker_that_dies_while_many_vms_are_made_costs_none_and_doubles_none()
    {
        var checker = new FleetChecker(_fleet);
        var work = Enumerable.Range(0, 5).Select(async number =>
        {
            await using var client = new PatientClient(_fleet.Url);
            for (var round = 0; round < 4; round++)
            {
                var name = $"n{number}-{round}";
                var create = $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "request-id": "c{{{name}}}"}""";
                try
                {
                    checker.MustBeCreated(await client.AskAsync(create), name);
                }
                catch (TimeoutException error)
                {
                    throw new TimeoutException($"{error.Message}\n{_fleet.LinesAbout($"c{name} ", $"c{name})", "broker")}", error);
                }
            }
        }).ToList();
        await Wait.UntilAsync("some are made", () => checker.Promised > 4);

        await _broker.KillAsync();
        await _broker.StartAsync();

        await Task.WhenAll(work);
        Assert.Equal(20, checker.Promised);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_broker_that_freezes_is_given_up_in_30_s_and_found_when_it_thaws()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h2", "web");
        checker.CreatedOn("h2", id);
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        await _broker.PauseAsync();
        try
        {
            var began = Stopwatch.GetTimestamp();
            Assert.Equal("web", (await _fleet["h2"].RunAsync("show-vm", """{"vm-id": "web"}""")).GetProperty("name").GetString());
            await Wait.UntilAsync("all have noticed", () => _fleet.Hosts.All(host => host.Count("Lost the broker") == 1), 30);
            TestContext.Current.SendDiagnosticMessage($"noticed after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            foreach (var list in new[] { """{"command": "list-hosts"}""", """{"command": "list-vms", "options": {"fleet": true}}""" })
            {
                var alone = (await _fleet["h2"].SendAsync(list)).GetProperty("execution-info");
                Assert.Equal(["h1", "h3"], alone.GetProperty("unanswered").EnumerateArray().Select(host => host.GetString()));
            }

            Assert.Equal("killed", (await _fleet["h2"].RunAsync("stop-vm", """{"vm-id": "web", "kill": true}""")).GetProperty("status").GetString());
            Assert.NotEqual(0, pid);
        }
        finally
        {
            await _broker.ResumeAsync();
        }

        await Task.WhenAll(_fleet.Hosts.Select(host => host.WaitForBrokerAsync(2, 40)));
        await _fleet.WaitForHostsAsync(3);
        await checker.CheckAsync();
    }
}
