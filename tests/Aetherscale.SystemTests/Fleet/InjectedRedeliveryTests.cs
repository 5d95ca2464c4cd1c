using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>
/// Proxies cut hosts off the broker at the worst moments: when a message has come and nothing of it is known yet, and when it is done and not
/// acknowledged. The broker delivers it again, to the same host or another; besides, every message comes twice.
/// </summary>
[Collection(FleetFaultTests.Name)]
public class InjectedRedeliveryTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartDoublingAsync(
        broker, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string> { ["AETHERSCALE_HOST_CPUS"] = "100" })], "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_that_is_delivered_again_is_carried_out_once(bool isDone)
    {
        var checker = new FleetChecker(_fleet);
        var id = checker.Created(await _fleet.AskAsync("create-vm", """{"image": "polite", "name": "web"}""", """, "host": "h2" """))!;
        await _fleet["h2"].WaitForConsoleAsync(id, "POLITE UP");
        await using var client = new PatientClient(_fleet.Url);
        for (var round = 1; round <= 3; round++)
        {
            var cuts = Way("h2").Cuts;
            Arm("h2", isDone);
            Assert.Equal("stopped", Status(await client.AskAsync($$$"""{"command": "stop-vm", "options": {"vm-id": "{{{id}}}", "wait": true}, "request-id": "stop-{{{round}}}"}""", "", "aetherscale.host.h2")));
            Assert.Equal("starting", Status(await client.AskAsync($$$"""{"command": "start-vm", "options": {"vm-id": "web"}, "request-id": "start-{{{round}}}"}""")));
            Assert.Equal(cuts + 1, Way("h2").Cuts);
            await _fleet["h2"].WaitForBrokerAsync(round + 1);
            await Wait.UntilAsync("the guest is up", () => _fleet["h2"].ConsoleOf(id).Split("POLITE UP").Length - 2 == round);
        }

        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost);
        string[] words = ["stopping", "stopped", "started"];
        Assert.Equal(
            ["created", "started", .. words, .. words, .. words],
            (await File.ReadAllLinesAsync($"{_fleet["h2"].Data}/vms/{id}/history.jsonl", TestContext.Current.CancellationToken))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
        await checker.CheckAsync();
    }

    [Fact]
    public async Task Creates_and_deletes_go_on_while_hosts_are_cut_off_and_the_vms_are_those_of_the_replies()
    {
        const int Rounds = 6;
        const int Cuts = 6;
        var promised = 0;
        var checker = new FleetChecker(_fleet);
        using var over = new CancellationTokenSource();
        var cutting = CutAsync(over.Token);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async number =>
        {
            await using var client = new PatientClient(_fleet.Url);
            for (var round = 0; round < Rounds || CutsSoFar() < Cuts; round++)
            {
                var name = $"n{number}-{round}";
                var create = $$$"""{"command": "create-vm", "options": {"image": "polite", "name": "{{{name}}}", "no-start": true}, "request-id": "c{{{name}}}"}""";
                var id = checker.MustBeCreated(await client.AskAsync(create, "", round % 2 == 0 ? "vm-queue" : "aetherscale.placement"), name);
                Interlocked.Increment(ref promised);
                if (round % 3 == 2)
                {
                    var gone = await client.AskAsync($$$"""{"command": "delete-vm", "options": {"vm-id": "{{{id}}}"}, "request-id": "d{{{name}}}"}""");
                    Assert.True(Status(gone) == "deleted", $"{gone}\n{_fleet.LinesAbout(id, $"c{name} ", $"c{name})", $"d{name})", "broker")}");
                    checker.Deleted(id);
                    Interlocked.Decrement(ref promised);
                }
            }
        }));
        await over.CancelAsync();
        await cutting;

        Assert.Equal(promised, checker.Promised);
        await _fleet.WaitForHostsAsync(3);
        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost, but: "aetherscale.dead-letters");
        await checker.CheckAsync();
    }

    /// <summary>Now one, now another, now before, now after.</summary>
    private async Task CutAsync(CancellationToken over)
    {
        for (var round = 0; !over.IsCancellationRequested; round++)
        {
            Arm($"h{1 + (round % 3)}", isDone: round % 2 == 0);
            await Task.Delay(700, over).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private void Arm(string host, bool isDone)
    {
        if (isDone)
        {
            Way(host).CutAtNextAck();
        }
        else
        {
            Way(host).CutAfterDelivery(key => key is "vm-queue" or "aetherscale.placement" || key.StartsWith("aetherscale.host.", StringComparison.Ordinal));
        }
    }

    private int CutsSoFar() => _fleet.Hosts.Index().Sum(host => Way($"h{host.Index + 1}").Cuts);

    private DoublingProxy Way(string host) => (DoublingProxy)_fleet.WayOf(host);

    private static string? Status(JsonElement reply) => reply.TryGetProperty("response", out var response) ? response.GetProperty("status").GetString() : reply.ToString();
}
