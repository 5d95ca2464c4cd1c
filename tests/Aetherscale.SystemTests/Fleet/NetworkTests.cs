using System.Diagnostics;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>The way of one host to the broker goes, in the ways in which ways go, and comes back.</summary>
[Collection(FleetFaultTests.Name)]
public class NetworkTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(broker, 3, "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task A_connection_that_brings_nothing_is_given_up_and_socket_and_vms_do_not_notice()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h2", "web");
        checker.CreatedOn("h2", id);
        await _fleet["h2"].WaitForConsoleAsync(id, "POLITE UP");
        var pid = await Systemctl.MainPidAsync(TestHost.UnitOf(id));
        var began = Stopwatch.GetTimestamp();

        _fleet.WayOf("h2").FallDeaf();

        // Nothing is in the way of those who ask this very host.
        Assert.Equal("web", (await _fleet["h2"].RunAsync("show-vm", """{"vm-id": "web"}""")).GetProperty("name").GetString());
        var made = Stopwatch.GetTimestamp();
        checker.CreatedOn("h2", await _fleet["h2"].CreateAsync("polite", """, "name": "meanwhile", "no-start": true"""));
        Assert.InRange(Stopwatch.GetElapsedTime(made).TotalSeconds, 0, 8);

        await Wait.UntilAsync("it is noticed", () => _fleet["h2"].Count("Lost the broker") == 1, 30);
        _fleet.WayOf("h2").SpeakAgain();
        await _fleet["h2"].WaitForBrokerAsync(2, 30);
        TestContext.Current.SendDiagnosticMessage($"back after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");

        Assert.Equal(pid, await Systemctl.MainPidAsync(TestHost.UnitOf(id)));
        Assert.Equal(0, _fleet["h1"].Count("Lost the broker"));
        await Wait.UntilAsync(
            "the VM made meanwhile is known to all",
            async () => (await _fleet["h1"].SendAsync("""{"command": "show-vm", "options": {"vm-id": "meanwhile"}}""")).TryGetProperty("response", out _));
        await checker.CheckAsync();
    }

    [Fact]
    public async Task Commands_sent_while_a_hosts_network_is_cut_are_carried_out_when_it_is_back_and_once()
    {
        var checker = new FleetChecker(_fleet);
        var id = await _fleet.CreateOnAsync("h3", "web", """, "no-start": true""");

        _fleet.WayOf("h3").FallSilent();
        _fleet.WayOf("h3").Cut();
        await Wait.UntilAsync("h3 is missed", async () => await IsParkedAsync("start-vm", "web"), 40);
        for (var number = 0; number < 6; number++)
        {
            var reply = await _fleet.AskAsync("create-vm", $$"""{"image": "polite", "name": "n{{number}}", "no-start": true}""");
            Assert.NotNull(checker.Created(reply));
        }

        Assert.Equal("web", (await _fleet["h3"].RunAsync("show-vm", """{"vm-id": "web"}""")).GetProperty("name").GetString());
        _fleet.WayOf("h3").SpeakAgain();

        await Wait.UntilAsync("what waited is carried out", async () => await _fleet["h3"].StatusAsync(id) == "running", 40);
        await _fleet.RunAsync("delete-vm", """{"vm-id": "web"}""");
        await checker.CheckAsync();
    }

    [Fact]
    [Trait("length", "long")]
    public async Task A_network_that_comes_and_goes_while_many_vms_are_made_neither_loses_nor_doubles_one()
    {
        var checker = new FleetChecker(_fleet);
        using var over = new CancellationTokenSource();
        var trouble = MakeTroubleAsync(over.Token);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            await using var client = new PatientClient(_fleet.Url);
            for (var round = 0; round < 5; round++)
            {
                var name = $"n{number}-{round}";
                var id = checker.MustBeCreated(
                    await client.AskAsync(
                        $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "request-id": "c{{{name}}}"}"""),
                    name);
                if (round % 2 == 0)
                {
                    var gone = await client.AskAsync($$$"""{"command": "delete-vm", "options": {"vm-id": "{{{id}}}"}, "request-id": "d{{{name}}}"}""");
                    Assert.True(gone.TryGetProperty("response", out _), $"{gone}\n{_fleet.LinesAbout(id, $"c{name} ", $"c{name})", $"d{name})", "broker")}");
                    checker.Deleted(id);
                }
            }
        }));
        await over.CancelAsync();
        await trouble;

        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost, but: "aetherscale.dead-letters");
        Assert.Equal(12, checker.Promised);
        await checker.CheckAsync();
    }

    private async Task<bool> IsParkedAsync(string command, string vm) =>
        (await _fleet.AskAsync(command, $$"""{"vm-id": "{{vm}}"}""")).TryGetProperty("response", out var response)
        && response.GetProperty("status").GetString() == "parked";

    private async Task MakeTroubleAsync(CancellationToken over)
    {
        for (var round = 0; !over.IsCancellationRequested; round++)
        {
            _fleet.WayOf($"h{(round % 3) + 1}").Cut();
            await Task.Delay(700, over).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
