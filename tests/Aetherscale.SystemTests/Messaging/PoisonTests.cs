using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Messaging;

/// <summary>Messages that RabbitMQ takes and the daemon's AMQP library cannot read: it closes the connection at each.</summary>
[Collection(BrokerTests.Name)]
public sealed class PoisonTests(Broker broker) : IAsyncLifetime
{
    private readonly string _virtualHost = broker.NewVirtualHost();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(
            new Dictionary<string, string> { ["AETHERSCALE_BROKER"] = broker.UrlOf(_virtualHost) }, "polite", "deaf");
        await _host.WaitForBrokerAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task B32_Messages_that_cannot_be_read_are_dropped_and_told_and_those_behind_them_answered()
    {
        string[] queues = ["vm-queue", "computing-competing"];

        var lines = await PikaClient.RunAsync("poison", [broker.UrlOf(_virtualHost), .. queues]);

        Assert.Equal(["answered 4"], lines);
        await Wait.UntilAsync("all are dropped", () => queues.All(queue => _host.Count($"A message in {queue} cannot be read") == 2));
        await broker.WaitForEmptyQueuesAsync(_virtualHost);
    }

    [Fact]
    public async Task A_command_that_is_under_way_meanwhile_runs_once_and_is_answered_once()
    {
        await using var client = await AmqpClient.ConnectAsync(broker.UrlOf(_virtualHost));
        var deaf = await _host.CreateAsync("deaf");
        await _host.WaitForConsoleAsync(deaf, "DEAF UP");
        var stop = await client.SendAsync($$$"""{"command": "stop-vm", "options": {"vm-id": "{{{deaf}}}", "wait": true, "timeout": 8}}""");
        await Wait.UntilAsync("the stop is under way", async () => await _host.StatusAsync(deaf) == "stopping");

        Assert.Equal(["answered 2"], await PikaClient.RunAsync("poison", broker.UrlOf(_virtualHost), "vm-queue"));

        Assert.Equal("killed", (await client.ReplyAsync(stop, 20)).GetProperty("response").GetProperty("status").GetString());
        await broker.WaitForEmptyQueuesAsync(_virtualHost);
        Assert.Equal(1, client.Replies);
        Assert.Equal(1, _host.Count("stop-vm from"));
    }
}
