using System.Globalization;
using System.Text.Json;
using Aetherscale.SystemTests.Harness;
using RabbitMQ.Client;

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
        foreach (var other in new[] { "h1", "h3" })
        {
            await _fleet[other].StartDaemonAsync();
        }

        Assert.Empty(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task Who_asked_is_what_the_broker_or_a_host_says_and_not_what_a_client_says()
    {
        await _fleet["h3"].KillDaemonAsync();
        foreach (var (user, name) in new[] { (null, "an unnamed client"), (BrokerUsers.Client, $"user={BrokerUsers.Client}") })
        {
            var lie = new BasicProperties { Expiration = "1", Headers = new Dictionary<string, object?> { ["aetherscale-requester"] = "the king" } };
            if (user is not null)
            {
                lie.UserId = user;
            }

            await _fleet.Client.PublishAsync("""{"command": "stop-vm", "options": {"vm-id": "web"}}""", "", "aetherscale.host.h3", lie);
            await Wait.UntilAsync("it is logged", () => _fleet.LinesAbout("expired in the broker").Contains($"stop-vm from {name}: expired"));
        }

        Assert.DoesNotContain("the king", _fleet.LinesAbout("expired in the broker"));
    }

    [Fact]
    public async Task A_create_that_a_host_does_not_take_up_in_time_is_not_told_to_have_expired()
    {
        await _fleet["h3"].KillDaemonAsync();
        var before = await CountAsync();

        // As a host sends it to one that has offered to take it: the second is sent with its own deadline.
        await using var host = await AmqpClient.ConnectAsync(broker.UrlOf(_fleet.VirtualHost, "h1"));
        foreach (var (id, deadline) in new[] { ("offered", 10), ("sent", 1) })
        {
            var now = DateTimeOffset.UtcNow;
            await host.PublishAsync(
                $$"""{"command": "create-vm", "options": {"image": "polite"}, "request-id": "{{id}}"}""",
                "aetherscale.hosts",
                "aetherscale.host.h3",
                new BasicProperties
                {
                    Expiration = "1000",
                    Headers = new Dictionary<string, object?>
                    {
                        ["aetherscale-host"] = "h1",
                        ["aetherscale-requester"] = "a client",
                        ["aetherscale-now"] = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                        ["aetherscale-deadline"] = now.AddSeconds(deadline).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                    },
                });
        }

        await Wait.UntilAsync("the second is counted", async () => await CountAsync() > before);
        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost);
        Assert.Equal(before + 1, await CountAsync());
        Assert.Contains("create-vm from a client: expired in the broker, and is not begun any more (request sent)", _fleet.LinesAbout("expired in the broker"));
        Assert.DoesNotContain("offered", _fleet.LinesAbout("expired in the broker"));
    }

    /// <summary>What all hosts that are there have counted.</summary>
    private async Task<long> CountAsync()
    {
        var counts = await Task.WhenAll(_fleet.Hosts.Where(host => host.IsThere).Select(async host => (await host.RunAsync("show-host")).GetProperty("expired").GetInt64()));
        return counts.Sum();
    }
}
