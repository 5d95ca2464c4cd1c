using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;
using RabbitMQ.Client;

namespace Aetherscale.SystemTests.Fleet;

/// <summary>Messages come twice, late, or are no commands at all.</summary>
[Collection(FleetFaultTests.Name)]
public partial class RedeliveryTests(Broker broker) : IAsyncLifetime
{
    private TestFleet _fleet = null!;

    public async ValueTask InitializeAsync() => _fleet = await TestFleet.StartAsync(
        broker,
        [
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "640", ["AETHERSCALE_HOST_CPUS"] = "100" },
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "640", ["AETHERSCALE_HOST_CPUS"] = "100" },
            new() { ["AETHERSCALE_HOST_MEMORY_MIB"] = "640", ["AETHERSCALE_HOST_CPUS"] = "100" },
        ],
        "polite");

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    /// <summary>By a queue that the broker delivers from again: taken by a consumer that goes without an acknowledgement.</summary>
    [Theory]
    [InlineData("vm-queue")]
    [InlineData("aetherscale.placement")]
    public async Task A33_A_create_that_comes_again_without_an_id_is_put_aside_and_makes_no_vm(string queue)
    {
        foreach (var host in _fleet.Hosts)
        {
            await host.FreezeDaemonAsync();
        }

        // All three have heard of it only when the broker has taken it back from a daemon that is dead by then.
        await _fleet.Client.PublishAsync("""{"command": "create-vm", "options": {"image": "polite", "no-start": true}}""", "", queue, new BasicProperties());
        var killed = await OwnerOfTheOneAsync();
        foreach (var host in _fleet.Hosts.Where(host => host != killed))
        {
            await host.ThawDaemonAsync();
        }

        await Wait.UntilAsync("it is put aside", async () => (await ControlAsync("list_queues", "name", "messages")).Contains("aetherscale.dead-letters\t1"));
        await killed.StartDaemonAsync();
        Assert.Empty(await _fleet.VmsAsync());
        Assert.Equal(1, _fleet.Hosts.Sum(host => host.Count("put aside in aetherscale.dead-letters")));
    }

    [Fact]
    public async Task A_command_that_comes_back_too_often_is_put_aside_by_the_broker()
    {
        await _fleet["h3"].KillDaemonAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(_fleet.Url) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.BasicPublishAsync("", "aetherscale.host.h3", mandatory: true, new BasicProperties(), "none that can be read"u8.ToArray(), TestContext.Current.CancellationToken);

        await Wait.UntilAsync("the broker gives it out no more", async () =>
        {
            if (await channel.BasicGetAsync("aetherscale.host.h3", autoAck: false, TestContext.Current.CancellationToken) is { } message)
            {
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, TestContext.Current.CancellationToken);
            }

            return (await ControlAsync("list_queues", "name", "messages")).Contains("aetherscale.dead-letters\t1");
        });
    }

    [Fact]
    public async Task The_same_request_gets_the_same_reply_when_the_fleet_is_full_and_after_its_vm_is_gone()
    {
        const string Create = """{"command": "create-vm", "options": {"image": "polite", "memory": 640, "no-start": true}, "request-id": "once"}""";
        var checker = new FleetChecker(_fleet);
        var first = await _fleet.Client.AskAsync(Create, 30);
        var id = checker.Created(first)!;
        for (var made = 0; made < 2; made++)
        {
            Assert.NotNull(checker.Created(await _fleet.AskAsync("create-vm", """{"image": "polite", "memory": 640, "no-start": true}""")));
        }

        Assert.Equal("no-capacity", (await _fleet.RefusedAsync("create-vm", """{"image": "polite", "memory": 640}""")).Code);
        for (var round = 0; round < 6; round++)
        {
            Assert.Equal(id, checker.Created(await _fleet.Client.AskAsync(Create, 30)));
        }

        await _fleet.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");
        checker.Deleted(id);
        for (var round = 0; round < 6; round++)
        {
            Assert.Equal(id, (await _fleet.Client.AskAsync(Create, 30)).GetProperty("response").GetProperty("vm-id").GetString());
        }

        await checker.CheckAsync();
    }

    [Fact]
    public async Task A_create_that_comes_again_after_its_vm_is_gone_and_its_host_has_restarted_makes_no_vm()
    {
        const string Create = """{"command": "create-vm", "options": {"image": "polite", "memory": 64, "no-start": true}, "request-id": "once"}""";
        var first = await _fleet.Client.AskAsync(Create, 30);
        var id = first.GetProperty("response").GetProperty("vm-id").GetString()!;
        await _fleet.RunAsync("delete-vm", $$"""{"vm-id": "{{id}}"}""");
        var host = _fleet[first.GetProperty("execution-info").GetProperty("host").GetString()!];
        await host.KillDaemonAsync();
        await host.StartDaemonAsync();
        await host.WaitForBrokerAsync(2);

        for (var round = 0; round < 6; round++)
        {
            Assert.Equal(first.GetRawText(), (await _fleet.Client.AskAsync(Create, 30)).GetRawText());
        }

        Assert.Empty(await _fleet.VmsAsync());
    }

    [Fact]
    public async Task Messages_sent_twice_by_every_door_take_effect_once()
    {
        var checker = new FleetChecker(_fleet);
        var sent = new List<(string First, string Second)>();
        foreach (var (exchange, route) in new[] { ("", "vm-queue"), ("computing", "create-vm"), ("", "aetherscale.placement") })
        {
            for (var number = 0; number < 4; number++)
            {
                var body = $$$"""{"command": "create-vm", "options": {"image": "polite", "memory": 1, "no-start": true}, "request-id": "{{{exchange}}}{{{route}}}{{{number}}}"}""";
                sent.Add((await _fleet.Client.SendAsync(body, exchange, route), await _fleet.Client.SendAsync(body, exchange, route)));
            }
        }

        foreach (var (first, second) in sent)
        {
            Assert.Equal(checker.Created(await _fleet.Client.ReplyAsync(first, 60)), checker.Created(await _fleet.Client.ReplyAsync(second, 60)));
        }

        Assert.Equal(12, checker.Promised);
        await checker.CheckAsync();
    }

    [Fact]
    public async Task B32_Poison_in_any_queue_of_the_fleet_is_dropped_and_what_is_behind_it_answered()
    {
        string[] queues = ["vm-queue", "computing-competing", "aetherscale.placement", "aetherscale.host.h2"];

        var lines = await PikaClient.RunAsync("poison", [_fleet.Url, .. queues]);

        Assert.Equal(["answered 8"], lines);
        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost, but: "aetherscale.dead-letters");
        await _fleet.WaitForHostsAsync(3);
        Assert.Empty(await _fleet.VmsAsync());
    }

    [Theory]
    [InlineData("aetherscale.host.h2")]
    [InlineData("aetherscale.placement")]
    public async Task A28_What_is_too_long_to_be_read_is_answered_and_its_beginning_put_aside(string queue)
    {
        var body = """{"command": "create-vm", "options": {"image": "polite"}}""".PadRight((1 << 20) + 1);

        var reply = await _fleet.Client.ReplyAsync(await _fleet.Client.SendAsync(body, "", queue), 20);

        Assert.Equal("bad-request", reply.GetProperty("execution-info").GetProperty("code").GetString());
        await using var connection = await new ConnectionFactory { Uri = new Uri(_fleet.Url) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var aside = await channel.BasicGetAsync("aetherscale.dead-letters", autoAck: true, TestContext.Current.CancellationToken);
        Assert.Equal(body[..65536], System.Text.Encoding.UTF8.GetString(aside!.Body.Span));
    }

    [Fact]
    public async Task Rubbish_in_any_queue_is_answered_with_what_is_wrong()
    {
        foreach (var queue in new[] { "vm-queue", "computing-competing", "computing-shared", "aetherscale.placement", "aetherscale.host.h2" })
        {
            var codes = new List<string>();
            foreach (var body in new[] { "{", "[]", """{"command": 1}""", """{"command": "nosuch"}""", """{"command": "create-vm", "options": {"image": 7}}""" })
            {
                var reply = await _fleet.Client.ReplyAsync(await _fleet.Client.SendAsync(body, "", queue), 20);
                codes.Add(reply.GetProperty("execution-info").GetProperty("code").GetString()!);
            }

            Assert.Equal(["bad-json", "bad-request", "bad-request", "unknown-command", "bad-request"], codes);
        }

        await broker.WaitForEmptyQueuesAsync(_fleet.VirtualHost);
        Assert.Equal(3, _fleet.Hosts.Sum(host => host.Count("Takes commands from the broker")));
    }

    /// <summary>Kills the host whose daemon has taken the only message.</summary>
    private async Task<TestHost> OwnerOfTheOneAsync()
    {
        var taker = "";
        await Wait.UntilAsync("one of them has it", async () => (taker = await ControlAsync("list_channels", "messages_unacknowledged", "connection")).Contains("1\t"));
        var connection = taker.Split('\n').Single(line => line.StartsWith("1\t", StringComparison.Ordinal)).Split('\t')[1];
        var names = await ControlAsync("list_connections", "pid", "client_properties");
        var owner = _fleet[HostPattern().Match(names.Split('\n').Single(line => line.StartsWith(connection, StringComparison.Ordinal))).Groups[1].Value];
        await owner.KillDaemonAsync();
        return owner;
    }

    private Task<string> ControlAsync(string what, params string[] columns) =>
        broker.ControlAsync([what, "--vhost", _fleet.VirtualHost, "--no-table-headers", .. columns]);

    [GeneratedRegex("\"aetherscale (h[0-9])\"")]
    private static partial Regex HostPattern();
}
