using System.Text.Json;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Commands whose deadline passes while they wait for a host: they are counted, their requesters hear of it, and nobody does them.</summary>
[Collection(FleetFaultTests.Name)]
public sealed class ExpiredTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() =>
        _fleet = await TestFleet.StartWithUsersAsync(broker, [.. Enumerable.Range(0, 3).Select(_ => new Dictionary<string, string>())], "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    [Fact]
    public async Task What_was_parked_and_expires_is_counted_once_and_its_requester_hears_of_it_and_the_host_does_not_do_it()
    {
        var id = await _fleet.CreateOnAsync("h3", "web");
        await _fleet["h3"].KillDaemonAsync();
        await Wait.UntilAsync("h3 is missed", async () => (await _fleet.AskAsync("show-vm", """{"vm-id": "web"}""")).TryGetProperty("execution-info", out var info) && info.GetProperty("status").GetString() == "error");
        await Wait.UntilAsync("nothing waits for it", async () => (await _fleet["h1"].RunAsync("show-host", """{"host": "h3"}""")).GetProperty("waiting").GetInt64() == 0);
        var before = await CountAsync();

        string[] requests =
        [
            """{"command": "stop-vm", "options": {"vm-id": "web", "kill": true}, "deadline": "SOON", "request-id": "r1"}""",
            """{"command": "create-vm", "options": {"image": "polite", "no-start": true}, "host": "h3", "deadline": "SOON", "request-id": "r2"}""",
        ];
        foreach (var (number, request) in requests.Index())
        {
            var message = await _fleet.Client.SendAsync(request.Replace("SOON", DateTimeOffset.UtcNow.AddSeconds(4).ToString("O")));
            Assert.Equal("parked", (await _fleet.Client.ReplyAsync(message, 10)).GetProperty("response").GetProperty("status").GetString());
            await Wait.UntilAsync("there is a second reply", () => _fleet.Client.RepliesTo(message).Count == 2);
            var info = JsonDocument.Parse(_fleet.Client.RepliesTo(message)[1]).RootElement.GetProperty("execution-info");
            Assert.Equal(("deadline-passed", $"r{number + 1}"), (info.GetProperty("code").GetString(), info.GetProperty("request-id").GetString()));
            Assert.Contains("-vm is not begun any more: h3 was away until its deadline, 20", info.GetProperty("reason").GetString());
            Assert.Equal(before + number + 1, await CountAsync());
        }

        // Who only looks has been told that h3 does not answer: it is counted, and that is all.
        var look = await _fleet.Client.SendAsync("""{"command": "show-vm", "options": {"vm-id": "web"}}""");
        await _fleet.Client.ReplyAsync(look, 10);
        await Wait.UntilAsync("it is counted", async () => await CountAsync() == before + 3);
        Assert.Single(_fleet.Client.RepliesTo(look));

        await _fleet["h3"].StartDaemonAsync();
        await _fleet["h3"].WaitForBrokerAsync(2);
        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost);
        Assert.Equal("running", await _fleet["h3"].StatusAsync(id));
        Assert.Equal([("h3", id)], (await _fleet.VmsAsync()).Select(vm => (vm.Host, vm.Id)));
        Assert.Equal(before + 3, await CountAsync());
        Assert.Contains("stop-vm from amqp queue=vm-queue: expired in the broker, and is not begun any more (request r1): h3 was away", _fleet.LinesAbout("expired in the broker"));
    }

    [Fact]
    public async Task What_expires_while_no_host_is_there_is_told_by_the_first_that_comes()
    {
        foreach (var host in _fleet.Hosts)
        {
            await host.KillDaemonAsync();
        }

        var create = await _fleet.Client.SendAsync("""{"command": "create-vm", "options": {"image": "polite"}, "request-id": "late"}""", "", "aetherscale.placement", expiration: "1000");
        await Task.Delay(2000, TestContext.Current.CancellationToken);
        await _fleet["h2"].StartDaemonAsync();

        var info = (await _fleet.Client.ReplyAsync(create, 30)).GetProperty("execution-info");
        Assert.Equal(("deadline-passed", "h2"), (info.GetProperty("code").GetString(), info.GetProperty("host").GetString()));
        Assert.StartsWith("create-vm is not begun any more: no host took the command until its deadline; send it", info.GetProperty("reason").GetString());
        Assert.Equal(1, (await _fleet["h2"].RunAsync("show-host")).GetProperty("expired").GetInt64());
        Assert.Empty((await _fleet["h2"].RunAsync("list-vms")).EnumerateArray());
    }

    /// <summary>What all hosts that are there have counted.</summary>
    private async Task<long> CountAsync()
    {
        var counts = await Task.WhenAll(_fleet.Hosts.Where(host => host.IsThere).Select(async host => (await host.RunAsync("show-host")).GetProperty("expired").GetInt64()));
        return counts.Sum();
    }
}
